import { millisToHrTime } from '@opentelemetry/core';
import { emptyResource } from '@opentelemetry/resources';
import type { CollectionResult, MetricProducer } from '@opentelemetry/sdk-metrics';
import type { RedAggregator } from '../aggregate/red-aggregator.ts';
import type { Clock } from '../base/clock.ts';
import type { OperationType } from '../base/operation-types.ts';
import type { RuntimeSampler } from '../instrumentation/runtime.ts';
import { MetricDataBuilder, type Point } from './metric-data.ts';
import { addPromClientMetrics } from './prom-client-metrics.ts';
import { addRedMetrics, type ExemplarsOfPoint, metricOf } from './red-metrics.ts';
import { addRuntimeMetrics } from './runtime-metrics.ts';
import { addSdkMetrics, type TelemetryBooks } from './sdk-metrics.ts';

const SCOPE = { name: 'operations' };

export interface TelemetryMetricsOptions {
  readonly clock: Clock;
  readonly aggregates: Pick<RedAggregator, 'metricPoints'>;
  /** Exemplars of operations that ended in a time. */
  readonly exemplars?: (
    fromMillis: number,
    toMillis: number,
    metricOf: (type: OperationType) => string,
  ) => ExemplarsOfPoint;
  readonly activeRequests?: () => readonly Point[];
  /** Without it there are no process metrics. */
  readonly runtime?: RuntimeSampler;
  /** Number of log records since start. */
  readonly logRecords?: () => number;
  /** Without them there are no metrics about telemetry itself. */
  readonly books?: () => TelemetryBooks;
}

/**
 * Every metric that the kit counts itself instead of an API instrument, cumulative since start; one producer for all readers, so that they agree.
 */
export class TelemetryMetrics implements MetricProducer {
  readonly #options: TelemetryMetricsOptions;
  readonly #startMillis: number;

  constructor(options: TelemetryMetricsOptions) {
    this.#options = options;
    this.#startMillis = options.clock.now();
  }

  /** The same for Prometheus, and in addition what its dashboards for Node.js ask for. */
  readonly forPrometheus: MetricProducer = { collect: async () => this.#collect(true) };

  async collect(): Promise<CollectionResult> {
    return this.#collect(false);
  }

  #collect(isForPrometheus: boolean): CollectionResult {
    const { clock, aggregates, exemplars, activeRequests, runtime, logRecords, books } = this.#options;
    // A clock that was set back must not end a point before it starts.
    const endMillis = Math.max(clock.now(), this.#startMillis);
    const builder = new MetricDataBuilder(millisToHrTime(this.#startMillis), millisToHrTime(endMillis));
    // First, because reading these handles deferred spans.
    if (books !== undefined) addSdkMetrics(builder, books());
    if (logRecords !== undefined)
      builder.counter(
        'otel.sdk.log.created',
        '{log_record}',
        'The number of logs submitted to enabled SDK Loggers.',
        [{ value: logRecords() }],
      );
    addRedMetrics(builder, aggregates, exemplars?.(this.#startMillis, endMillis, metricOf));
    if (activeRequests !== undefined)
      builder.level(
        'http.server.active_requests',
        '{request}',
        'Number of active HTTP server requests.',
        activeRequests(),
      );
    if (runtime !== undefined) addRuntimeMetrics(builder, runtime);
    if (runtime !== undefined && isForPrometheus) addPromClientMetrics(builder, runtime);
    const { metrics } = builder;
    const scopeMetrics = metrics.length === 0 ? [] : [{ scope: SCOPE, metrics }];
    return { resourceMetrics: { resource: emptyResource(), scopeMetrics }, errors: [] };
  }
}
