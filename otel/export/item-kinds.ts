import type { ReadableLogRecord } from '@opentelemetry/sdk-logs';
import type { ResourceMetrics } from '@opentelemetry/sdk-metrics';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import type { KeptSpan } from '../spans/kept-span.ts';
import { sizeOf } from '../spans/size.ts';
import type { Bundle, ItemKind } from './export-queue.ts';

/** Of a log record besides its text. */
const RECORD_BYTES = 300;
/** Kept for what they are; every other reason is chance, or company. */
const MUST_KEEP: ReadonlySet<unknown> = new Set(['error', 'slow', 'rule', 'policy', 'late']);

/** The kept spans of a trace are one bundle. */
export const SPAN_KIND: ItemKind<ReadableSpan> = {
  signal: 'traces',
  bundle: spanBundle,
  split: ({ items }, count) => [spanBundle(items.slice(0, count)), spanBundle(items.slice(count))],
  traceIds: (spans) => [...new Set(spans.map((span) => span.spanContext().traceId))],
};

function spanBundle(items: readonly (ReadableSpan & Partial<KeptSpan>)[]): Bundle<ReadableSpan> {
  return {
    items,
    count: items.length,
    bytes: items.reduce((sum, span) => sum + sizeOf(span), 0),
    isMustKeep: items.some((span) => MUST_KEEP.has(span.keepReason)),
  };
}

export const LOG_KIND: ItemKind<ReadableLogRecord> = {
  signal: 'logs',
  bundle: (items) => ({
    items,
    count: items.length,
    bytes: items.reduce((sum, record) => sum + RECORD_BYTES + 2 * lengthOf(record.body), 0),
    isMustKeep: false,
  }),
  split: () => undefined,
  traceIds: () => [],
};

/** The metrics of one collection; a receiver gets them encoded, because the SDK goes on counting in the same objects. */
export interface Collection {
  readonly metrics: ResourceMetrics;
  readonly encoded: Uint8Array | undefined;
  readonly points: number;
}

export const METRIC_KIND: ItemKind<Collection> = {
  signal: 'metrics',
  bundle: (items) => ({
    items,
    count: items.reduce((sum, { points }) => sum + points, 0),
    bytes: items.reduce((sum, { encoded }) => sum + (encoded?.length ?? 0), 0),
    isMustKeep: false,
  }),
  split: () => undefined,
  traceIds: () => [],
};

function lengthOf(body: unknown): number {
  return typeof body === 'string' ? body.length : 100;
}
