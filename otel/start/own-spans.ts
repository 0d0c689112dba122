import { registerInstrumentations } from '@opentelemetry/instrumentation';
import { AsyncContextManager } from '../instrumentation/context-manager.ts';
import { createHttpInstrumentation } from '../instrumentation/http-instrumentation.ts';
import { createStockHttpInstrumentation } from '../instrumentation/stock-http.ts';
import { registered, registerGlobals } from './api-globals.ts';
import { ownProviders } from './own-providers.ts';
import { propagatorOf } from './propagator.ts';
import { clientRulesOf, type SpanMaker, type SpanMakerParts } from './span-makers.ts';

const FOREIGN_CONTEXTS =
  'An OpenTelemetry context manager is already set in this process: requests are instrumented as with METRICS_SPANS=stock, which works with any';

/** Spans by the kit's own tracer: incoming requests from Node's diagnostics channels, outgoing ones from instrumentation-http. */
export function makeOwnSpans(parts: SpanMakerParts): SpanMaker {
  const { config, guard, clock, cost, active, instrumentations } = parts;
  const { tracerProvider, meterProvider, loggerProvider, shutdown } = ownProviders(parts);
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
  const clients = clientRulesOf(config);
  const makeHttp = () =>
    hasForeignContexts
      ? createStockHttpInstrumentation({ guard, clock, untracedPathPrefixes, clients, active })
      : createHttpInstrumentation({
          guard,
          contexts,
          untracedPathPrefixes,
          clients,
          cost,
          active,
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
    shutdown,
    remove: () => {
      disable();
      removeGlobals();
    },
  };
}
