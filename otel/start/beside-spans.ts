import { trace, type TracerProvider } from '@opentelemetry/api';
import { registerInstrumentations } from '@opentelemetry/instrumentation';
import { FannedOut } from '../spans/fanned-out.ts';
import { foreignTracerProvider, registerGlobals } from './api-globals.ts';
import { CountedTracer } from './counted-tracer.ts';
import { ownProviders } from './own-providers.ts';
import type { SpanMaker, SpanMakerParts } from './span-makers.ts';

/**
 * Beside an SDK that was started earlier: its tracer creates the spans of statements and renders, so that they belong to its traces, and its
 * instrumentations create those of requests. Registers only what it left free in the API.
 */
export function makeSpansBeside(parts: SpanMakerParts): SpanMaker {
  const { guard, processors, instrumentations } = parts;
  guard.note(
    `OpenTelemetry is already set up in this process (${foreignTracerProvider()}): telemetry works beside it. ` +
      'Its instrumentations trace requests; statements and renders go through its tracer and are counted here. ' +
      'To sample its spans, add createSamplingProcessor to its span processors',
  );
  const { tracerProvider: own, meterProvider, loggerProvider, shutdown } = ownProviders(parts);
  const removeGlobals = registerGlobals({ meterProvider, loggerProvider });
  const sink = new FannedOut(processors, guard);
  const counted: TracerProvider = {
    getTracer: (...scope) =>
      new CountedTracer({
        tracer: trace.getTracerProvider().getTracer(...scope),
        unsampled: own.getTracer(...scope),
        sink,
      }),
  };
  const disable = registerInstrumentations({
    instrumentations: [...instrumentations],
    tracerProvider: counted,
    meterProvider,
    loggerProvider,
  });
  const tracers = new Map<string, ReturnType<TracerProvider['getTracer']>>();
  return {
    tracer: (name, version) => {
      const tracer = tracers.get(name) ?? counted.getTracer(name, version);
      tracers.set(name, tracer);
      return tracer;
    },
    shutdown,
    remove: () => {
      disable();
      removeGlobals();
    },
  };
}
