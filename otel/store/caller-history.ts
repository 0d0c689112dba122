import type { CallerBook } from '../aggregate/series-book.ts';
import type { Clock } from '../base/clock.ts';
import type { HistoryFile } from './history-file.ts';
import type { HistoryPart } from './history-part.ts';

/** What a crash may lose; only the order of callers is shown, not their counts. */
const WRITE_INTERVAL_MILLIS = 30_000;
const DAY_MILLIS = 86_400_000;
/** 500 statements of 32 callers; ~100 bytes each. */
const MAX_ROWS = 16_000;

/** Keeps the callers of statements across restarts. */
export class CallerHistory implements HistoryPart {
  readonly #callers: CallerBook;
  readonly #clock: Clock;
  readonly #days: number;
  #writtenMillis = -Infinity;

  constructor(callers: CallerBook, clock: Clock, days: number) {
    this.#callers = callers;
    this.#clock = clock;
    this.#days = days;
  }

  restore(file: HistoryFile): void {
    for (const calls of file.callers.newest(MAX_ROWS)) this.#callers.restoreCalls(calls);
  }

  write(file: HistoryFile): void {
    if (Math.abs(this.#clock.now() - this.#writtenMillis) >= WRITE_INTERVAL_MILLIS) this.close(file);
  }

  close(file: HistoryFile): void {
    const nowMillis = this.#clock.now();
    this.#writtenMillis = nowMillis;
    file.transaction(() => {
      for (const calls of this.#callers.takeCalls()) file.callers.add(calls, nowMillis);
      file.callers.bound(nowMillis - this.#days * DAY_MILLIS, MAX_ROWS);
    });
  }
}
