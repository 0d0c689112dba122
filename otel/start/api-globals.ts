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

/** What the process uses through the API; each of it can be set once. */
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

/** Where all copies of the API of one major version keep what is registered, so that they share it. */
const SHARED = Symbol.for('opentelemetry.js.api.1');

/** What is registered under a name, whoever registered it. */
export function registered(name: ApiName): unknown {
  return (globalThis as { readonly [SHARED]?: Partial<Record<ApiName, unknown>> })[SHARED]?.[name];
}

/** Registers what nobody has registered before; returns the function that removes that, and only that. */
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

/** Calls those registrations whose place is free; returns the function that frees it again, unless somebody else has it by then. */
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

/** Runs what registers by itself; returns the function that removes what it registered, and only that. */
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

/** The class of the tracer provider that somebody has registered; undefined when nobody has. */
export function foreignTracerProvider(): string | undefined {
  if (registered('trace') === undefined) return undefined;
  const provider: TracerProvider & { readonly getDelegate?: () => TracerProvider } =
    trace.getTracerProvider();
  const delegate: object = provider.getDelegate?.() ?? provider;
  // A bundler may have told it from another of that name.
  return delegate.constructor.name.replace(/\$\d+$/, '');
}
