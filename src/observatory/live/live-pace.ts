/** A page is drawn at most once in this time. */
export const MIN_INTERVAL_MILLIS = 1000;
/** However long drawing takes and however late the event loop is, every page gets its turn in this time. */
const MAX_INTERVAL_MILLIS = 10_000;
/** Of the event loop's time, for drawing all that is looked at: readers wait behind it. */
const SHARE = 0.03;
/** A loop that is so late gets half of that. */
const LATE_MILLIS = 20;
/** Of a lateness, what is still believed a page later. */
const MEMORY = 0.7;

/** How fast live pages are drawn: a bounded share of the event loop, less of it while that is late. Times are handed in. */
export class LivePace {
  readonly #costs = new Map<string, number>();
  #late = 0;

  /** Between two updates of one page, all pages taken in turns. */
  get intervalMillis(): number {
    const cost = [...this.#costs.values()].reduce((sum, each) => sum + each, 0);
    const wanted = (cost / SHARE) * (1 + this.#late / LATE_MILLIS);
    return Math.min(MAX_INTERVAL_MILLIS, Math.max(MIN_INTERVAL_MILLIS, wanted));
  }

  /** A page was drawn: what that cost, and how late its turn came. Returns how long everybody else waits: its part of a whole round. */
  drawn(address: string, costMillis: number, lateMillis: number): number {
    this.#costs.set(address, costMillis);
    this.#late = Math.max(lateMillis, this.#late * MEMORY);
    return this.intervalMillis / this.#costs.size;
  }

  left(address: string): void {
    this.#costs.delete(address);
  }
}
