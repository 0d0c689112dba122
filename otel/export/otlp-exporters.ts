import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import { createOtlpHttpExportDelegate } from '@opentelemetry/otlp-exporter-base/node-http';
import type { IOtlpExportDelegate } from '@opentelemetry/otlp-exporter-base';
import type { ReadableLogRecord } from '@opentelemetry/sdk-logs';
import type { PushMetricExporter, ResourceMetrics } from '@opentelemetry/sdk-metrics';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import type { OtlpTarget } from '../settings/otlp-target.ts';
import { AbortableAgents } from './abortable-agents.ts';
import type { AbortableSpanExporter } from './export-pipeline.ts';
import type { ExportTally } from './export-tally.ts';
import { MetricPreferences } from './metric-preferences.ts';
import { readOtlpAnswer } from './otlp-answer.ts';
import { LOGS, METRICS, type OtlpSignal, SPANS } from './otlp-signals.ts';
import { NoOtlpAnswer, RejectedItems } from './rejected-items.ts';
import { SingleExport } from './single-export.ts';

type Callback = (result: ExportResult) => void;

const MEDIA_TYPES = { 'http/protobuf': 'application/x-protobuf', 'http/json': 'application/json' };

/**
 * Exports one signal over OTLP/HTTP with the SDK's transport and retries. It also reads the response: items that a receiver rejects have failed,
 * and so has an export to an address where something else responds. One export at a time; `timeoutMillis` bounds it with its retries.
 */
class OtlpExporter<Items> {
  readonly #signal: OtlpSignal<Items>;
  readonly #agents: AbortableAgents;
  readonly #delegate: IOtlpExportDelegate<Items>;
  #answer: Uint8Array | undefined;

  constructor(
    signal: OtlpSignal<Items>,
    target: OtlpTarget,
    timeoutMillis: number,
    agents = new AbortableAgents(target),
  ) {
    const { url, protocol, compression } = target;
    const { serializeRequest } = protocol === 'http/json' ? signal.json : signal.protobuf;
    const deserializeResponse = (body: Uint8Array): object => {
      this.#answer = body;
      return {};
    };
    this.#signal = signal;
    this.#agents = agents;
    this.#delegate = createOtlpHttpExportDelegate(
      {
        url,
        compression,
        timeoutMillis,
        // Exports do not overlap; the previous one may call back before it is removed.
        concurrencyLimit: 2,
        headers: () => Promise.resolve({ ...target.headers, 'Content-Type': MEDIA_TYPES[protocol] }),
        agentFactory: agents.factory,
      },
      { serializeRequest, deserializeResponse },
      signal.componentTypes[protocol],
      signal.helper,
      undefined,
    );
  }

  export(items: Items, resultCallback: Callback): void {
    this.#answer = undefined;
    this.#delegate.export(items, (result) => {
      const error = result.code === ExportResultCode.SUCCESS ? this.#fault() : undefined;
      resultCallback(error === undefined ? result : { code: ExportResultCode.FAILED, error });
    });
  }

  abort(): void {
    this.#agents.abort();
  }

  forceFlush(): Promise<void> {
    return this.#delegate.forceFlush();
  }

  /** Aborts what is in progress. */
  shutdown(): Promise<void> {
    this.#agents.close();
    return this.#delegate.shutdown();
  }

  /** What is wrong with a response of status 200. */
  #fault(): Error | undefined {
    if (this.#answer === undefined) return undefined;
    const answer = readOtlpAnswer(this.#answer);
    if (answer === undefined) return new NoOtlpAnswer(this.#answer);
    return answer.rejected > 0
      ? new RejectedItems(answer.rejected, this.#signal.items, answer.message)
      : undefined;
  }
}

/** Exports spans. */
export class OtlpSpanExporter extends OtlpExporter<ReadableSpan[]> implements AbortableSpanExporter {
  constructor(target: OtlpTarget, timeoutMillis: number) {
    super(SPANS, target, timeoutMillis);
  }
}

/** Exports metrics, one export at a time, each aborted after `timeoutMillis`. */
export class OtlpMetricExporter extends OtlpExporter<ResourceMetrics> implements PushMetricExporter {
  readonly selectAggregationTemporality: MetricPreferences['selectAggregationTemporality'];
  readonly selectAggregation: MetricPreferences['selectAggregation'];
  readonly #single: SingleExport;

  constructor(
    target: OtlpTarget,
    timeoutMillis: number,
    { selectAggregationTemporality, selectAggregation } = new MetricPreferences(),
    tally?: ExportTally,
  ) {
    const agents = new AbortableAgents(target);
    super(METRICS, target, timeoutMillis, agents);
    this.selectAggregationTemporality = selectAggregationTemporality;
    this.selectAggregation = selectAggregation;
    this.#single = new SingleExport('metrics', agents, timeoutMillis, tally);
  }

  override export(metrics: ResourceMetrics, resultCallback: Callback): void {
    const points = METRICS.helper.countItems(metrics);
    this.#single.run(points, (finish) => super.export(metrics, finish), resultCallback);
  }
}

/** Exports log records, one export at a time, each aborted after `timeoutMillis`. */
export class OtlpLogExporter extends OtlpExporter<ReadableLogRecord[]> {
  readonly #single: SingleExport;

  constructor(target: OtlpTarget, timeoutMillis: number, tally?: ExportTally) {
    const agents = new AbortableAgents(target);
    super(LOGS, target, timeoutMillis, agents);
    this.#single = new SingleExport('logs', agents, timeoutMillis, tally);
  }

  override export(records: ReadableLogRecord[], resultCallback: Callback): void {
    this.#single.run(records.length, (finish) => super.export(records, finish), resultCallback);
  }
}
