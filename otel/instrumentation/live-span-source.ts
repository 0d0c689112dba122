import type { Attributes, SpanKind } from '@opentelemetry/api';
import type { InstrumentationScope } from '@opentelemetry/core';
import type { ReadableSpan, SpanProcessor } from '@opentelemetry/sdk-trace';
import type { Clock } from '../base/clock.ts';
import type { Guard } from '../base/guard.ts';
import type { CostMeter } from '../sampling/cost-meter.ts';
import type { KnownOperation } from '../sampling/ended-span.ts';
import type { SpanTemplate } from '../sampling/kept-span.ts';
import type { LiveSpan } from './live-span.ts';

/** What all spans of one instrumentation have in common. */
export interface LiveSpanSource {
  readonly kind: SpanKind;
  readonly scope: InstrumentationScope;
  readonly resource: ReadableSpan['resource'];
  readonly sink: Pick<SpanProcessor, 'onStart' | 'onEnd'>;
  readonly clock: Clock;
  readonly guard: Guard;
  /** Gets what making them takes. */
  readonly cost?: CostMeter | undefined;
}

/** Attributes of ours: within every bound, at most 32, and made when somebody reads them, which may be long after the request. */
export interface LazyAttributes {
  /** Those known from the start; a new object, called once. */
  startAttributes(): Attributes;
  /** Adds those known at the end, also beyond the limit; called once, after it. */
  addEndAttributes?(attributes: Attributes): void;
  /** What it holds for them, and what they will weigh. Default: nothing to speak of. */
  readonly heldBytes?: number;
  /** What spans with no other attributes than these have in common. */
  readonly template?: SpanTemplate;
  /** What all of them will come to as an operation, if that is certain already; asked after the end of a span. */
  knownOperation?(span: LiveSpan): KnownOperation | undefined;
}

/** When a span starts. Of a child, the origin is that of the request it belongs to, so that both are on one time line. */
export interface SpanStart {
  /** Epoch milliseconds of `originNanos`. */
  readonly originMillis: number;
  /** Monotonic; NaN when the clock was broken. */
  readonly originNanos: number;
  /** Monotonic; NaN when the clock was broken. */
  readonly startNanos: number;
}
