import {
  type Context,
  context,
  createContextKey,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import { TracerProvider } from '@opentelemetry/sdk-trace';
import { RedAggregator } from '../../../otel/aggregate/red-aggregator.ts';
import { systemClock } from '../../../otel/base/clock.ts';
import { Guard } from '../../../otel/base/guard.ts';
import { AsyncContextManager } from '../../../otel/instrumentation/context-manager.ts';
import { createSamplingProcessor } from '../../../otel/sampler.ts';
import { exporterSink } from '../../../otel/sampling/exporter-sink.ts';
import { InProcessSpanExporter } from '../../../otel/store/in-process-span-exporter.ts';
import { TraceRing } from '../../../otel/store/trace-ring.ts';

const REQUEST = createContextKey('request');
const rates = { http: 1, database: 1, render: 1, other: 1 };
const settings = {
  rates,
  exportRates: rates,
  slowThresholdNanos: { http: 1e9, database: 1e9, render: 1e9, other: Infinity },
  keepsWholeTrace: true,
  rules: [],
  target: 0,
};
const guard = new Guard();
const ring = new TraceRing({ maxTraces: 1000, maxBytes: 2 ** 24, now: Date.now });
context.setGlobalContextManager(new AsyncContextManager());

// Created inside a request: its timer must not retain that request.
const references = {
  spans: [] as WeakRef<object>[],
  requests: [] as WeakRef<object>[],
  contexts: [] as WeakRef<object>[],
};
const processor = context.with(inRequestOfStart(), () =>
  createSamplingProcessor({
    aggregates: new RedAggregator({ clock: systemClock, rates: () => rates }),
    guard,
    settings: () => settings,
    limits: { maxSpansPerTrace: 3 },
    sinks: [exporterSink(new InProcessSpanExporter({ ring, guard }), 'local', guard)],
  }),
);
const tracer = new TracerProvider({ spanProcessors: [processor] }).getTracer('memory');

function inRequestOfStart(): Context {
  const request = { url: '/start' };
  references.requests.push(new WeakRef(request));
  return ROOT_CONTEXT.setValue(REQUEST, request);
}

function serve(): void {
  for (let i = 0; i < 200; i++) {
    const request = { url: `/${i}`, body: new Uint8Array(1024) };
    const inRequest = ROOT_CONTEXT.setValue(REQUEST, request);
    const root = tracer.startSpan(
      'GET',
      { kind: SpanKind.SERVER, attributes: { 'http.request.method': 'GET' } },
      inRequest,
    );
    const inside = trace.setSpan(inRequest, root);
    context.with(inside, () => {
      // Decided by its size while the root still runs; every fourth root never ends.
      for (let child = 0; child < 4; child++) {
        const span = tracer.startSpan('child', {}, context.active());
        if (child === 3) span.setStatus({ code: SpanStatusCode.ERROR });
        span.end();
        references.spans.push(new WeakRef(span));
      }
    });
    if (i % 4 > 0) root.end();
    references.spans.push(new WeakRef(root));
    references.requests.push(new WeakRef(request));
    references.contexts.push(new WeakRef(inside));
  }
}

serve();
const alive = (list: readonly WeakRef<object>[]): number =>
  list.filter((reference) => reference.deref() !== undefined).length;
// A reference created or read in this turn keeps its target until the next.
for (let turn = 0; turn < 2; turn++) {
  await new Promise((resolve) => setImmediate(resolve));
  globalThis.gc!();
}
process.stdout.write(
  JSON.stringify({
    spans: alive(references.spans),
    requests: alive(references.requests),
    contexts: alive(references.contexts),
    kept: ring.size,
    held: processor.held(),
    isProcessorAlive: processor.tally().counts().started,
  }),
);
