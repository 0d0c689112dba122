import {
  type Context,
  context as contexts,
  type HrTime,
  INVALID_SPAN_CONTEXT,
  isSpanContextValid,
  type Span,
  type SpanContext,
  SpanKind,
  type SpanOptions,
  type TimeInput,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { hrTimeToMilliseconds, isTracingSuppressed } from '@opentelemetry/core';
import type { LazyAttributes, SpanSource, TimeOrigin } from './span-source.ts';
import { RecordingSpan } from './span.ts';
import { givenTime, nanosSince } from './span-time.ts';

/**
 * The one place that creates spans. Follows the API contract like the SDK's tracer, without a sampler: every span is recorded, and sampled if its
 * parent is.
 */
export class RecordingTracer implements Tracer {
  readonly source: SpanSource;

  constructor(source: SpanSource) {
    this.source = source;
  }

  startSpan(name: string, options: SpanOptions = {}, parent: Context = contexts.active()): Span {
    const parentContext = options.root === true ? trace.deleteSpan(parent) : parent;
    if (isTracingSuppressed(parentContext)) return trace.wrapSpanContext(INVALID_SPAN_CONTEXT);
    const { kind = SpanKind.INTERNAL, startTime, attributes, links } = options;
    const { origin, startNanos } = this.#startOf(parentContext, startTime);
    const parentSpan = contextOf(trace.getSpan(parentContext));
    const span = new RecordingSpan(this.source, name, kind, parentSpan, origin, startNanos, undefined);
    const given = givenTime(startTime);
    if (given !== undefined) span.startAt(given);
    if (attributes !== undefined) span.startWith(attributes);
    if (links !== undefined) span.addLinks(links);
    return span.begin(parentContext);
  }

  startActiveSpan<F extends (span: Span) => unknown>(name: string, ...rest: unknown[]): ReturnType<F> {
    return callInSpan<F>(this, name, rest);
  }

  /** Starts a span at a monotonic time, with attributes that are built when they are read. The caller has checked for suppression. */
  startOperation(
    name: string,
    kind: SpanKind,
    parent: Context,
    startNanos: number,
    lazy: LazyAttributes,
  ): RecordingSpan {
    const { clock } = this.source;
    const outer = trace.getSpan(parent);
    const origin =
      outer instanceof RecordingSpan ? outer.origin : { millis: clock.now(), nanos: clock.monotonicNanos() };
    const span = new RecordingSpan(this.source, name, kind, contextOf(outer), origin, startNanos, lazy);
    return span.begin(parent);
  }

  #startOf(parent: Context, startTime: TimeInput | undefined): SpanStart {
    const { clock, guard } = this.source;
    const millis = guard.run('clock', () => clock.now(), 0);
    const nanos = guard.run('clock', () => clock.monotonicNanos(), NaN);
    const given = givenTime(startTime);
    if (given !== undefined) return startedAt(given, millis, nanos);
    const startNanos = nanos - nanosSince(startTime);
    const outer = trace.getSpan(parent);
    // On the time line of its parent: by another clock it could extend beyond the parent.
    if (outer instanceof RecordingSpan && !Number.isNaN(outer.origin.nanos))
      return { origin: outer.origin, startNanos };
    return { origin: { millis, nanos }, startNanos };
  }
}

/** Implements `startActiveSpan`; `rest` holds its arguments after the name: options, context, and last the function. */
export function callInSpan<F extends (span: Span) => unknown>(
  tracer: Pick<Tracer, 'startSpan'>,
  name: string,
  rest: unknown[],
): ReturnType<F> {
  const call = rest.pop() as F;
  const [options = {}, parent = contexts.active()] = rest as [SpanOptions?, Context?];
  const span = tracer.startSpan(name, options, parent);
  const active = trace.setSpan(parent, span);
  return contexts.with(active, call as (span: Span) => ReturnType<F>, undefined, span);
}

interface SpanStart {
  readonly origin: TimeOrigin;
  readonly startNanos: number;
}

/** A span with an explicit start lasts until the wall clock's current time. */
function startedAt(given: HrTime, nowMillis: number, nowNanos: number): SpanStart {
  const millis = hrTimeToMilliseconds(given);
  const startNanos = nowNanos - Math.round((nowMillis - millis) * 1e6);
  return { origin: { millis, nanos: startNanos }, startNanos };
}

/** Undefined for a span that cannot be a parent. */
function contextOf(span: Span | undefined): SpanContext | undefined {
  const spanContext = span?.spanContext();
  if (spanContext === undefined || span instanceof RecordingSpan) return spanContext;
  return isSpanContextValid(spanContext) ? spanContext : undefined;
}
