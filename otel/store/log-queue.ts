import type { UnstoredLine } from './log-writer.ts';

export interface LogQueueLimits {
  readonly maxLines: number;
  /** Estimated. */
  readonly maxBytes: number;
}

const DEFAULT_LIMITS: LogQueueLimits = { maxLines: 10_000, maxBytes: 8 * 1024 * 1024 };

export interface LostLines {
  readonly lines: number;
  /** Time of the newest of them. */
  readonly untilMillis: number;
}

export const NOTHING_LOST: LostLines = Object.freeze({ lines: 0, untilMillis: 0 });

/** Log lines that are not written yet. Beyond its bounds the oldest are dropped and counted: the last ones say how it ended. */
export class LogQueue {
  readonly #limits: LogQueueLimits;
  readonly #lines: { readonly line: UnstoredLine; readonly bytes: number }[] = [];
  #bytes = 0;
  /** Dropped, and not counted in the file yet. */
  lost: LostLines = NOTHING_LOST;

  constructor(limits: Partial<LogQueueLimits> = {}) {
    this.#limits = { ...DEFAULT_LIMITS, ...limits };
  }

  get size(): number {
    return this.#lines.length;
  }

  get bytes(): number {
    return this.#bytes;
  }

  add(line: UnstoredLine, bytes: number): void {
    this.#lines.push({ line, bytes });
    this.#bytes += bytes;
    while (this.#lines.length > this.#limits.maxLines || this.#bytes > this.#limits.maxBytes) {
      this.lose(1);
    }
  }

  /** The oldest. */
  first(count: number): readonly UnstoredLine[] {
    return this.#lines.slice(0, count).map(({ line }) => line);
  }

  /** Drops the oldest. */
  lose(count: number): void {
    const { lines, untilMillis } = this.lost;
    const gone = this.first(count);
    this.remove(count);
    this.lost = {
      lines: lines + gone.length,
      untilMillis: gone.reduce((until, { timeMillis }) => Math.max(until, timeMillis), untilMillis),
    };
  }

  remove(count: number): void {
    for (const { bytes } of this.#lines.splice(0, count)) this.#bytes -= bytes;
  }
}
