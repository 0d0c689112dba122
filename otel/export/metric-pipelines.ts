import type { ExportResult } from '@opentelemetry/core';
import { emptyResource } from '@opentelemetry/resources';
import {
  type MetricReader,
  type CollectionResult,
  PeriodicExportingMetricReader,
  type PeriodicExportingMetricReaderOptions,
  type PushMetricExporter,
  type ResourceMetrics,
} from '@opentelemetry/sdk-metrics';
import type { Guard } from '../base/guard.ts';
import { ExportFailure } from './delivery.ts';
import type { AbortableExporter } from './destination.ts';
import type { ExportPipeline } from './export-pipeline.ts';
import { describeError } from './export-books.ts';
import type { Collection } from './item-kinds.ts';
import type { MetricPreferences } from './metric-preferences.ts';

type Callback = (result: ExportResult) => void;
type Serialize = (metrics: ResourceMetrics) => Uint8Array | undefined;

/** Where faults are counted. */
const PLACE = 'metric export';
const NOTHING = { resource: emptyResource(), scopeMetrics: [] };

/**
 * Collects for a pipeline at an interval. A collection that fails is counted as a fault, and said by the pipeline as a failed export; its points are
 * in the next one. A callback that fails is a fault, and the rest is exported.
 */
export class PipelineReader extends PeriodicExportingMetricReader {
  readonly #pipeline: ExportPipeline<Collection>;
  readonly #guard: Guard;

  constructor(
    options: PeriodicExportingMetricReaderOptions,
    pipeline: ExportPipeline<Collection>,
    guard: Guard,
  ) {
    super(options);
    this.#pipeline = pipeline;
    this.#guard = guard;
  }

  override async collect(options?: Parameters<MetricReader['collect']>[0]): Promise<CollectionResult> {
    try {
      const { resourceMetrics, errors } = await super.collect(options);
      for (const error of errors) this.#guard.report(PLACE, error);
      return { resourceMetrics, errors: [] };
    } catch (error) {
      this.#guard.report(PLACE, error);
      const message = `the metrics could not be collected: ${describeError(error)}`;
      this.#pipeline.noteFault(new ExportFailure(message, { errorType: 'collection', cause: error }));
      return { resourceMetrics: NOTHING, errors: [] };
    }
  }
}

/** Adds each collection of a reader to a pipeline, encoded if it goes to a receiver. */
export class CollectionExporter implements PushMetricExporter {
  readonly selectAggregationTemporality: MetricPreferences['selectAggregationTemporality'];
  readonly selectAggregation: MetricPreferences['selectAggregation'];
  readonly #pipeline: ExportPipeline<Collection>;
  readonly #serialize: Serialize | undefined;
  readonly #guard: Guard;

  constructor(
    pipeline: ExportPipeline<Collection>,
    { selectAggregationTemporality, selectAggregation }: MetricPreferences,
    serialize: Serialize | undefined,
    guard: Guard,
  ) {
    this.#pipeline = pipeline;
    this.selectAggregationTemporality = selectAggregationTemporality;
    this.selectAggregation = selectAggregation;
    this.#serialize = serialize;
    this.#guard = guard;
  }

  /** What cannot be encoded is counted as failed when its turn comes. */
  export(metrics: ResourceMetrics, resultCallback: Callback): void {
    const encoded = this.#guard.run(PLACE, () => this.#serialize?.(metrics), undefined);
    this.#pipeline.export([{ metrics, encoded, points: pointsOf(metrics) }], resultCallback);
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
