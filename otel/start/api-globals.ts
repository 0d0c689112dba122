import {
  type ContextManager,
  context,
  diag,
  type LoggerProvider,
  logs,
  type MeterProvider,
  metrics,
  propagation,
  type TextMapPropagator,
  trace,
  type TracerProvider,
} from '@opentelemetry/api';

/** What can be registered with the API, each once per process. */
export interface ApiGlobals {
  readonly contextManager: ContextManager;
  readonly propagator: TextMapPropagator;
  readonly tracerProvider: TracerProvider;
  readonly meterProvider: MeterProvider;
  readonly loggerProvider: LoggerProvider;
}

type ApiName = 'context' | 'propagation' | 'trace' | 'metrics' | 'logs' | 'diag';
const APIS: Readonly<Record<ApiName, { disable(): void }>> = {
  context,
  propagation,
  trace,
  metrics,
  logs,
  diag,
};

/** Key under which all copies of one major version of the API share their registrations. */
const SHARED = Symbol.for('opentelemetry.js.api.1');

/** The current registration under a name, also one made by other code. */
export function registered(name: ApiName): unknown {
  return (globalThis as { readonly [SHARED]?: Partial<Record<ApiName, unknown>> })[SHARED]?.[name];
}

/** Registers what is not registered yet; returns a function that removes exactly that. */
export function registerGlobals(globals: Partial<ApiGlobals>): () => void {
  const { contextManager, propagator, tracerProvider, meterProvider, loggerProvider } = globals;
  return registerOnly({
    context: contextManager && (() => context.setGlobalContextManager(contextManager)),
    propagation: propagator && (() => propagation.setGlobalPropagator(propagator)),
    trace: tracerProvider && (() => trace.setGlobalTracerProvider(tracerProvider)),
    metrics: meterProvider && (() => metrics.setGlobalMeterProvider(meterProvider)),
    logs: loggerProvider && (() => logs.setGlobalLoggerProvider(loggerProvider)),
  });
}

/** Calls those registrations whose name is free; returns a function that frees it again, unless someone else has registered since. */
export function registerOnly(
  registrations: Partial<Record<ApiName, (() => unknown) | undefined>>,
): () => void {
  const own = new Map<ApiName, unknown>();
  for (const [name, register] of Object.entries(registrations) as [ApiName, (() => unknown) | undefined][]) {
    if (register === undefined || registered(name) !== undefined) continue;
    register();
    own.set(name, registered(name));
  }
  return () => removeOnly(own);
}

/** Runs code that registers by itself; returns a function that removes exactly what it registered. */
export function registeredBy(register: () => void): () => void {
  const names = Object.keys(APIS) as ApiName[];
  const free = names.filter((name) => registered(name) === undefined);
  register();
  const own = new Map(free.map((name) => [name, registered(name)] as const));
  return () => removeOnly(own);
}

function removeOnly(own: ReadonlyMap<ApiName, unknown>): void {
  for (const [name, value] of own)
    if (value !== undefined && registered(name) === value) APIS[name].disable();
}

/** Class name of the tracer provider that someone else registered; undefined if there is none. */
export function foreignTracerProvider(): string | undefined {
  if (registered('trace') === undefined) return undefined;
  const provider: TracerProvider & { readonly getDelegate?: () => TracerProvider } =
    trace.getTracerProvider();
  const delegate: object = provider.getDelegate?.() ?? provider;
  // A bundler may have appended a suffix.
  return delegate.constructor.name.replace(/\$\d+$/, '');
}
