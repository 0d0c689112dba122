/** Minimum time between two updates of a page. */
export const MIN_INTERVAL_MILLIS = 1000;
/** Maximum time between two updates of a page, however long drawing takes and however late the event loop is. */
const MAX_INTERVAL_MILLIS = 10_000;
/** Maximum share of the event loop's time for drawing live pages; readers' requests wait meanwhile. */
const SHARE = 0.03;
/** At this delay of the loop, half of that share. */
const LATE_MILLIS = 20;
/** Decay of the measured delay per page. */
const MEMORY = 0.7;

/** Paces live pages: they use a bounded share of the event loop, less while it is late. Times are passed in. */
export class LivePace {
  readonly #costs = new Map<string, number>();
  #late = 0;

  /** Time between two updates of one page, with all pages in turn. */
  get intervalMillis(): number {
    const cost = [...this.#costs.values()].reduce((sum, each) => sum + each, 0);
    const wanted = (cost / SHARE) * (1 + this.#late / LATE_MILLIS);
    return Math.min(MAX_INTERVAL_MILLIS, Math.max(MIN_INTERVAL_MILLIS, wanted));
  }

  /** Records the cost and delay of a drawn page. Returns the pause before the next page. */
  drawn(address: string, costMillis: number, lateMillis: number): number {
    this.#costs.set(address, costMillis);
    this.#late = Math.max(lateMillis, this.#late * MEMORY);
    return this.intervalMillis / this.#costs.size;
  }

  left(address: string): void {
    this.#costs.delete(address);
  }
}
