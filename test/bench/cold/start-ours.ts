import { context, propagation } from '@opentelemetry/api';
import { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } from '@opentelemetry/core';
import { defaultResource } from '@opentelemetry/resources';
import type DatabaseConstructor from 'better-sqlite3';
import { systemClock } from '../../../otel/base/clock.ts';
import { BetterSqlite3Instrumentation } from '../../../otel/instrumentation/better-sqlite3-instrumentation.ts';
import { AsyncContextManager } from '../../../otel/instrumentation/context-manager.ts';
import { HttpServerSpans } from '../../../otel/instrumentation/http-server-spans.ts';
import { createRenderTracer } from '../../../otel/instrumentation/render.ts';
import type { RenderTracer } from '../../../otel/query.ts';
import { RecordingTracerProvider } from '../../../otel/spans/tracer-provider.ts';
import { createPipeline, openHistory } from '../micro/pipeline.ts';

/** Of the requests between two settlings. */
const WRITTEN_SHARE = 1 / 3;

/** Everything of ours that a request passes, without timers beside it; the history is written when what was put off is done. */
export function startOurs(
  Database: typeof DatabaseConstructor,
  { rate, hasHistory }: { readonly rate: number; readonly hasHistory: boolean },
): {
  readonly settle: () => void;
  readonly render: RenderTracer;
} {
  // More than wait between two settlings, so that nothing is handled in between.
  const pipeline = createPipeline(rate, { deferredSpans: 10_000 });
  const { processor, guard, ring } = pipeline;
  const history = hasHistory ? openHistory(Database, pipeline) : undefined;
  const contexts = new AsyncContextManager();
  context.setGlobalContextManager(contexts);
  propagation.setGlobalPropagator(
    new CompositePropagator({ propagators: [new W3CTraceContextPropagator(), new W3CBaggagePropagator()] }),
  );
  const provider = new RecordingTracerProvider({
    resource: defaultResource(),
    processors: [processor],
    guard,
  });
  const common = { guard, clock: systemClock, tracer: provider.getTracer('http') };
  new HttpServerSpans({ ...common, contexts, untracedPathPrefixes: ['/metrics', '/admin/metrics'] }).enable();
  const database = new BetterSqlite3Instrumentation({ guard });
  database.setTracerProvider(provider);
  database.manuallyInstrument(Database);
  return {
    settle: () => {
      processor.settle();
      if (history === undefined) return;
      ring.takeChanged(Math.round(ring.waiting * (1 - WRITTEN_SHARE)), Infinity);
      history.flush();
    },
    render: createRenderTracer({ guard, tracer: () => provider.getTracer('render') }),
  };
}
