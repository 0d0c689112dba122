import { ExportResultCode, type ExportResult } from '@opentelemetry/core';
import type { AbortableAgents } from './abortable-agents.ts';
import { describeError } from './export-health.ts';
import type { ExportTally } from './export-tally.ts';

type Callback = (result: ExportResult) => void;
type Signal = 'metrics' | 'logs';

/** Runs one export of a signal at a time and aborts it after its timeout; a second one fails at once. */
export class SingleExport {
  readonly #signal: Signal;
  readonly #agents: AbortableAgents;
  readonly #timeoutMillis: number;
  readonly #tally: ExportTally | undefined;
  #isBusy = false;

  constructor(signal: Signal, agents: AbortableAgents, timeoutMillis: number, tally?: ExportTally) {
    this.#signal = signal;
    this.#agents = agents;
    this.#timeoutMillis = timeoutMillis;
    this.#tally = tally;
  }

  run(items: number, start: (callback: Callback) => void, callback: Callback): void {
    const count = this.#tally?.start(items);
    if (this.#isBusy) {
      const error = new Error('the previous export has not ended');
      count?.(error);
      callback(this.#failure(error));
      return;
    }
    this.#isBusy = true;
    const timeout = setTimeout(() => this.#agents.abort(), this.#timeoutMillis).unref();
    const finish: Callback = (result) => {
      clearTimeout(timeout);
      this.#isBusy = false;
      count?.(result.code === ExportResultCode.SUCCESS ? undefined : (result.error ?? new Error('unknown')));
      callback(result.code === ExportResultCode.SUCCESS ? result : this.#failure(result.error));
    };
    try {
      start(finish);
    } catch (error) {
      finish({ code: ExportResultCode.FAILED, error: error as Error });
    }
  }

  /** Names the signal, because the SDK reports the failures of all signals in one place. */
  #failure(cause: unknown): ExportResult {
    const message = `${this.#signal}: ${describeError(cause ?? 'the exporter failed without a reason')}${wayOut(cause, this.#signal)}`;
    return { code: ExportResultCode.FAILED, error: new Error(message, { cause }) };
  }
}

/** Jaeger accepts only spans, and a Collector the signals it has pipelines for. */
function wayOut(cause: unknown, signal: Signal): string {
  const isNotFound = cause instanceof Error && 'code' in cause && cause.code === 404;
  return isNotFound
    ? `; the receiver accepts no ${signal}: to export spans only, set OTEL_EXPORTER_OTLP_TRACES_ENDPOINT instead of OTEL_EXPORTER_OTLP_ENDPOINT`
    : '';
}
