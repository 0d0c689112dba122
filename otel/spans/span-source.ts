import type { Attributes } from '@opentelemetry/api';
import type { InstrumentationScope } from '@opentelemetry/core';
import type { IdGenerator, ReadableSpan, SpanLimits, SpanProcessor } from '@opentelemetry/sdk-trace';
import type { Clock } from '../base/clock.ts';
import type { Guard } from '../base/guard.ts';
import type { CostMeter } from '../base/cost-meter.ts';
import type { SpanTemplate } from './kept-span.ts';
import type { KnownOperation, KnownSubject, SpanSoFar } from './known-operation.ts';

/** What all spans of one instrumentation scope have in common. A tracer makes it. */
export interface SpanSource {
  readonly scope: InstrumentationScope;
  readonly resource: ReadableSpan['resource'];
  readonly limits: Required<SpanLimits>;
  /** The limits are below the SDK's defaults, so that attributes of ours may reach them too. */
  readonly isLimited: boolean;
  readonly ids: IdGenerator;
  readonly sink: SpanSink;
  readonly clock: Clock;
  readonly guard: Guard;
  /** Gets what making them takes. */
  readonly cost?: CostMeter | undefined;
}

/** The processors of a tracer provider. */
export type SpanSink = Pick<SpanProcessor, 'onStart' | 'onEnding' | 'onEnd'>;

/** Attributes that are made when somebody reads them, which may be long after the request. */
export interface LazyAttributes {
  /** Those known from the start; a new object, called once. */
  startAttributes(): Attributes;
  /** Adds those known at the end, also beyond the limit; called once, after it. */
  addEndAttributes?(attributes: Attributes): void;
  /** What it holds for them, and what they will weigh. Default: nothing to speak of. */
  readonly heldBytes?: number;
  /** What spans with no other attributes than these have in common. */
  readonly template?: SpanTemplate;
  /** The subject that says what the span comes to, if nothing was said against it; asked after its end. */
  knownSubject?(span: SpanSoFar): KnownSubject | undefined;
  /** What all of them come to, if that is certain already; asked after the end of a span. */
  knownOperation?(span: SpanSoFar): KnownOperation | undefined;
  /** Of a request: the series that its statements run for, as far as it is known; undefined before its route is. */
  callerSeries?(span: SpanSoFar): string | undefined;
}

/** A moment by both clocks. The spans of a trace share one, so that they are on one time line. */
export interface TimeOrigin {
  /** Epoch milliseconds. */
  readonly millis: number;
  /** Monotonic; NaN when the clock was broken. */
  readonly nanos: number;
}
