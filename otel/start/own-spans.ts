import { registerInstrumentations } from '@opentelemetry/instrumentation';
import { LoggerProvider } from '@opentelemetry/sdk-logs';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { AsyncContextManager } from '../instrumentation/context-manager.ts';
import { createHttpInstrumentation } from '../instrumentation/http-instrumentation.ts';
import { createStockHttpInstrumentation } from '../instrumentation/stock-http.ts';
import { RecordingTracerProvider } from '../spans/tracer-provider.ts';
import { registered, registerGlobals } from './api-globals.ts';
import { propagatorOf } from './propagator.ts';
import type { SpanMaker, SpanMakerParts } from './span-makers.ts';

const FOREIGN_CONTEXTS =
  'A context manager of OpenTelemetry is set in this process already: requests are instrumented as with METRICS_SPANS=stock, which works with any';

/** Spans by the kit's own tracer; requests that come in straight from node's diagnostics channels, those that go out by instrumentation-http. */
export function makeOwnSpans({
  config,
  guard,
  clock,
  cost,
  resource,
  processors,
  metricReaders,
  logRecordProcessors,
  instrumentations,
}: SpanMakerParts): SpanMaker {
  const tracerProvider = new RecordingTracerProvider({
    resource,
    processors,
    guard,
    clock,
    cost,
    limits: config.spanLimits,
  });
  const meterProvider = new MeterProvider({ resource, readers: [...metricReaders] });
  const loggerProvider = new LoggerProvider({
    resource,
    processors: [...logRecordProcessors],
    logRecordLimits: config.logRecordLimits,
  });
  const contexts = new AsyncContextManager();
  const hasForeignContexts = registered('context') !== undefined;
  const removeGlobals = registerGlobals({
    contextManager: contexts,
    propagator: propagatorOf(config),
    tracerProvider,
    meterProvider,
    loggerProvider,
  });
  if (hasForeignContexts) guard.note(FOREIGN_CONTEXTS);
  const { untracedPathPrefixes } = config;
  const clients = { proxies: config.trustedProxies, recordsAddresses: config.recordsClientAddresses };
  const makeHttp = () =>
    hasForeignContexts
      ? createStockHttpInstrumentation({ guard, clock, untracedPathPrefixes, clients })
      : createHttpInstrumentation({
          guard,
          contexts,
          untracedPathPrefixes,
          clients,
          cost,
          clock,
          tracer: tracerProvider.getTracer('http'),
        });
  const disable = registerInstrumentations({
    instrumentations: [...(config.instrumentations.http ? [makeHttp()] : []), ...instrumentations],
    tracerProvider,
    meterProvider,
    loggerProvider,
  });
  return {
    tracer: (name, version) => tracerProvider.getTracer(name, version),
    shutdown: async () => {
      await Promise.all([tracerProvider.shutdown(), meterProvider.shutdown(), loggerProvider.shutdown()]);
    },
    remove: () => {
      disable();
      removeGlobals();
    },
  };
}
