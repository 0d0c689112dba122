import { ExportResultCode } from '@opentelemetry/core';
import type { ExportResult } from '@opentelemetry/core';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-proto';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import type { ResourceMetrics } from '@opentelemetry/sdk-metrics';
import type { OtlpTarget } from '../settings/otlp-target.ts';
import { AbortableAgents } from './abortable-agents.ts';
import type { AbortableSpanExporter } from './otlp-pipeline.ts';

type Compression = NonNullable<
  NonNullable<ConstructorParameters<typeof OTLPTraceExporter>[0]>['compression']
>;

/** Sends spans as http/protobuf; `timeoutMillis` bounds one export with its retries. */
export function createOtlpSpanExporter(target: OtlpTarget, timeoutMillis: number): AbortableSpanExporter {
  const agents = new AbortableAgents(target);
  const exporter = new OTLPTraceExporter(exporterOptions(target, timeoutMillis, agents));
  return Object.assign(exporter, { abort: () => agents.abort() });
}

/** Sends metrics as http/protobuf, one export at a time, each cut off after `timeoutMillis`. */
export class OtlpMetricExporter extends OTLPMetricExporter {
  readonly #agents: AbortableAgents;
  readonly #timeoutMillis: number;
  #busy = false;

  constructor(target: OtlpTarget, timeoutMillis: number, agents = new AbortableAgents(target)) {
    super(exporterOptions(target, timeoutMillis, agents));
    this.#agents = agents;
    this.#timeoutMillis = timeoutMillis;
  }

  override export(metrics: ResourceMetrics, resultCallback: (result: ExportResult) => void): void {
    if (this.#busy) {
      resultCallback({ code: ExportResultCode.FAILED, error: new Error('the export before has not ended') });
      return;
    }
    this.#busy = true;
    const timeout = setTimeout(() => this.abort(), this.#timeoutMillis).unref();
    const finish = (result: ExportResult): void => {
      clearTimeout(timeout);
      this.#busy = false;
      resultCallback(result);
    };
    try {
      super.export(metrics, finish);
    } catch (error) {
      finish({ code: ExportResultCode.FAILED, error: error as Error });
    }
  }

  abort(): void {
    this.#agents.abort();
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
