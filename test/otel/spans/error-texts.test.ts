import { describe, expect, it } from '@jest/globals';
import { SpanStatusCode } from '@opentelemetry/api';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { Guard } from '../../../otel/base/guard.ts';
import { exporterSink } from '../../../otel/sampling/exporter-sink.ts';
import type { KeptSpan } from '../../../otel/spans/kept-span.ts';
import { InProcessSpanExporter } from '../../../otel/store/in-process-span-exporter.ts';
import { TraceRing } from '../../../otel/store/trace-ring.ts';
import { keptSpan, traceIdOf } from '../store/kept-span-fixture.ts';
import { FakeExporter } from '../sampling/processor-fixture.ts';

const SECRET = 'k9-planted-Secret-4711';

/** A span with a secret in each text of an error. */
function failed(): KeptSpan {
  const memory = new InMemorySpanExporter();
  const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter: memory })] });
  const span = provider.getTracer('scope').startSpan('GET /');
  const error = new Error(`cannot reach https://me:${SECRET}@mail.example/?token=${SECRET}`);
  span.recordException(error);
  span.setStatus({ code: SpanStatusCode.ERROR, message: error.message });
  span.setAttribute('exception.message', error.message);
  span.end();
  const [{ events, status, attributes }] = memory.getFinishedSpans() as [KeptSpan];
  return Object.assign(keptSpan(), { events, status, attributes });
}

describe('the texts of an error', () => {
  it('are stored without credentials', () => {
    const ring = new TraceRing({ maxTraces: 1, maxBytes: 1_000_000, now: () => 0 });
    new InProcessSpanExporter({ ring, guard: new Guard() }).take([failed()]);
    const text = JSON.stringify(ring.get(traceIdOf(1))?.spans);
    expect(text).toContain('cannot reach https://');
    expect(text).not.toContain(SECRET);
  });

  it('are exported without credentials, and left to other processors as they are', () => {
    const exporter = new FakeExporter();
    const span = failed();
    exporterSink(exporter, 'export', new Guard()).take([span]);
    const [exported] = exporter.spans;
    expect(exported?.status.message).toMatch(/^cannot reach https:\/\//);
    const { events, status, attributes } = exported!;
    expect(JSON.stringify({ events, status, attributes })).not.toContain(SECRET);
    expect(span.status.message).toContain(SECRET);
    expect(JSON.stringify(span.events)).toContain(SECRET);
  });
});
