import type { SampledSide, SampleFilter } from '../query.ts';
import { wasSlow, type Thresholds } from './operation-rows.ts';
import type { SpanRecord } from './span-record.ts';
import type { SearchedTrace } from './term-matcher.ts';
import { hashOf } from './text-hash.ts';
import { clampLimit, isAsked } from './trace-filter.ts';

export type Side = 'marked' | 'rest';

/** Traces of the file on one side: drawn ids, in the order in which they are drawn, and how many there are. */
export interface SavedSide {
  readonly ids: readonly string[];
  readonly kept: number;
}

/** The side of a trace; undefined if none of its operations matches. */
export function sideOf(
  spans: readonly SpanRecord[],
  filter: SampleFilter,
  thresholds: Thresholds,
): Side | undefined {
  const found = spans.filter((span) => isAsked(span, filter));
  if (found.length === 0) return undefined;
  return found.some((span) => isMarked(span, filter, thresholds)) ? 'marked' : 'rest';
}

function isMarked(span: SpanRecord, { marked, slowMillis }: SampleFilter, thresholds: Thresholds): boolean {
  const isSlow = (): boolean =>
    slowMillis === undefined ? wasSlow(span, thresholds) : span.durationMillis >= slowMillis;
  const failed = span.status === 'error';
  if (marked === 'either') return failed || isSlow();
  return marked === 'failed' ? failed : marked === 'slow' && isSlow();
}

/** Traces read in one step. */
const READ_PER_STEP = 25;

/**
 * Draws one side from memory and file, from each in proportion, so that neither recent nor old traces count for more. Reads no more than the limit.
 */
export function* drawSide(
  held: readonly SearchedTrace[],
  saved: SavedSide | undefined,
  read: (traceId: string) => SearchedTrace | undefined,
  limit: number,
): Generator<undefined, SampledSide> {
  const savedCount = saved?.kept ?? 0;
  const kept = held.length + savedCount;
  const most = clampLimit(limit);
  const fromMemory =
    kept <= most ? held.length : Math.min(held.length, Math.round((most * held.length) / kept));
  const fromFile = Math.min(savedCount, most - fromMemory);
  // By a hash, as the ids' digits decide what is kept, or begin with a time.
  const drawn =
    fromMemory === held.length
      ? held
      : held.toSorted((a, b) => hashOf(a.traceId) - hashOf(b.traceId)).slice(0, fromMemory);
  const found: SearchedTrace[] = [];
  for (const [index, traceId] of (saved?.ids ?? []).slice(0, fromFile).entries()) {
    if (index % READ_PER_STEP === 0) yield;
    const trace = read(traceId);
    if (trace !== undefined) found.push(trace);
  }
  return { traces: [...drawn, ...found], kept };
}
