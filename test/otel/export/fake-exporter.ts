import { ExportResultCode } from '@opentelemetry/core';
import type { ExportResult } from '@opentelemetry/core';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import type { AbortableExporter } from '../../../otel/export/destination.ts';

export const SUCCESS: ExportResult = { code: ExportResultCode.SUCCESS };
export const failure = (message: string): ExportResult => ({
  code: ExportResultCode.FAILED,
  error: new Error(message),
});

/** Counts exports in progress; `answer` decides how each ends, by default at once and successfully. */
export class FakeExporter implements AbortableExporter<ReadableSpan> {
  readonly batches: string[][] = [];
  running = 0;
  maxRunning = 0;
  aborts = 0;
  flushes = 0;
  shutdowns = 0;
  readonly #answer: (finish: (result: ExportResult) => void, exporter: FakeExporter) => void;
  #waiting: { count: number; resolve: () => void }[] = [];

  constructor(
    answer: (finish: (result: ExportResult) => void, exporter: FakeExporter) => void = (finish) =>
      finish(SUCCESS),
  ) {
    this.#answer = answer;
  }

  get exportedSpans(): number {
    return this.batches.reduce((sum, batch) => sum + batch.length, 0);
  }

  /** Resolves when the exporter has been called this often. */
  called(count: number): Promise<void> {
    if (this.batches.length >= count) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push({ count, resolve }));
  }

  export(spans: ReadableSpan[], resultCallback: (result: ExportResult) => void): void {
    this.batches.push(spans.map((span) => span.name));
    this.running++;
    this.maxRunning = Math.max(this.maxRunning, this.running);
    for (const { resolve } of this.#waiting.filter(({ count }) => count <= this.batches.length)) resolve();
    this.#answer((result) => {
      this.running--;
      resultCallback(result);
    }, this);
  }

  abort(): void {
    this.aborts++;
  }

  forceFlush(): Promise<void> {
    this.flushes++;
    return Promise.resolve();
  }

  shutdown(): Promise<void> {
    this.shutdowns++;
    return Promise.resolve();
  }
}
