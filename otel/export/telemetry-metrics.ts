import type { HrTime } from '@opentelemetry/api';
import { millisToHrTime } from '@opentelemetry/core';
import { emptyResource } from '@opentelemetry/resources';
import type { CollectionResult, MetricProducer } from '@opentelemetry/sdk-metrics';
import type { RedAggregator } from '../aggregate/red-aggregator.ts';
import type { Clock } from '../base/clock.ts';
import type { RuntimeSampler } from '../instrumentation/runtime.ts';
import { MetricDataBuilder } from './metric-data.ts';
import { addRedMetrics } from './red-metrics.ts';
import { addRuntimeMetrics } from './runtime-metrics.ts';
import { addSdkMetrics, type TelemetryBooks } from './sdk-metrics.ts';

const SCOPE = { name: 'operations' };

export interface TelemetryMetricsOptions {
  readonly clock: Clock;
  readonly aggregates: Pick<RedAggregator, 'metricPoints'>;
  /** Without it nothing is told of the process. */
  readonly runtime?: RuntimeSampler;
  /** Without them nothing is told of telemetry itself. */
  readonly books?: () => TelemetryBooks;
}

/** Every metric that is counted here and not by an instrument of the API, cumulative since start; one for all readers, so that none says what another does not. */
export class TelemetryMetrics implements MetricProducer {
  readonly #options: TelemetryMetricsOptions;
  readonly #startTime: HrTime;

  constructor(options: TelemetryMetricsOptions) {
    this.#options = options;
    this.#startTime = millisToHrTime(options.clock.now());
  }

  async collect(): Promise<CollectionResult> {
    const { clock, aggregates, runtime, books } = this.#options;
    const builder = new MetricDataBuilder(this.#startTime, millisToHrTime(clock.now()));
    // The books first: they handle what has ended and waits.
    if (books !== undefined) addSdkMetrics(builder, books());
    addRedMetrics(builder, aggregates);
    if (runtime !== undefined) addRuntimeMetrics(builder, runtime);
    const { metrics } = builder;
    const scopeMetrics = metrics.length === 0 ? [] : [{ scope: SCOPE, metrics }];
    return { resourceMetrics: { resource: emptyResource(), scopeMetrics }, errors: [] };
  }
}
