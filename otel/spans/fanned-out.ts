import type { Context } from '@opentelemetry/api';
import type { ReadableSpan, Span, SpanProcessor } from '@opentelemetry/sdk-trace';
import type { Guard } from '../base/guard.ts';
import type { SpanSink } from './span-source.ts';

/** Several processors as one; if one throws, the next still runs. */
export class FannedOut implements SpanSink {
  readonly #processors: readonly SpanProcessor[];
  readonly #guard: Guard;

  constructor(processors: readonly SpanProcessor[], guard: Guard) {
    this.#processors = processors;
    this.#guard = guard;
  }

  onStart(span: Span, parentContext: Context): void {
    this.#each((processor) => processor.onStart(span, parentContext));
  }

  onEnding(span: Span): void {
    this.#each((processor) => processor.onEnding?.(span));
  }

  onEnd(span: ReadableSpan): void {
    this.#each((processor) => processor.onEnd(span));
  }

  #each(call: (processor: SpanProcessor) => void): void {
    for (const processor of this.#processors) {
      try {
        call(processor);
      } catch (error) {
        this.#guard.report('span processor', error);
      }
    }
  }
}
