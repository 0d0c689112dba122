import type { ExportResult } from '@opentelemetry/core';
import type { PushMetricExporter, ResourceMetrics } from '@opentelemetry/sdk-metrics';
import type { AbortableExporter } from './destination.ts';
import type { ExportPipeline } from './export-pipeline.ts';
import type { Collection } from './item-kinds.ts';
import type { MetricPreferences } from './metric-preferences.ts';

type Callback = (result: ExportResult) => void;

/** Adds each collection of a reader to a pipeline, encoded if it goes to a receiver. */
export class CollectionExporter implements PushMetricExporter {
  readonly selectAggregationTemporality: MetricPreferences['selectAggregationTemporality'];
  readonly selectAggregation: MetricPreferences['selectAggregation'];
  readonly #pipeline: ExportPipeline<Collection>;
  readonly #serialize: ((metrics: ResourceMetrics) => Uint8Array | undefined) | undefined;

  constructor(
    pipeline: ExportPipeline<Collection>,
    { selectAggregationTemporality, selectAggregation }: MetricPreferences,
    serialize: ((metrics: ResourceMetrics) => Uint8Array | undefined) | undefined,
  ) {
    this.#pipeline = pipeline;
    this.selectAggregationTemporality = selectAggregationTemporality;
    this.selectAggregation = selectAggregation;
    this.#serialize = serialize;
  }

  export(metrics: ResourceMetrics, resultCallback: Callback): void {
    const collection = { metrics, encoded: this.#serialize?.(metrics), points: pointsOf(metrics) };
    this.#pipeline.export([collection], resultCallback);
  }

  forceFlush(): Promise<void> {
    return this.#pipeline.forceFlush();
  }

  shutdown(): Promise<void> {
    return this.#pipeline.shutdown();
  }
}

/** An exporter of metrics as one of collections. */
export class WholeMetrics implements AbortableExporter<Collection> {
  readonly #exporter: Pick<PushMetricExporter, 'export' | 'forceFlush' | 'shutdown'>;

  constructor(exporter: Pick<PushMetricExporter, 'export' | 'forceFlush' | 'shutdown'>) {
    this.#exporter = exporter;
  }

  export([collection]: Collection[], resultCallback: Callback): void {
    if (collection !== undefined) this.#exporter.export(collection.metrics, resultCallback);
  }

  forceFlush(): Promise<void> {
    return this.#exporter.forceFlush();
  }

  shutdown(): Promise<void> {
    return this.#exporter.shutdown();
  }
}

function pointsOf({ scopeMetrics }: ResourceMetrics): number {
  return scopeMetrics
    .flatMap(({ metrics }) => metrics)
    .reduce((sum, { dataPoints }) => sum + dataPoints.length, 0);
}
