import {
  type Context,
  context as contexts,
  type Span,
  type SpanOptions,
  trace,
  type Tracer,
} from '@opentelemetry/api';
import type { ReadableSpan, Span as SdkSpan } from '@opentelemetry/sdk-trace';
import { callInSpan } from '../spans/tracer.ts';
import type { SpanSink } from '../spans/span-source.ts';

export interface CountedTracerOptions {
  /** Tracer of the other SDK. */
  readonly tracer: Tracer;
  /** Records spans that the other tracer does not, so that every operation is counted. */
  readonly unsampled: Tracer;
  /** Receives the spans of the other tracer. Must not throw. */
  readonly sink: SpanSink;
}

/** Spans of another SDK's tracer, which go to its processors and to ours: it accepts no processor after its start. */
export class CountedTracer implements Tracer {
  readonly #options: CountedTracerOptions;

  constructor(options: CountedTracerOptions) {
    this.#options = options;
  }

  startSpan(name: string, options: SpanOptions = {}, parent: Context = contexts.active()): Span {
    const { tracer, unsampled } = this.#options;
    const span = tracer.startSpan(name, options, parent);
    if (isReadable(span)) return this.#tell(span, parent);
    const spanContext = { ...span.spanContext(), isRemote: true };
    return unsampled.startSpan(name, options, trace.setSpanContext(parent, spanContext));
  }

  startActiveSpan<F extends (span: Span) => unknown>(name: string, ...rest: unknown[]): ReturnType<F> {
    return callInSpan<F>(this, name, rest);
  }

  #tell(span: Span & SdkSpan & ReadableSpan, parent: Context): Span {
    const { sink } = this.#options;
    sink.onStart(span, parent);
    const { end } = span;
    span.end = (...time) => {
      const wasEnded = span.ended;
      end.apply(span, time);
      if (!wasEnded) sink.onEnd(span);
    };
    return span;
  }
}

/** Returns true for a recording span of the SDK; false for one that a sampler dropped, or of another implementation. */
function isReadable(span: Span): span is Span & SdkSpan & ReadableSpan {
  return span.isRecording() && 'ended' in span && 'attributes' in span && 'instrumentationScope' in span;
}
