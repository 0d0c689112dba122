import type { ExportResult } from '@opentelemetry/core';
import { OTLPLogExporter } from '@opentelemetry/exporter-logs-otlp-proto';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-proto';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import type { ResourceMetrics } from '@opentelemetry/sdk-metrics';
import type { ReadableLogRecord } from '@opentelemetry/sdk-logs';
import type { OtlpTarget } from '../settings/otlp-target.ts';
import { AbortableAgents } from './abortable-agents.ts';
import { SingleExport } from './single-export.ts';
import type { AbortableSpanExporter } from './otlp-pipeline.ts';

type Compression = NonNullable<
  NonNullable<ConstructorParameters<typeof OTLPTraceExporter>[0]>['compression']
>;

/** Sends spans as http/protobuf; `timeoutMillis` bounds one export with its retries. */
export class OtlpSpanExporter extends OTLPTraceExporter implements AbortableSpanExporter {
  readonly #agents: AbortableAgents;

  constructor(target: OtlpTarget, timeoutMillis: number, agents = new AbortableAgents(target)) {
    super(exporterOptions(target, timeoutMillis, agents));
    this.#agents = agents;
  }

  abort(): void {
    this.#agents.abort();
  }

  /** Cuts off what is still under way. */
  override shutdown(): Promise<void> {
    this.#agents.close();
    return super.shutdown();
  }
}

/** Sends metrics as http/protobuf, one export at a time, each cut off after `timeoutMillis`. */
export class OtlpMetricExporter extends OTLPMetricExporter {
  readonly #agents: AbortableAgents;
  readonly #single: SingleExport;

  constructor(target: OtlpTarget, timeoutMillis: number, agents = new AbortableAgents(target)) {
    super(exporterOptions(target, timeoutMillis, agents));
    this.#agents = agents;
    this.#single = new SingleExport('metrics', agents, timeoutMillis);
  }

  override export(metrics: ResourceMetrics, resultCallback: (result: ExportResult) => void): void {
    this.#single.run((finish) => super.export(metrics, finish), resultCallback);
  }

  /** Cuts off what is still under way. */
  override shutdown(): Promise<void> {
    this.#agents.close();
    return super.shutdown();
  }
}

/** Sends log records as http/protobuf, one export at a time, each cut off after `timeoutMillis`. */
export class OtlpLogExporter extends OTLPLogExporter {
  readonly #agents: AbortableAgents;
  readonly #single: SingleExport;

  constructor(target: OtlpTarget, timeoutMillis: number, agents = new AbortableAgents(target)) {
    super(exporterOptions(target, timeoutMillis, agents));
    this.#agents = agents;
    this.#single = new SingleExport('logs', agents, timeoutMillis);
  }

  override export(records: ReadableLogRecord[], resultCallback: (result: ExportResult) => void): void {
    this.#single.run((finish) => super.export(records, finish), resultCallback);
  }

  /** Cuts off what is still under way. */
  override shutdown(): Promise<void> {
    this.#agents.close();
    return super.shutdown();
  }
}

function exporterOptions(target: OtlpTarget, timeoutMillis: number, agents: AbortableAgents) {
  return {
    url: target.url,
    headers: target.headers,
    compression: target.compression as Compression,
    timeoutMillis,
    httpAgentOptions: agents.factory,
  };
}
