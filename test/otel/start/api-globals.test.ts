import { afterEach, describe, expect, it } from '@jest/globals';
import { context, diag, logs, metrics, propagation, trace, type TracerProvider } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { LoggerProvider } from '@opentelemetry/sdk-logs';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { TracerProvider as SdkTracerProvider } from '@opentelemetry/sdk-trace';
import {
  foreignTracerProvider,
  registered,
  registeredBy,
  registerGlobals,
} from '../../../otel/start/api-globals.ts';

const NAMES = ['context', 'propagation', 'trace', 'metrics', 'logs', 'diag'] as const;
const all = () => NAMES.filter((name) => registered(name) !== undefined);
const makeAll = () => ({
  contextManager: new AsyncLocalStorageContextManager(),
  propagator: new W3CTraceContextPropagator(),
  tracerProvider: new SdkTracerProvider({ spanProcessors: [] }),
  meterProvider: new MeterProvider(),
  loggerProvider: new LoggerProvider(),
});

afterEach(() => {
  for (const api of [context, propagation, trace, metrics, logs, diag]) api.disable();
});

describe('what telemetry registers with the API', () => {
  it('is removed, and nothing else: earlier registrations of each kind stay', () => {
    const register = {
      context: () => context.setGlobalContextManager(new AsyncLocalStorageContextManager()),
      propagation: () => propagation.setGlobalPropagator(new W3CTraceContextPropagator()),
      trace: () => trace.setGlobalTracerProvider(new SdkTracerProvider({ spanProcessors: [] })),
      metrics: () => metrics.setGlobalMeterProvider(new MeterProvider()),
      logs: () => logs.setGlobalLoggerProvider(new LoggerProvider()),
    };
    for (const [name, registerForeign] of Object.entries(register)) {
      registerForeign();
      const foreign = registered(name as keyof typeof register);
      const remove = registerGlobals(makeAll());
      expect(all()).toEqual(['context', 'propagation', 'trace', 'metrics', 'logs']);
      remove();
      expect(all()).toEqual([name]);
      expect(registered(name as keyof typeof register)).toBe(foreign);
      trace.disable();
      for (const api of [context, propagation, metrics, logs]) api.disable();
    }
  });

  it('is not removed if someone else has replaced it since', () => {
    const remove = registerGlobals(makeAll());
    trace.disable();
    const later: TracerProvider = new SdkTracerProvider({ spanProcessors: [] });
    trace.setGlobalTracerProvider(later);
    remove();
    expect(all()).toEqual(['trace']);
    expect(foreignTracerProvider()).toBe('TracerProvider');
  });

  it('includes what registers by itself', () => {
    metrics.setGlobalMeterProvider(new MeterProvider());
    const foreign = registered('metrics');
    const remove = registeredBy(() => {
      propagation.setGlobalPropagator(new W3CTraceContextPropagator());
      metrics.setGlobalMeterProvider(new MeterProvider());
    });
    expect(all()).toEqual(['propagation', 'metrics']);
    remove();
    expect(all()).toEqual(['metrics']);
    expect(registered('metrics')).toBe(foreign);
  });

  it('has the class name of an existing tracer provider', () => {
    expect(foreignTracerProvider()).toBeUndefined();
    class VendorProvider extends SdkTracerProvider {}
    trace.setGlobalTracerProvider(new VendorProvider({ spanProcessors: [] }));
    expect(foreignTracerProvider()).toBe('VendorProvider');
  });
});
