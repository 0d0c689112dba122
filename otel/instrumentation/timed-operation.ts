import {
  INVALID_TRACEID,
  type Attributes,
  type Context,
  type Span,
  type SpanKind,
  SpanStatusCode,
  type Tracer,
  context,
  trace,
} from '@opentelemetry/api';
import { type InstrumentationScope, isTracingSuppressed } from '@opentelemetry/core';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import type { EndedOperation, OperationRecorder } from '../aggregate/ended-operation.ts';
import { type Clock, systemClock } from '../base/clock.ts';
import type { Guard } from '../base/guard.ts';
import type { OperationType } from '../query.ts';
import type { FinishedOperationSink } from '../sampling/finished-operation.ts';
import type { StatementNames } from '../sql/statement-names.ts';
import {
  ATTR_ERROR_TYPE,
  ATTR_EXCEPTION_MESSAGE,
  ATTR_EXCEPTION_STACKTRACE,
  ATTR_EXCEPTION_TYPE,
} from '../base/semconv.ts';
import { callerOf, plusNanos, requestFactsOf, spanTimeOf } from './context.ts';
import { FinishedSpan } from './finished-span.ts';

/** What is known before the call; made once per statement or template and shared by all of its calls. */
export interface OperationSubject {
  readonly type: OperationType;
  /** The span's name. */
  readonly name: string;
  /** Its RED series, as the processor would name it from the span. */
  readonly series: string;
  readonly kind: SpanKind;
  readonly attributes: Attributes;
  /** database: its text and summary. */
  readonly statement?: StatementNames;
}

/** A failure as far as a span may tell it; `message` holds no bound values. */
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
  readonly durationNanos: number;
  /** database: rows returned plus rows changed. */
  readonly rows?: number | undefined;
  readonly attributes?: Attributes | undefined;
  /** Under which attribute `rows` stand; a span is told, a count is not. */
  readonly rowsAttribute?: string | undefined;
  readonly fault?: OperationFault | undefined;
}

export interface OperationTimerOptions {
  readonly guard: Guard;
  /** Without one, every operation gets a span. */
  readonly recorder?: OperationRecorder | undefined;
  /** Gets operations inside of a request that went well, and decides on their spans. Without one, every span is the tracer's. */
  readonly sink?: FinishedOperationSink | undefined;
  /** Of the spans for `sink`. */
  readonly scope?: InstrumentationScope;
  readonly clock?: Clock;
  readonly tracer: () => Tracer;
}

/**
 * Times operations exactly and makes spans only of those whose detail somebody wants: all of them when the recorder says so, else
 * the slow and the failed, after the fact. No method throws.
 */
export class OperationTimer {
  readonly #guard: Guard;
  readonly #recorder: OperationRecorder | undefined;
  readonly #clock: Clock;
  readonly #tracer: () => Tracer;
  readonly #sink: FinishedOperationSink | undefined;
  readonly #scope: InstrumentationScope;

  constructor({
    guard,
    recorder,
    sink,
    scope = { name: '' },
    clock = systemClock,
    tracer,
  }: OperationTimerOptions) {
    this.#guard = guard;
    this.#recorder = recorder;
    this.#sink = sink;
    this.#scope = scope;
    this.#clock = clock;
    this.#tracer = tracer;
  }

  /** The context the operation belongs to; undefined when tracing is suppressed and nothing may be noted. */
  parent(): Context | undefined {
    try {
      const active = context.active();
      return isTracingSuppressed(active) ? undefined : active;
    } catch (error) {
      this.#guard.report('operation context', error);
      return undefined;
    }
  }

  /** Monotonic nanoseconds; NaN when the clock is broken, and then nothing is noted. */
  nanos(): number {
    try {
      return this.#clock.monotonicNanos();
    } catch (error) {
      this.#guard.report('operation clock', error);
      return NaN;
    }
  }

  /** Without an active span the answer is yes: the operation starts a trace of its own, whose id is not known before its span. */
  isDetailWanted(parent: Context, type: OperationType): boolean {
    try {
      if (this.#recorder === undefined) return true;
      const active = trace.getSpan(parent)?.spanContext();
      if (active === undefined || active.traceId === INVALID_TRACEID) return true;
      return this.#recorder.isDetailWanted(type, active.traceId, active.traceState?.serialize());
    } catch (error) {
      this.#guard.report('operation detail', error);
      return true;
    }
  }

  /** A span that is live during the call, for operations that have children; undefined when it cannot be made. */
  start(parent: Context, subject: OperationSubject, startNanos: number): Span | undefined {
    return this.#guard.run('operation start', () => this.#startSpan(parent, subject, startNanos), undefined);
  }

  /** Calls with `span` active, exactly once even when the context manager is broken; what the call throws is thrown. */
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
  finish(span: Span, parent: Context, result: OperationResult): void {
    this.#guard.run('operation end', () => this.#endSpan(span, parent, result), undefined);
  }

  /** Notes an operation that ran without a span: makes the span after the fact if one is due, counts it otherwise. */
  note(parent: Context, subject: OperationSubject, result: OperationResult): void {
    try {
      if (Number.isNaN(result.durationNanos)) return;
      if (result.fault === undefined && this.#giveFinished(parent, subject, result)) return;
      if (
        result.fault === undefined &&
        !this.#isSlow(subject.type, result.durationNanos) &&
        !this.isDetailWanted(parent, subject.type)
      ) {
        this.#recorder!.recordWithoutSpan(
          endedOperation(subject, result, this.#clock.now(), callerOf(requestFactsOf(parent))),
        );
        return;
      }
      this.#endSpan(this.#startSpan(parent, subject, result.startNanos), parent, result);
    } catch (error) {
      this.#guard.report('operation end', error);
    }
  }

  /** Makes a span only when the operation was slow or failed; for steps that another span stands for. */
  noteIfRemarkable(parent: Context, subject: OperationSubject, result: OperationResult): void {
    if (result.fault !== undefined || this.#isSlow(subject.type, result.durationNanos))
      this.note(parent, subject, result);
  }

  #isSlow(type: OperationType, durationNanos: number): boolean {
    try {
      return this.#recorder !== undefined && durationNanos >= this.#recorder.slowThresholdNanos(type);
    } catch (error) {
      this.#guard.report('operation threshold', error);
      return true;
    }
  }

  /** False when the parent is not a live span of a request of ours, whose resource and time line the span could share. */
  #giveFinished(parent: Context, subject: OperationSubject, result: OperationResult): boolean {
    if (this.#sink === undefined) return false;
    const request = requestFactsOf(parent);
    if (request === undefined) return false;
    const span = trace.getSpan(parent) as (Span & Partial<ReadableSpan>) | undefined;
    if (span?.resource === undefined || !span.isRecording()) return false;
    this.#sink.recordFinished(
      new FinishedSpan(span as Span & ReadableSpan, request, subject, this.#scope, result),
    );
    return true;
  }

  #startSpan(parent: Context, { name, kind, attributes }: OperationSubject, startNanos: number): Span {
    const facts = requestFactsOf(parent);
    const startTime = spanTimeOf(facts, startNanos, this.#clock.monotonicNanos(), this.#clock.now());
    return this.#tracer().startSpan(name, { kind, attributes, startTime }, parent);
  }

  #endSpan(
    span: Span,
    parent: Context,
    { startNanos, durationNanos, rows, rowsAttribute, attributes, fault }: OperationResult,
  ): void {
    try {
      if (attributes !== undefined) span.setAttributes(attributes);
      if (rows !== undefined && rowsAttribute !== undefined) span.setAttribute(rowsAttribute, rows);
      if (fault !== undefined) describeFault(span, fault);
    } finally {
      // An end that is the start plus what was measured, so that the span's own duration is the exact one.
      const startTime =
        (span as Span & { startTime?: [number, number] }).startTime ??
        spanTimeOf(requestFactsOf(parent), startNanos, this.#clock.monotonicNanos(), this.#clock.now());
      span.end(Number.isNaN(durationNanos) ? undefined : plusNanos(startTime, durationNanos));
    }
  }
}

/** Plain assignments, no spreads: this runs for every statement that gets no span. */
function endedOperation(
  { type, series, statement }: OperationSubject,
  { durationNanos, rows }: OperationResult,
  endMillis: number,
  caller: string | undefined,
): EndedOperation {
  const operation: { -readonly [K in keyof EndedOperation]: EndedOperation[K] } = {
    type,
    series,
    endMillis,
    durationNanos,
    failed: false,
    clientError: false,
    aborted: false,
  };
  if (rows !== undefined) operation.rows = rows;
  if (statement !== undefined) operation.statement = statement;
  if (caller !== undefined) operation.caller = caller;
  return operation;
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
