import { BatchLogRecordProcessor, type LogRecordProcessor } from '@opentelemetry/sdk-logs';
import { PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import type { MetricProducer, MetricReader } from '@opentelemetry/sdk-metrics';
import type { TelemetryConfig } from '../config.ts';
import { OtlpLogExporter, OtlpMetricExporter, OtlpSpanExporter } from './otlp-exporters.ts';
import { OtlpPipeline } from './otlp-pipeline.ts';

/** The pipeline for spans; undefined when no endpoint is set for them. */
export function createSpanPipeline(
  { traceExport, exportQueue }: TelemetryConfig,
  onAccepted: (traceId: string) => void,
): OtlpPipeline | undefined {
  if (traceExport === undefined) return undefined;
  const exportTimeoutMillis = Math.min(traceExport.timeoutMillis, exportQueue.exportTimeoutMillis);
  return new OtlpPipeline({
    exporter: new OtlpSpanExporter(traceExport, exportTimeoutMillis),
    endpoint: traceExport.url,
    onAccepted,
    maxQueueSpans: exportQueue.maxSpans,
    maxBatchSpans: exportQueue.maxBatchSpans,
    scheduledDelayMillis: exportQueue.scheduledDelayMillis,
    exportTimeoutMillis,
  });
}

export interface MetricExport {
  readonly reader: MetricReader;
  readonly exporter: OtlpMetricExporter;
}

/** Sends the business metrics, and what `red` adds, at an interval; undefined when no endpoint is set for metrics. */
export function createMetricExport(config: TelemetryConfig, red: MetricProducer): MetricExport | undefined {
  const { metricExport, metricExportIntervalMillis, metricExportTimeoutMillis } = config;
  if (metricExport === undefined) return undefined;
  const exportTimeoutMillis = Math.min(metricExport.timeoutMillis, metricExportTimeoutMillis);
  const exporter = new OtlpMetricExporter(metricExport, exportTimeoutMillis);
  const reader = new PeriodicExportingMetricReader({
    exporter,
    exportIntervalMillis: metricExportIntervalMillis,
    exportTimeoutMillis,
    metricProducers: [red],
  });
  return { reader, exporter };
}

/** Sends log records in batches; undefined when nothing says where to. */
export function createLogExport({ logExport, logQueue }: TelemetryConfig): LogRecordProcessor | undefined {
  if (logExport === undefined) return undefined;
  const exportTimeoutMillis = Math.min(logExport.timeoutMillis, logQueue.exportTimeoutMillis);
  const exporter = new OtlpLogExporter(logExport, exportTimeoutMillis);
  return new BatchLogRecordProcessor({ ...logQueue, exportTimeoutMillis, exporter });
}
