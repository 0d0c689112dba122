import type { TextMapPropagator } from '@opentelemetry/api';
import { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } from '@opentelemetry/core';
import type { TelemetryConfig } from '../config.ts';

/** Reads and writes the headers that propagate a trace. */
export function propagatorOf({ propagators }: Pick<TelemetryConfig, 'propagators'>): TextMapPropagator {
  const each = propagators.map((name) =>
    name === 'baggage' ? new W3CBaggagePropagator() : new W3CTraceContextPropagator(),
  );
  return new CompositePropagator({ propagators: each });
}
