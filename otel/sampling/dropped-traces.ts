import { randomnessOfTraceId } from './consistent-threshold.ts';
import type { Thresholds } from './policies.ts';

/**
 * The last traces of which nothing was kept, by the last 56 bits of their ids: two numbers each and what they were dropped by, written one after the other. They are
 * most of all traces at a low rate, and a full record for each would be evicted from the processor's cache, not only from ours.
 */
export class DroppedTraces {
  readonly #high: Uint32Array;
  readonly #low: Uint32Array;
  readonly #by: (Thresholds | undefined)[];
  #next = 0;
  #size = 0;

  constructor(max: number) {
    this.#high = new Uint32Array(max);
    this.#low = new Uint32Array(max);
    this.#by = Array.from({ length: max }, () => undefined);
  }

  get size(): number {
    return this.#size;
  }

  add(traceId: string, by: Thresholds | undefined): void {
    const { high, low } = randomnessOfTraceId(traceId);
    this.#high[this.#next] = high;
    this.#low[this.#next] = low;
    this.#by[this.#next] = by;
    if (this.#size < this.#high.length) this.#size++;
    this.#next = this.#next + 1 === this.#high.length ? 0 : this.#next + 1;
  }

  has(traceId: string): boolean {
    return this.#find(traceId) >= 0;
  }

  /** What a trace was dropped by; undefined when it is not among them. */
  droppedBy(traceId: string): Thresholds | undefined {
    const at = this.#find(traceId);
    return at < 0 ? undefined : this.#by[at];
  }

  /** A search through all, for who asks rarely. */
  #find(traceId: string): number {
    const { high, low } = randomnessOfTraceId(traceId);
    for (let at = this.#low.indexOf(low); at >= 0 && at < this.#size; at = this.#low.indexOf(low, at + 1))
      if (this.#high[at] === high) return at;
    return -1;
  }
}
