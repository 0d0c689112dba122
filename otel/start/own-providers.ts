import type {
  LoggerProvider as ApiLoggerProvider,
  MeterProvider as ApiMeterProvider,
} from '@opentelemetry/api';
import { LoggerProvider } from '@opentelemetry/sdk-logs';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { RecordingTracerProvider } from '../spans/tracer-provider.ts';
import type { SpanMakerParts } from './span-makers.ts';

export interface OwnProviders {
  readonly tracerProvider: RecordingTracerProvider;
  readonly meterProvider: ApiMeterProvider;
  readonly loggerProvider: ApiLoggerProvider;
  /** Flushes and shuts down processors and readers. */
  shutdown(): Promise<void>;
}

/** Providers of this process if the SDK does not create them; nothing is registered yet. */
export function ownProviders(parts: SpanMakerParts): OwnProviders {
  const { config, guard, clock, cost, resource, processors } = parts;
  const tracerProvider = new RecordingTracerProvider({
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
  return {
    tracerProvider,
    meterProvider,
    loggerProvider,
    shutdown: async () => {
      await Promise.all([tracerProvider.shutdown(), meterProvider.shutdown(), loggerProvider.shutdown()]);
    },
  };
}
