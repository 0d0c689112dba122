import { trace, type TracerProvider } from '@opentelemetry/api';
import { registerInstrumentations } from '@opentelemetry/instrumentation';
import { LoggerProvider } from '@opentelemetry/sdk-logs';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { RecordingTracerProvider } from '../spans/tracer-provider.ts';
import { foreignTracerProvider, registerGlobals } from './api-globals.ts';
import { CountedTracer } from './counted-tracer.ts';
import type { SpanMaker, SpanMakerParts } from './span-makers.ts';

/**
 * Beside an SDK that was started before: its tracer makes the spans of statements and pages, so that they stand in its traces, and requests are
 * what its instrumentations make of them. Of the API, what it left free is registered.
 */
export function makeSpansBeside(parts: SpanMakerParts): SpanMaker {
  const { config, guard, clock, cost, resource, processors } = parts;
  guard.note(
    `OpenTelemetry is set up in this process already (${foreignTracerProvider()}): telemetry stands beside it. ` +
      'Requests are instrumented by it alone; statements and pages go through its tracer and are counted here. ' +
      'To sample its spans, add createSamplingProcessor to its span processors',
  );
  const own = new RecordingTracerProvider({
    resource,
    processors,
    guard,
    clock,
    cost,
    limits: config.spanLimits,
  });
  const meterProvider = new MeterProvider({ resource, readers: [...parts.metricReaders] });
  const loggerProvider = new LoggerProvider({
    resource,
    processors: [...parts.logRecordProcessors],
    logRecordLimits: config.logRecordLimits,
  });
  const removeGlobals = registerGlobals({ meterProvider, loggerProvider });
  const counted: TracerProvider = {
    getTracer: (...scope) =>
      new CountedTracer({
        tracer: trace.getTracerProvider().getTracer(...scope),
        unsampled: own.getTracer(...scope),
        processors,
        guard,
      }),
  };
  const disable = registerInstrumentations({
    instrumentations: [...parts.instrumentations],
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
    shutdown: async () => {
      await Promise.all([own.shutdown(), meterProvider.shutdown(), loggerProvider.shutdown()]);
    },
    remove: () => {
      disable();
      removeGlobals();
    },
  };
}
