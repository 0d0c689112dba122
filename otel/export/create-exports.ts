import { join } from 'node:path';
import {
  BatchLogRecordProcessor,
  ConsoleLogRecordExporter,
  type LogRecordExporter,
  type LogRecordProcessor,
} from '@opentelemetry/sdk-logs';
import { ConsoleMetricExporter, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import type { MetricProducer, MetricReader, PushMetricExporter } from '@opentelemetry/sdk-metrics';
import { ConsoleSpanExporter } from '@opentelemetry/sdk-trace';
import type { TelemetryConfig } from '../config.ts';
import type { LocalExport } from '../settings/signal-exports.ts';
import { DeltaProducer } from './delta-producer.ts';
import { type AbortableSpanExporter, exportPipeline } from './export-pipeline.ts';
import { componentOf, ExportTally } from './export-tally.ts';
import { MetricPreferences } from './metric-preferences.ts';
import { OtlpLogExporter, OtlpMetricExporter, OtlpSpanExporter } from './otlp-exporters.ts';
import { LineFile, type LineSink, OtlpLineExporter, standardOutput } from './otlp-lines.ts';
import { LOGS, METRICS, type OtlpSignal, SPANS } from './otlp-signals.ts';
import { SpanExports } from './span-exports.ts';

/** Export pipelines of spans; undefined if no exporter is configured. */
export function createSpanPipeline(
  config: TelemetryConfig,
  onAccepted: (traceId: string) => void,
): SpanExports | undefined {
  const { traceExport, exportQueue } = config;
  const options = {
    maxQueueSpans: exportQueue.maxSpans,
    maxBatchSpans: exportQueue.maxBatchSpans,
    scheduledDelayMillis: exportQueue.scheduledDelayMillis,
    exportTimeoutMillis: exportQueue.exportTimeoutMillis,
  };
  const local = config.localExport.traces.map((kind) =>
    exportPipeline(spanExporter(kind, config), { ...options, endpoint: kind }),
  );
  if (traceExport === undefined) return local.length === 0 ? undefined : new SpanExports(local);
  const exportTimeoutMillis = Math.min(traceExport.timeoutMillis, exportQueue.exportTimeoutMillis);
  const remote = exportPipeline(new OtlpSpanExporter(traceExport, exportTimeoutMillis), {
    ...options,
    exportTimeoutMillis,
    endpoint: traceExport.url,
    componentType: SPANS.componentTypes[traceExport.protocol],
    onAccepted,
  });
  return new SpanExports([remote, ...local]);
}

export interface MetricExports {
  readonly readers: readonly MetricReader[];
  readonly tallies: readonly ExportTally[];
  /** Waits for exports in progress. */
  shutdown(): Promise<void>;
}

/** Exports the app's metrics, and those of `producer`, at an interval; undefined if no exporter is configured. */
export function createMetricExport(
  config: TelemetryConfig,
  producer: MetricProducer,
): MetricExports | undefined {
  const exporters: {
    readonly exporter: PushMetricExporter;
    readonly timeoutMillis: number;
    readonly from: MetricProducer;
  }[] = [];
  const tallies: ExportTally[] = [];
  const { metricExport, metricExportTimeoutMillis } = config;
  if (metricExport !== undefined) {
    const type = METRICS.componentTypes[metricExport.protocol];
    const tally = new ExportTally(componentOf('metric_data_point', type, metricExport.url));
    const timeoutMillis = Math.min(metricExport.timeoutMillis, metricExportTimeoutMillis);
    const preferences = new MetricPreferences(config);
    tallies.push(tally);
    exporters.push({
      exporter: new OtlpMetricExporter(metricExport, timeoutMillis, preferences, tally),
      timeoutMillis,
      from: preferences.wantsDelta ? new DeltaProducer(producer) : producer,
    });
  }
  for (const kind of config.localExport.metrics)
    exporters.push({
      exporter: metricExporter(kind, config),
      timeoutMillis: metricExportTimeoutMillis,
      from: producer,
    });
  if (exporters.length === 0) return undefined;
  const readers = exporters.map(
    ({ exporter, timeoutMillis, from }) =>
      new PeriodicExportingMetricReader({
        exporter,
        exportIntervalMillis: config.metricExportIntervalMillis,
        exportTimeoutMillis: timeoutMillis,
        metricProducers: [from],
      }),
  );
  return {
    readers,
    tallies,
    shutdown: async () => {
      await Promise.all(exporters.map(({ exporter }) => exporter.shutdown()));
    },
  };
}

export interface LogExports {
  readonly processors: readonly LogRecordProcessor[];
  readonly tallies: readonly ExportTally[];
}

/** Exports log records in batches to the configured exporters, if any. */
export function createLogExport(config: TelemetryConfig): LogExports {
  const { logExport, logQueue } = config;
  const tallies: ExportTally[] = [];
  const processors = config.localExport.logs.map((kind) => logProcessor(logExporter(kind, config), logQueue));
  if (logExport !== undefined) {
    const exportTimeoutMillis = Math.min(logExport.timeoutMillis, logQueue.exportTimeoutMillis);
    const tally = new ExportTally(componentOf('log', LOGS.componentTypes[logExport.protocol], logExport.url));
    tallies.push(tally);
    processors.push(
      logProcessor(new OtlpLogExporter(logExport, exportTimeoutMillis, tally), {
        ...logQueue,
        exportTimeoutMillis,
      }),
    );
  }
  return { processors, tallies };
}

function logProcessor(exporter: LogRecordExporter, queue: TelemetryConfig['logQueue']): LogRecordProcessor {
  return new BatchLogRecordProcessor({ ...queue, exporter });
}

function spanExporter(kind: LocalExport, config: TelemetryConfig): AbortableSpanExporter {
  return kind === 'console' ? new ConsoleSpanExporter() : lineExporter(SPANS, kind, config);
}

function metricExporter(kind: LocalExport, config: TelemetryConfig): PushMetricExporter {
  return kind === 'console' ? new ConsoleMetricExporter() : lineExporter(METRICS, kind, config);
}

function logExporter(kind: LocalExport, config: TelemetryConfig): LogRecordExporter {
  return kind === 'console' ? new ConsoleLogRecordExporter() : lineExporter(LOGS, kind, config);
}

function lineExporter<Items>(
  signal: OtlpSignal<Items>,
  kind: 'otlp/stdout' | 'file',
  { otlpFolder = '.', otlpFileBytes }: TelemetryConfig,
): OtlpLineExporter<Items> {
  const sink: LineSink =
    kind === 'file' ? new LineFile(join(otlpFolder, `${signal.name}.jsonl`), otlpFileBytes) : standardOutput;
  return new OtlpLineExporter(signal, sink);
}
