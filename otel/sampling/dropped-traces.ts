import { randomnessOfTraceId } from './consistent-threshold.ts';

/**
 * The last traces of which nothing was kept, by the last 56 bits of their ids: two numbers each, written one after the other. They are
 * most of all traces at a low rate, and a full record for each would be evicted from the processor's cache, not only from ours.
 */
export class DroppedTraces {
  readonly #high: Uint32Array;
  readonly #low: Uint32Array;
  #next = 0;
  #size = 0;

  constructor(max: number) {
    this.#high = new Uint32Array(max);
    this.#low = new Uint32Array(max);
  }

  get size(): number {
    return this.#size;
  }

  add(traceId: string): void {
    const { high, low } = randomnessOfTraceId(traceId);
    this.#high[this.#next] = high;
    this.#low[this.#next] = low;
    if (this.#size < this.#high.length) this.#size++;
    this.#next = this.#next + 1 === this.#high.length ? 0 : this.#next + 1;
  }

  /** A search through all, for who asks rarely. */
  has(traceId: string): boolean {
    const { high, low } = randomnessOfTraceId(traceId);
    for (let at = this.#low.indexOf(low); at >= 0 && at < this.#size; at = this.#low.indexOf(low, at + 1))
      if (this.#high[at] === high) return true;
    return false;
  }
}
