import { trace } from '@opentelemetry/api';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { AlwaysOnSampler, createAlwaysRecordSampler, ParentBasedSampler } from '@opentelemetry/sdk-trace';
import { createStockHttpInstrumentation } from '../instrumentation/stock-http.ts';
import { registeredBy } from './api-globals.ts';
import { propagatorOf } from './propagator.ts';
import { clientRulesOf, type SpanMaker, type SpanMakerParts } from './span-makers.ts';

/**
 * METRICS_SPANS=stock: spans by the SDK and instrumentation-http, with the same processor behind them. It is the control group of the benchmark,
 * the first question of a bug report, and the fallback when Node changes.
 */
export function makeStockSpans({
  config,
  guard,
  clock,
  active,
  resource,
  processors,
  metricReaders,
  logRecordProcessors,
  instrumentations,
}: SpanMakerParts): SpanMaker {
  const { untracedPathPrefixes } = config;
  const clients = clientRulesOf(config);
  const all = [
    ...(config.instrumentations.http
      ? [createStockHttpInstrumentation({ guard, clock, untracedPathPrefixes, clients, active })]
      : []),
    ...instrumentations,
  ];
  const sdk = new NodeSDK({
    resource,
    autoDetectResources: false,
    sampler: createAlwaysRecordSampler(new ParentBasedSampler({ root: new AlwaysOnSampler() })),
    spanProcessors: [...processors],
    spanLimits: config.spanLimits,
    textMapPropagator: propagatorOf(config),
    instrumentations: all,
    metricReaders: [...metricReaders],
    // Without a list of its own the SDK would export logs to an unconfigured collector.
    logRecordProcessors: [...logRecordProcessors],
  });
  const removeGlobals = registeredBy(() => sdk.start());
  return {
    tracer: (name, version) => trace.getTracer(name, version),
    shutdown: () => sdk.shutdown(),
    remove: () => {
      for (const instrumentation of all) instrumentation.disable();
      removeGlobals();
    },
  };
}
