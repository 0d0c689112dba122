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
  /** Somebody else's. */
  readonly tracer: Tracer;
  /** Records what that one does not, so that every operation is counted. */
  readonly unsampled: Tracer;
  /** Is told of the spans of that one. Must not throw. */
  readonly sink: SpanSink;
}

/** Spans by the tracer of another SDK, which its processors get, and which ours are told of, too: it takes no processor after its start. */
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

/** Spans of the SDK say what they recorded; one that a sampler dropped, or of another make, does not. */
function isReadable(span: Span): span is Span & SdkSpan & ReadableSpan {
  return span.isRecording() && 'ended' in span && 'attributes' in span && 'instrumentationScope' in span;
}
