import type { AlertLedger } from './alert-ledger.ts';
import type { AlertMessage } from './alert-message.ts';
import type { Receiver } from './receiver.ts';

const FIRST_PAUSE_MILLIS = 15_000;
const MAX_PAUSE_MILLIS = 3_600_000;
/** With the pauses above, a day and more; a restart tries once more at once. */
const MAX_ATTEMPTS = 32;

/** After this many attempts. */
export function retryPauseMillis(attempts: number): number {
  return Math.min(MAX_PAUSE_MILLIS, FIRST_PAUSE_MILLIS * 2 ** (attempts - 1));
}

interface Lane {
  readonly receiver: Receiver;
  /** On the monotonic clock. */
  nextTryMillis: number;
  running: Promise<void> | undefined;
}

/**
 * Sends waiting messages, each receiver on its own, in order, one at a time. At least once: a process that is killed between an answer and its record
 * sends the message again, with the same id.
 */
export class Deliveries {
  readonly #store: AlertLedger;
  readonly #lanes: readonly Lane[];
  readonly #monotonicMillis: () => number;
  readonly #onFault: (error: unknown) => void;
  readonly #stop = new AbortController();

  constructor(options: {
    readonly store: AlertLedger;
    readonly receivers: readonly Receiver[];
    readonly monotonicMillis: () => number;
    /** Called with errors of the database; the message is tried again. */
    readonly onFault: (error: unknown) => void;
  }) {
    this.#store = options.store;
    this.#lanes = options.receivers.map((receiver) => ({
      receiver,
      nextTryMillis: -Infinity,
      running: undefined,
    }));
    this.#monotonicMillis = options.monotonicMillis;
    this.#onFault = options.onFault;
  }

  /** Sends what is due. Resolves when each receiver has nothing due or waits for its next try. Never rejects. */
  async send(): Promise<void> {
    await Promise.all(
      this.#lanes.map((lane) => {
        lane.running ??= this.#run(lane).finally(() => (lane.running = undefined));
        return lane.running;
      }),
    );
  }

  /** Ends attempts; their messages stay for the next process. */
  stop(): void {
    this.#stop.abort();
  }

  async #run(lane: Lane): Promise<void> {
    try {
      while (this.#isDue(lane)) {
        const waiting = this.#store.nextFor(lane.receiver.name);
        if (waiting === undefined) return;
        await this.#try(lane, waiting);
      }
    } catch (error) {
      lane.nextTryMillis = this.#monotonicMillis() + FIRST_PAUSE_MILLIS;
      this.#onFault(error);
    }
  }

  #isDue({ nextTryMillis }: Lane): boolean {
    return !this.#stop.signal.aborted && this.#monotonicMillis() >= nextTryMillis;
  }

  async #try(
    lane: Lane,
    { rowId, attempts, body }: NonNullable<ReturnType<AlertLedger['nextFor']>>,
  ): Promise<void> {
    // Only `Alerts` writes it.
    const message = JSON.parse(body) as AlertMessage;
    const { outcome, result, retryAfterMillis = 0 } = await lane.receiver.send(message, this.#stop.signal);
    if (this.#stop.signal.aborted && outcome !== 'sent') return;
    const isLast = outcome === 'refused' || (outcome === 'failed' && attempts + 1 >= MAX_ATTEMPTS);
    this.#store.record(rowId, outcome === 'sent' ? 'sent' : isLast ? 'given up' : 'waiting', result);
    if (outcome === 'failed' && !isLast)
      lane.nextTryMillis =
        this.#monotonicMillis() + Math.max(retryAfterMillis, retryPauseMillis(attempts + 1));
  }
}
