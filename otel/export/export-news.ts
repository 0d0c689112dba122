import type { Signal } from '../base/export-storage.ts';
import { RejectedItems, errorTypeOf } from './delivery.ts';
import { describeError } from './export-books.ts';

/** Name of the items of a signal. */
export const ITEMS: Readonly<Record<Signal, string>> = {
  traces: 'spans',
  metrics: 'data points',
  logs: 'log records',
};

/** One log line when an export begins to fail, fails for another reason, works again, or gives up at the stop. */
export class ExportNews {
  readonly #name: string;
  readonly #items: string;
  readonly #log: (message: string) => void;
  #told: string | undefined;
  #lostBefore = 0;

  constructor(signal: Signal, endpoint: string, log: (message: string) => void) {
    this.#name = `export of ${signal} to ${endpoint}`;
    this.#items = ITEMS[signal];
    this.#log = log;
  }

  /** @param lost Items lost since start. */
  failed(error: unknown, lost: number): void {
    const type = errorTypeOf(error);
    if (this.#told === type) return;
    if (this.#told === undefined) this.#lostBefore = lost;
    this.#told = type;
    this.#log(
      error instanceof RejectedItems
        ? `${this.#name}: ${describeError(error)}`
        : `${this.#name} fails: ${describeError(error)}`,
    );
  }

  succeeded(waiting: number, lost: number): void {
    if (this.#told === undefined) return;
    this.#told = undefined;
    this.#log(
      `${this.#name} works again: ${waiting} ${this.#items} wait, ${lost - this.#lostBefore} were lost`,
    );
  }

  stopped(lost: number, stored: number): void {
    if (lost === 0 && (stored === 0 || this.#told === undefined)) return;
    this.#log(
      `${this.#name} ended with the process: ${lost} ${this.#items} were not sent, ${stored} wait on disk`,
    );
  }
}
