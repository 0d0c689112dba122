import { untraced } from '../base/untraced.ts';
import { ExportFailure } from './delivery.ts';
import type { ExportTally } from './export-tally.ts';

/** What is sent, and what becomes of it. */
export interface Sending {
  readonly items: number;
  send(abort: AbortSignal): Promise<void>;
  /** Called once, with the error if it failed. Returns true if the items are sent again. */
  settle(error?: unknown): boolean;
}

/** The export in progress; its outcome is counted once. */
interface Attempt {
  readonly items: number;
  readonly end: (error?: unknown) => void;
}

/** Runs one export at a time, untraced, and aborts it after its timeout. The next one waits for its end, which may never come. */
export class OneExport {
  readonly #tally: ExportTally;
  readonly #timeoutMillis: number;
  readonly #maySendAgain: boolean;
  #running: Promise<void> | undefined;
  #attempt: Attempt | undefined;

  /** @param options `maySendAgain`: whether items that were cut off may be sent again; a third-party exporter may still deliver them. */
  constructor(options: {
    readonly tally: ExportTally;
    readonly timeoutMillis: number;
    readonly maySendAgain: boolean;
  }) {
    this.#tally = options.tally;
    this.#timeoutMillis = options.timeoutMillis;
    this.#maySendAgain = options.maySendAgain;
  }

  /** Resolves at the end of the export in progress; undefined if there is none. Never rejects. */
  get running(): Promise<void> | undefined {
    return this.#running;
  }

  /** Of the export in progress, until it is counted. */
  get items(): number {
    return this.#attempt?.items ?? 0;
  }

  /** Call it only while nothing runs. */
  run(work: () => Promise<void>): Promise<void> {
    this.#running = work().then(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  /** Resolves when the destination has answered; the outcome may have been settled earlier, at the timeout. */
  send({ items, send, settle }: Sending): Promise<void> {
    const controller = new AbortController();
    const count = this.#tally.start(items);
    const attempt: Attempt = {
      items,
      end: (error) => {
        if (this.#attempt !== attempt) return;
        this.#attempt = undefined;
        clearTimeout(timeout);
        count(!settle(error), error);
        if (error !== undefined) controller.abort(error);
      },
    };
    const timeout = setTimeout(
      () => this.cutOff('timeout', `no response within ${this.#timeoutMillis} ms`),
      this.#timeoutMillis,
    ).unref();
    this.#attempt = attempt;
    // Also what `send` throws at once is its outcome.
    return untraced(async () => send(controller.signal)).then(
      () => attempt.end(),
      (error: unknown) => attempt.end(error ?? new Error('the exporter failed without a reason')),
    );
  }

  /** Ends the export in progress as failed and aborts it. */
  cutOff(errorType: string, message: string): void {
    this.#attempt?.end(new ExportFailure(message, { errorType, isRetryable: this.#maySendAgain }));
  }
}
