import {
  type Attributes,
  type Context,
  type Span,
  SpanStatusCode,
  type Tracer,
  context,
  trace,
} from '@opentelemetry/api';
import { isTracingSuppressed } from '@opentelemetry/core';
import { type Clock, systemClock } from '../base/clock.ts';
import type { Guard } from '../base/guard.ts';
import {
  ATTR_ERROR_TYPE,
  ATTR_EXCEPTION_MESSAGE,
  ATTR_EXCEPTION_STACKTRACE,
  ATTR_EXCEPTION_TYPE,
} from '../base/semconv.ts';
import { plusNanos } from '../spans/hr-time.ts';
import { RecordingSpan } from '../spans/span.ts';
import { timeOfNanos } from '../spans/span-time.ts';
import { RecordingTracer } from '../spans/tracer.ts';
import type { OperationSubject } from './operation-subject.ts';

/** A failure as a span may record it; `message` contains no bound values. */
export interface OperationFault {
  readonly type: string;
  readonly message?: string | undefined;
  /** Frames only. */
  readonly stack?: string | undefined;
  readonly attributes?: Attributes;
}

export interface OperationResult {
  /** Monotonic. */
  readonly startNanos: number;
  /** NaN if the clock failed. */
  readonly durationNanos: number;
  /** database: rows returned plus rows changed. */
  readonly rows?: number | undefined;
  /** The attribute that holds `rows`. */
  readonly rowsAttribute?: string | undefined;
  readonly attributes?: Attributes | undefined;
  readonly fault?: OperationFault | undefined;
}

/**
 * Spans of precisely timed operations, from an instrumentation to the tracer. With the kit's own tracer attributes are built on access; any other
 * receives them all. No method throws.
 */
export class Operations {
  readonly #guard: Guard;
  readonly #clock: Clock;
  readonly #tracer: () => Tracer;

  constructor(guard: Guard, tracer: () => Tracer, clock: Clock = systemClock) {
    this.#guard = guard;
    this.#clock = clock;
    this.#tracer = tracer;
  }

  /** Context of the operation; undefined if tracing is suppressed and nothing may be recorded. */
  parent(): Context | undefined {
    try {
      const active = context.active();
      return isTracingSuppressed(active) ? undefined : active;
    } catch (error) {
      this.#guard.report('operation context', error);
      return undefined;
    }
  }

  /** Monotonic nanoseconds; NaN if the clock fails, and then nothing is recorded. */
  nanos(): number {
    try {
      return this.#clock.monotonicNanos();
    } catch (error) {
      this.#guard.report('operation clock', error);
      return NaN;
    }
  }

  /** Starts a span that is live during the call, for operations with children; undefined if that fails. */
  start(parent: Context, subject: OperationSubject, startNanos: number): Span | undefined {
    try {
      return this.#startSpan(parent, subject, startNanos);
    } catch (error) {
      this.#guard.report('operation start', error);
      return undefined;
    }
  }

  /** Calls with `span` active, exactly once even if the context manager fails; errors of the call pass through. */
  runIn<T>(parent: Context, span: Span | undefined, call: () => T): T {
    if (span === undefined) return call();
    let isCalled = false;
    try {
      return context.with(trace.setSpan(parent, span), () => {
        isCalled = true;
        return call();
      });
    } catch (error) {
      if (isCalled) throw error;
      this.#guard.report('operation context', error);
      return call();
    }
  }

  /** Ends a span of `start`. */
  finish(span: Span, result: OperationResult): void {
    try {
      this.#endSpan(span, result);
    } catch (error) {
      this.#guard.report('operation end', error);
    }
  }

  /** Records a completed operation without children. */
  note(parent: Context, subject: OperationSubject, result: OperationResult): void {
    try {
      if (Number.isNaN(result.durationNanos)) return;
      this.#endSpan(this.#startSpan(parent, subject, result.startNanos), result);
    } catch (error) {
      this.#guard.report('operation end', error);
    }
  }

  #startSpan(parent: Context, subject: OperationSubject, startNanos: number): Span {
    const tracer = this.#tracer();
    const { name, kind, attributes } = subject;
    if (tracer instanceof RecordingTracer)
      return tracer.startOperation(name, kind, parent, startNanos, subject);
    return tracer.startSpan(
      name,
      { kind, attributes, startTime: timeOfNanos(startNanos, this.#clock) },
      parent,
    );
  }

  #endSpan(span: Span, result: OperationResult): void {
    const { startNanos, durationNanos, rows, rowsAttribute, attributes, fault } = result;
    try {
      if (attributes !== undefined) span.setAttributes(attributes);
      if (rows !== undefined && rowsAttribute !== undefined) span.setAttribute(rowsAttribute, rows);
      if (fault !== undefined) describeFault(span, fault);
    } finally {
      if (Number.isNaN(durationNanos)) span.end();
      else if (span instanceof RecordingSpan) span.endAfter(durationNanos);
      else {
        // The span's own start, so that its duration is exact.
        const { startTime } = span as Span & { startTime?: [number, number] };
        span.end(plusNanos(startTime ?? timeOfNanos(startNanos, this.#clock), durationNanos));
      }
    }
  }
}

function describeFault(span: Span, { type, message, stack, attributes }: OperationFault): void {
  span.setAttribute(ATTR_ERROR_TYPE, type);
  if (attributes !== undefined) span.setAttributes(attributes);
  span.setStatus(
    message === undefined ? { code: SpanStatusCode.ERROR } : { code: SpanStatusCode.ERROR, message },
  );
  span.addEvent('exception', {
    [ATTR_EXCEPTION_TYPE]: type,
    ...(message === undefined ? undefined : { [ATTR_EXCEPTION_MESSAGE]: message }),
    ...(stack === undefined ? undefined : { [ATTR_EXCEPTION_STACKTRACE]: stack }),
  });
}
