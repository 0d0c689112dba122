/** A fault inside telemetry itself, caught by the guard. */
export interface TelemetryFault {
  readonly place: string;
  readonly count: number;
  readonly lastMessage: string;
  readonly lastMillis: number;
}

/** At most one log line per place in this interval. */
const LOG_INTERVAL_MILLIS = 60_000;
/** Distinct places; they are literals in the code, so this is only a backstop. */
const MAX_PLACES = 100;

interface Fault {
  shown: TelemetryFault;
  loggedMillis: number;
}

/**
 * The wall between telemetry and the app: counts what is thrown inside, logs it once a minute per place,
 * shows it on pages, and never rethrows. One per Telemetry.
 */
export class Guard {
  readonly #faults = new Map<string, Fault>();
  readonly #log: (message: string) => void;
  readonly #now: () => number;

  constructor(options: { readonly log?: (message: string) => void; readonly now?: () => number } = {}) {
    this.#log = options.log ?? (() => {});
    this.#now = options.now ?? Date.now;
  }

  /** Returns the result of `work`, or `fallback` if it throws; the error is counted under `place`. */
  run<T>(place: string, work: () => T, fallback: T): T {
    try {
      return work();
    } catch (error) {
      this.report(place, error);
      return fallback;
    }
  }

  /** Counts a fault that was caught elsewhere. Never throws. */
  report(place: string, error: unknown): void {
    try {
      const now = this.#now();
      const message = error instanceof Error ? error.message : String(error);
      let fault = this.#faults.get(place);
      if (fault === undefined) {
        if (this.#faults.size >= MAX_PLACES) return;
        fault = { shown: { place, count: 0, lastMessage: '', lastMillis: 0 }, loggedMillis: -Infinity };
        this.#faults.set(place, fault);
      }
      const count = fault.shown.count + 1;
      fault.shown = { place, count, lastMessage: message, lastMillis: now };
      if (now - fault.loggedMillis >= LOG_INTERVAL_MILLIS) {
        fault.loggedMillis = now;
        this.#log(`telemetry fault in ${place}: ${message} (${count} so far)`);
      }
    } catch {
      // A clock or a log that throws must not defeat the guard.
    }
  }

  /** Logs one line that is not a fault. Never throws. */
  note(message: string): void {
    this.run('log', () => this.#log(message), undefined);
  }

  faults(): readonly TelemetryFault[] {
    return [...this.#faults.values()].map(({ shown }) => shown);
  }
}
