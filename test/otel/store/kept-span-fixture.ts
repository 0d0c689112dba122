import { SpanKind, SpanStatusCode, TraceFlags } from '@opentelemetry/api';
import { emptyResource } from '@opentelemetry/resources';
import type { KeptSpan, TraceFacts } from '../../../otel/spans/kept-span.ts';
import type { KeepReason, OperationType } from '../../../otel/query.ts';
import { toSpanRecord } from '../../../otel/store/span-record.ts';
import type { SpanRecord } from '../../../otel/store/span-record.ts';
import { StringInterner } from '../../../otel/store/string-interner.ts';

/** 2026-01-01T00:00:00Z. */
export const START_MILLIS = Date.UTC(2026, 0, 1);

export const WHOLE: TraceFacts = { droppedSpans: 0, truncated: false, remoteParent: false };

export interface SpanSketch {
  readonly traceId?: string;
  readonly spanId?: string;
  /** Absent: a local root. */
  readonly parentSpanId?: string;
  readonly remote?: boolean;
  readonly name?: string;
  readonly type?: OperationType;
  readonly series?: string;
  readonly startMillis?: number;
  readonly durationMillis?: number;
  readonly failed?: boolean;
  readonly message?: string;
  readonly reason?: KeepReason;
  readonly keptBy?: string;
  readonly threshold?: KeptSpan['threshold'];
  readonly attributes?: Readonly<Record<string, unknown>>;
  readonly events?: readonly {
    readonly name: string;
    readonly time: [number, number];
    readonly attributes?: Readonly<Record<string, unknown>>;
  }[];
  readonly links?: KeptSpan['links'];
  readonly facts?: TraceFacts;
}

let spanNumber = 0;

export function traceIdOf(number: number): string {
  return number.toString(16).padStart(32, '0');
}

export function spanIdOf(number: number): string {
  return number.toString(16).padStart(16, '0');
}

export function keptSpan(sketch: SpanSketch = {}): KeptSpan {
  const traceId = sketch.traceId ?? traceIdOf(1);
  const spanId = sketch.spanId ?? spanIdOf(++spanNumber);
  const name = sketch.name ?? 'GET /:slug';
  const context = { traceId, spanId, traceFlags: TraceFlags.SAMPLED };
  const startTime = hrTime(sketch.startMillis ?? START_MILLIS);
  const duration = hrTime(sketch.durationMillis ?? 10);
  return {
    traceId,
    spanId,
    name,
    kind: SpanKind.SERVER,
    spanContext: () => context,
    ...(sketch.parentSpanId === undefined
      ? {}
      : {
          parentSpanContext: {
            traceId,
            spanId: sketch.parentSpanId,
            traceFlags: TraceFlags.SAMPLED,
            isRemote: sketch.remote ?? false,
          },
        }),
    startTime,
    endTime: hrTime((sketch.startMillis ?? START_MILLIS) + (sketch.durationMillis ?? 10)),
    status: {
      code: sketch.failed === true ? SpanStatusCode.ERROR : SpanStatusCode.UNSET,
      ...(sketch.message === undefined ? {} : { message: sketch.message }),
    },
    attributes: sketch.attributes ?? {},
    links: sketch.links ?? [],
    events: (sketch.events ?? []) as KeptSpan['events'],
    duration,
    ended: true,
    resource: emptyResource(),
    instrumentationScope: { name: 'test' },
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
    operationType: sketch.type ?? 'http',
    series: sketch.series ?? name,
    keepReason: sketch.reason ?? 'probability',
    keptBy: sketch.keptBy,
    threshold: sketch.threshold,
    traceFacts: sketch.facts ?? WHOLE,
  };
}

/** A record whose strings are not shared. */
export function spanRecord(sketch: SpanSketch = {}): SpanRecord {
  return toSpanRecord(keptSpan(sketch), new StringInterner());
}

function hrTime(millis: number): [number, number] {
  const seconds = Math.floor(millis / 1000);
  return [seconds, Math.round((millis - seconds * 1000) * 1e6)];
}
