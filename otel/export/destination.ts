import { type ExportResult, ExportResultCode } from '@opentelemetry/core';

/** Where a pipeline sends its batches: one at a time. */
export interface Destination<Item> {
  /** Takes `items` over. Rejects with RejectedItems, ExportFailure, or whatever a third-party exporter failed with. */
  send(items: Item[], abort: AbortSignal): Promise<void>;
  flush(): Promise<void>;
  close(): Promise<void>;
  /** Undefined if its exports cannot wait on disk. */
  readonly encoding?: Encoding<Item> | undefined;
}

/** Of exports that can wait on disk. */
export interface Encoding<Item> {
  readonly mediaType: string;
  /** Throws what the serializer throws. */
  encode(items: Item[]): Uint8Array;
  sendEncoded(body: Uint8Array, mediaType: string, abort: AbortSignal): Promise<void>;
}

/** An exporter with the SDK's interface; `abort` makes the callback of a running export follow soon. */
export interface AbortableExporter<Item> {
  export(items: Item[], resultCallback: (result: ExportResult) => void): void;
  forceFlush?(): Promise<void>;
  shutdown(): Promise<void>;
  abort?(): void;
}

/** Any exporter as a destination. */
export class ExporterDestination<Item> implements Destination<Item> {
  readonly #exporter: AbortableExporter<Item>;

  constructor(exporter: AbortableExporter<Item>) {
    this.#exporter = exporter;
  }

  /** Settles with the exporter's callback, and never if that is never called. */
  send(items: Item[], abort: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      abort.addEventListener('abort', () => this.#abort(), { once: true });
      // An async exporter returns a promise despite its type; unhandled, its rejection would end the process.
      const answer: unknown = this.#exporter.export(items, ({ code, error }) => {
        if (code === ExportResultCode.SUCCESS) resolve();
        else reject(error ?? new Error('the exporter failed without a reason'));
      });
      if (answer instanceof Promise) answer.catch(reject);
    });
  }

  async flush(): Promise<void> {
    await this.#exporter.forceFlush?.();
  }

  async close(): Promise<void> {
    await this.#exporter.shutdown();
  }

  /** The export has failed already; an exporter that cannot be aborted ends when it ends. */
  #abort(): void {
    try {
      this.#exporter.abort?.();
    } catch {
      return;
    }
  }
}
