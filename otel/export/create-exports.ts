import { join } from 'node:path';
import { emptyResource } from '@opentelemetry/resources';
import {
  ConsoleLogRecordExporter,
  type LogRecordProcessor,
  type ReadableLogRecord,
} from '@opentelemetry/sdk-logs';
import { ConsoleMetricExporter, type MetricProducer, type MetricReader } from '@opentelemetry/sdk-metrics';
import { ConsoleSpanExporter, type ReadableSpan } from '@opentelemetry/sdk-trace';
import type { ExportStorage, Signal } from '../base/export-storage.ts';
import type { Guard } from '../base/guard.ts';
import type { TelemetryConfig } from '../config.ts';
import type { LocalExport } from '../settings/signal-exports.ts';
import { type AbortableExporter, ExporterDestination } from './destination.ts';
import { ExportPipeline } from './export-pipeline.ts';
import type { PipelineLimits } from './pipeline-options.ts';
import type { ItemKind } from './export-queue.ts';
import { componentOf } from './export-tally.ts';
import { type Collection, LOG_KIND, METRIC_KIND, SPAN_KIND } from './item-kinds.ts';
import { testSpan } from './export-test.ts';
import { LogPipelines } from './log-pipelines.ts';
import { CollectionExporter, PipelineReader, WholeMetrics } from './metric-pipelines.ts';
import { MetricPreferences } from './metric-preferences.ts';
import { OtlpDestination } from './otlp-destination.ts';
import { LineFile, OtlpLineExporter, standardOutput } from './otlp-lines.ts';
import { encodingOf, LOGS, METRICS, type OtlpSignal, SPANS } from './otlp-signals.ts';

/** What pipelines share. */
export interface ExportSurroundings {
  readonly storage: ExportStorage;
  /** Receives one line when an export fails, works again or gives up. */
  readonly log: (message: string) => void;
}

const EXPORTS = {
  traces: 'traceExport',
  metrics: 'metricExport',
  logs: 'logExport',
} as const satisfies Record<Signal, keyof TelemetryConfig>;
const ITEMS = { traces: 'span', metrics: 'metric_data_point', logs: 'log' } as const;
/** A collection is sent at once, and bounded by its bytes. */
const METRIC_LIMITS: PipelineLimits = { maxBatchItems: 1, maxQueueItems: 1_000_000 };

/** Pipelines of spans: to the receiver first, then those that stay here. `onSent` is called for the receiver's. */
export function createSpanPipelines(
  config: TelemetryConfig,
  around: ExportSurroundings,
  onSent: (traceIds: readonly string[]) => void,
): readonly ExportPipeline<ReadableSpan>[] {
  const serialize = config.traceExport && encodingOf(SPANS, config.traceExport);
  return pipelinesOf(SPANS.name, config, {
    ...around,
    kind: SPAN_KIND,
    limits: config.exportQueue,
    onSent,
    sample: () => [testSpan(config.resourceAttributes)],
    serialize: (spans) => serialize?.(spans),
    exporter: (local) => (local === 'console' ? new ConsoleSpanExporter() : lines(SPANS, local, config)),
    types: SPANS.componentTypes,
  });
}

/** Pipelines of log records, and the processor in front of them. */
export function createLogPipelines(
  config: TelemetryConfig,
  around: ExportSurroundings,
): {
  readonly pipelines: readonly ExportPipeline<ReadableLogRecord>[];
  readonly processors: readonly LogRecordProcessor[];
} {
  const serialize = config.logExport && encodingOf(LOGS, config.logExport);
  const pipelines = pipelinesOf(LOGS.name, config, {
    ...around,
    kind: LOG_KIND,
    limits: config.logQueue,
    serialize: (records) => serialize?.(records),
    exporter: (local) => (local === 'console' ? new ConsoleLogRecordExporter() : lines(LOGS, local, config)),
    types: LOGS.componentTypes,
  });
  return { pipelines, processors: pipelines.length === 0 ? [] : [new LogPipelines(pipelines)] };
}

/** Pipelines of the app's metrics and of those of `producer`, and a reader for each that collects at an interval. */
export function createMetricPipelines(
  config: TelemetryConfig,
  around: ExportSurroundings,
  producer: MetricProducer,
  guard: Guard,
): { readonly pipelines: readonly ExportPipeline<Collection>[]; readonly readers: readonly MetricReader[] } {
  const { metricExport, metricExportIntervalMillis, metricExportTimeoutMillis } = config;
  const serialize = metricExport && encodingOf(METRICS, metricExport);
  const pipelines = pipelinesOf(METRICS.name, config, {
    ...around,
    kind: METRIC_KIND,
    limits: { ...METRIC_LIMITS, exportTimeoutMillis: metricExportTimeoutMillis },
    sample: () => [{ metrics: NO_METRICS, encoded: serialize?.(NO_METRICS), points: 0 }],
    serialize: (collections) => collections[0]?.encoded,
    exporter: (local) =>
      new WholeMetrics(local === 'console' ? new ConsoleMetricExporter() : lines(METRICS, local, config)),
    types: METRICS.componentTypes,
  });
  const readers = pipelines.map((pipeline) => {
    const isRemote = pipeline.facts().isRemote;
    const preferences = isRemote ? new MetricPreferences(config) : new MetricPreferences();
    const options = {
      exporter: new CollectionExporter(pipeline, preferences, isRemote ? serialize : undefined, guard),
      exportIntervalMillis: metricExportIntervalMillis,
      exportTimeoutMillis: metricExportTimeoutMillis,
      metricProducers: [preferences.producerOf(producer)],
    };
    return new PipelineReader(options, pipeline, guard);
  });
  return { pipelines, readers };
}

const NO_METRICS = { resource: emptyResource(), scopeMetrics: [] };

interface SignalPipelines<Item> extends ExportSurroundings {
  readonly kind: ItemKind<Item>;
  readonly limits: PipelineLimits;
  readonly onSent?: (traceIds: readonly string[]) => void;
  readonly sample?: () => Item[];
  readonly serialize: (items: Item[]) => Uint8Array | undefined;
  readonly exporter: (local: LocalExport) => AbortableExporter<Item>;
  /** Component types by protocol. */
  readonly types: OtlpSignal<never>['componentTypes'];
}

function pipelinesOf<Item>(
  signal: Signal,
  config: TelemetryConfig,
  { kind, limits, onSent, sample, storage, log, serialize, exporter, types }: SignalPipelines<Item>,
): readonly ExportPipeline<Item>[] {
  const target = config[EXPORTS[signal]];
  const local = config.localExport[signal].map((name) => {
    const made = exporter(name);
    return new ExportPipeline({
      ...limits,
      kind,
      log,
      destination: new ExporterDestination(made),
      endpoint: name,
      component: componentOf(ITEMS[signal], made.constructor.name, name),
    });
  });
  if (target === undefined) return local;
  const exportTimeoutMillis = Math.min(target.timeoutMillis, limits.exportTimeoutMillis ?? Infinity);
  const remote = new ExportPipeline({
    ...limits,
    kind,
    log,
    storage,
    onSent,
    sample,
    exportTimeoutMillis,
    destination: new OtlpDestination(target, serialize),
    endpoint: target.url,
    component: componentOf(ITEMS[signal], types[target.protocol], target.url),
  });
  return [remote, ...local];
}

function lines<Items>(
  signal: OtlpSignal<Items>,
  kind: 'otlp/stdout' | 'file',
  { otlpFolder = '.', otlpFileBytes }: TelemetryConfig,
): OtlpLineExporter<Items> {
  return new OtlpLineExporter(
    signal,
    kind === 'file' ? new LineFile(join(otlpFolder, `${signal.name}.jsonl`), otlpFileBytes) : standardOutput,
  );
}
