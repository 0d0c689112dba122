import {
  type Context,
  context as contexts,
  type Span,
  type SpanOptions,
  trace,
  type Tracer,
} from '@opentelemetry/api';
import type { ReadableSpan, SpanProcessor, Span as SdkSpan } from '@opentelemetry/sdk-trace';
import type { Guard } from '../base/guard.ts';

export interface CountedTracerOptions {
  /** Somebody else's. */
  readonly tracer: Tracer;
  /** Records what that one does not, so that every operation is counted. */
  readonly unsampled: Tracer;
  /** They are told of the spans of both. */
  readonly processors: readonly SpanProcessor[];
  readonly guard: Guard;
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
    const call = rest.pop() as F;
    const [options = {}, parent = contexts.active()] = rest as [SpanOptions?, Context?];
    const span = this.startSpan(name, options, parent);
    const active = trace.setSpan(parent, span);
    return contexts.with(active, call as (span: Span) => ReturnType<F>, undefined, span);
  }

  #tell(span: Span & SdkSpan & ReadableSpan, parent: Context): Span {
    this.#each((processor) => processor.onStart(span, parent));
    const { end } = span;
    span.end = (...time) => {
      const wasEnded = span.ended;
      end.apply(span, time);
      if (!wasEnded) this.#each((processor) => processor.onEnd(span));
    };
    return span;
  }

  #each(call: (processor: SpanProcessor) => void): void {
    const { processors, guard } = this.#options;
    for (const processor of processors) guard.run('span processor', () => call(processor), undefined);
  }
}

/** Spans of the SDK say what they recorded; one that a sampler dropped, or of another make, does not. */
function isReadable(span: Span): span is Span & SdkSpan & ReadableSpan {
  return span.isRecording() && 'ended' in span && 'attributes' in span && 'instrumentationScope' in span;
}
