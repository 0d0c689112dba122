import {
  type ContextManager,
  context,
  type LoggerProvider,
  logs,
  type MeterProvider,
  metrics,
  propagation,
  ProxyTracerProvider,
  type TextMapPropagator,
  trace,
  type TracerProvider,
} from '@opentelemetry/api';

/** What the process uses through the API; each of it can be set once. */
export interface ApiGlobals {
  readonly contextManager: ContextManager;
  readonly propagator: TextMapPropagator;
  readonly tracerProvider: TracerProvider;
  readonly meterProvider: MeterProvider;
  readonly loggerProvider: LoggerProvider;
}

/** Registers what nobody has registered before; returns the function that removes that, and only that. */
export function registerGlobals(globals: ApiGlobals): () => void {
  const { contextManager, propagator, tracerProvider, meterProvider, loggerProvider } = globals;
  const removals: (() => void)[] = [];
  if (context.setGlobalContextManager(contextManager)) removals.push(() => context.disable());
  if (propagation.setGlobalPropagator(propagator)) removals.push(() => propagation.disable());
  if (trace.setGlobalTracerProvider(tracerProvider))
    removals.push(() => removeTracerProvider(tracerProvider));
  if (metrics.setGlobalMeterProvider(meterProvider)) removals.push(() => metrics.disable());
  if (logs.setGlobalLoggerProvider(loggerProvider)) removals.push(() => logs.disable());
  return () => {
    for (const remove of removals) remove();
  };
}

function removeTracerProvider(own: TracerProvider): void {
  const current = trace.getTracerProvider();
  if (current === own || (current instanceof ProxyTracerProvider && current.getDelegate() === own))
    trace.disable();
}
