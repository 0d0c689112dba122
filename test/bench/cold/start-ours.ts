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
import { createPipeline } from '../micro/pipeline.ts';

/** Everything of ours that a request passes, at rate 1, without files and timers beside it. */
export function startOurs(Database: typeof DatabaseConstructor): {
  readonly settle: () => void;
  readonly render: RenderTracer;
} {
  // More than wait between two settlings, so that nothing is handled in between.
  const { processor, guard } = createPipeline(1, { deferredSpans: 10_000 });
  const contexts = new AsyncContextManager();
  context.setGlobalContextManager(contexts);
  propagation.setGlobalPropagator(
    new CompositePropagator({ propagators: [new W3CTraceContextPropagator(), new W3CBaggagePropagator()] }),
  );
  const common = { guard, clock: systemClock, sink: processor, resource: defaultResource() };
  new HttpServerSpans({ ...common, contexts, untracedPathPrefixes: ['/metrics', '/admin/metrics'] }).enable();
  new BetterSqlite3Instrumentation({ ...common, recorder: processor }).manuallyInstrument(Database);
  return {
    settle: () => processor.settle(),
    render: createRenderTracer({ ...common, recorder: processor }),
  };
}
