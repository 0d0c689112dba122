import { context, type Tracer } from '@opentelemetry/api';
import { emptyResource } from '@opentelemetry/resources';
import { AsyncContextManager } from '../../../otel/instrumentation/context-manager.ts';
import { HttpServerSpans } from '../../../otel/instrumentation/http-server-spans.ts';
import { RecordingTracerProvider } from '../../../otel/spans/tracer-provider.ts';
import type { startProcessor } from '../sampling/processor-fixture.ts';

/** Spans of this process's requests, by a processor. `stop` it before the test ends. */
export function watchRequests({
  processor,
  guard,
  clock,
}: Pick<ReturnType<typeof startProcessor>, 'processor' | 'guard' | 'clock'>): {
  readonly tracer: Tracer;
  stop(): Promise<void>;
} {
  const contexts = new AsyncContextManager();
  context.setGlobalContextManager(contexts);
  const provider = new RecordingTracerProvider({
    resource: emptyResource(),
    processors: [processor],
    guard,
    clock,
  });
  const tracer = provider.getTracer('test');
  const spans = new HttpServerSpans({ guard, clock, contexts, untracedPathPrefixes: [], tracer });
  spans.enable();
  return {
    tracer,
    async stop() {
      spans.disable();
      context.disable();
      await processor.shutdown();
    },
  };
}
