import type { Tracer } from '@opentelemetry/api';
import type { Instrumentation } from '@opentelemetry/instrumentation';
import type { LogRecordProcessor } from '@opentelemetry/sdk-logs';
import type { MetricReader } from '@opentelemetry/sdk-metrics';
import type { ReadableSpan, SpanProcessor } from '@opentelemetry/sdk-trace';
import type { Clock } from '../base/clock.ts';
import type { Guard } from '../base/guard.ts';
import type { TelemetryConfig } from '../config.ts';
import type { ActiveRequests } from '../instrumentation/active-requests.ts';
import type { ClientRules } from '../instrumentation/http-request-attributes.ts';
import type { CostMeter } from '../base/cost-meter.ts';

/** What a span maker registers with the OpenTelemetry API. */
export interface SpanMakerParts {
  readonly config: TelemetryConfig;
  readonly guard: Guard;
  readonly clock: Clock;
  readonly cost: CostMeter;
  readonly active: ActiveRequests;
  readonly resource: ReadableSpan['resource'];
  /** Each sees every span. */
  readonly processors: readonly SpanProcessor[];
  readonly metricReaders: readonly MetricReader[];
  readonly logRecordProcessors: readonly LogRecordProcessor[];
  /** In addition to those for http. */
  readonly instrumentations: readonly Instrumentation[];
}

/** Creates the spans of this process and instruments http: the kit itself, or the SDK. */
export interface SpanMaker {
  readonly tracer: (name: string, version?: string) => Tracer;
  /** Flushes and shuts down processors and readers. */
  shutdown(): Promise<void>;
  /** Removes patches and API registrations. */
  remove(): void;
}

export type MakeSpans = (parts: SpanMakerParts) => SpanMaker;

/** What is trusted of clients and recorded of them. */
export function clientRulesOf(config: TelemetryConfig): ClientRules {
  return {
    proxies: config.trustedProxies,
    recordsAddresses: config.recordsClientAddresses,
    context: config.trustedContext,
    contextToken: config.trustedContextToken,
  };
}
