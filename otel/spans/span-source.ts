import type { Attributes } from '@opentelemetry/api';
import type { InstrumentationScope } from '@opentelemetry/core';
import type { IdGenerator, ReadableSpan, SpanLimits, SpanProcessor } from '@opentelemetry/sdk-trace';
import type { Clock } from '../base/clock.ts';
import type { Guard } from '../base/guard.ts';
import type { CostMeter } from '../base/cost-meter.ts';
import type { SpanTemplate } from './kept-span.ts';
import type { KnownOperation, KnownSubject, SpanSoFar } from './known-operation.ts';

/** What all spans of one instrumentation scope have in common; created by a tracer. */
export interface SpanSource {
  readonly scope: InstrumentationScope;
  readonly resource: ReadableSpan['resource'];
  readonly limits: Required<SpanLimits>;
  /** True if limits are below the SDK's defaults, so that the kit's own attributes may reach them. */
  readonly isLimited: boolean;
  readonly ids: IdGenerator;
  readonly sink: SpanSink;
  readonly clock: Clock;
  readonly guard: Guard;
  /** Records the cost of creating spans. */
  readonly cost?: CostMeter | undefined;
}

/** The processors of a tracer provider. */
export type SpanSink = Pick<SpanProcessor, 'onStart' | 'onEnding' | 'onEnd'>;

/** Attributes that are built on first access, possibly long after the request. */
export interface LazyAttributes {
  /** Attributes known from the start; called once, must return a new object. */
  startAttributes(): Attributes;
  /** Adds attributes known at the end, also beyond the limit; called once, after the end. */
  addEndAttributes?(attributes: Attributes): void;
  /** Estimated memory of the attributes once built, in bytes. Default: negligible. */
  readonly heldBytes?: number;
  /** Template of spans that have only these attributes. */
  readonly template?: SpanTemplate;
  /** The subject that determines the operation, unless something contradicts it; called after the end. */
  knownSubject?(span: SpanSoFar): KnownSubject | undefined;
  /** The operation, if it is determined; called after the end. */
  knownOperation?(span: SpanSoFar): KnownOperation | undefined;
  /** For a request: http series that its statements count under; undefined until its route is known. */
  callerSeries?(span: SpanSoFar): string | undefined;
}

/** One moment on both clocks. The spans of a trace share one, so that they lie on one time line. */
export interface TimeOrigin {
  /** Epoch milliseconds. */
  readonly millis: number;
  /** Monotonic; NaN if the clock failed. */
  readonly nanos: number;
}
