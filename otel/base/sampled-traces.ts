import type { AttributeValue } from './attribute-value.ts';
import type { KeepReason, OperationType } from './operation-types.ts';
import type { TimeRange } from './time-range.ts';

/** Which kept traces are drawn: those with an operation of this type, and of this series if given, that ended in the range. */
export interface SampleFilter {
  readonly range: TimeRange;
  readonly type: OperationType;
  readonly series?: string | undefined;
  /** What puts a trace on the first of two sides: such an operation that was slow, that failed, or either. */
  readonly marked: 'slow' | 'failed' | 'either' | 'none';
  /** Milliseconds of duration from which an operation counts as slow; undefined: by the threshold in force. */
  readonly slowMillis?: number | undefined;
  /** Of traces per side; at most 1,000. */
  readonly limit: number;
}

/** What a comparison needs of a kept span. */
export interface SampledSpan {
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  readonly name: string;
  readonly type: OperationType;
  readonly series: string;
  readonly startMillis: number;
  readonly durationMillis: number;
  readonly status: 'unset' | 'ok' | 'error';
  /** As of a SpanRow. */
  readonly weight?: number | undefined;
  /** As of a SpanRow. */
  readonly keepReason?: KeepReason | undefined;
  /** Key, value, key, value. */
  readonly attributes: readonly AttributeValue[];
  readonly events: readonly { readonly name: string; readonly timeMillis: number }[];
}

export interface SampledTrace {
  readonly traceId: string;
  /** As of a TraceDetail. */
  readonly version?: string | undefined;
  readonly spans: readonly SampledSpan[];
}

/** Traces of one side, drawn at random; a repeated call draws the same ones. */
export interface SampledSide {
  readonly traces: readonly SampledTrace[];
  /** Number of kept traces on this side. */
  readonly kept: number;
}
