import { ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';

/** Ended spans of one trace, created by the SDK: a root and `count - 1` children, `attribute` on each. */
export function makeTrace(count: number, attribute = 'value', serviceName = 'made'): ReadableSpan[] {
  const exporter = new InMemorySpanExporter();
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ 'service.name': serviceName }),
    spanProcessors: [new SimpleSpanProcessor({ exporter })],
  });
  const tracer = provider.getTracer('made-scope');
  const root = tracer.startSpan('root', { attributes: { attribute } }, ROOT_CONTEXT);
  const inRoot = trace.setSpan(ROOT_CONTEXT, root);
  for (let index = 1; index < count; index++) {
    tracer.startSpan(`child ${index}`, { attributes: { attribute } }, inRoot).end();
  }
  root.end();
  return exporter.getFinishedSpans();
}
