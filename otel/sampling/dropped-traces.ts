import type { Thresholds } from './policies.ts';
import type { TraceIdHash } from './trace-id-hash.ts';

/** What is left of a trace that was dropped whole: 64 bits of its id. */
export interface DroppedTrace {
  readonly hashEven: number;
  readonly hashOdd: number;
  readonly decidedBy: Thresholds | undefined;
}

/**
 * The last traces of which nothing was kept, by a hash of their ids: two numbers each and what they were dropped by, written one after the other.
 * They are most of all traces at a low rate, and a full record for each would be evicted from the processor's cache, not only from ours.
 */
export class DroppedTraces {
  readonly #even: Int32Array;
  readonly #odd: Int32Array;
  readonly #by: (Thresholds | undefined)[];
  readonly #hash: TraceIdHash;
  #next = 0;
  #size = 0;

  /** @param seeded With the seed of the hashes that are added. */
  constructor(max: number, seeded: TraceIdHash) {
    this.#even = new Int32Array(max);
    this.#odd = new Int32Array(max);
    this.#by = Array.from({ length: max }, () => undefined);
    this.#hash = seeded.sibling();
  }

  get size(): number {
    return this.#size;
  }

  add({ hashEven, hashOdd, decidedBy }: DroppedTrace): void {
    this.#even[this.#next] = hashEven;
    this.#odd[this.#next] = hashOdd;
    this.#by[this.#next] = decidedBy;
    if (this.#size < this.#even.length) this.#size++;
    this.#next = this.#next + 1 === this.#even.length ? 0 : this.#next + 1;
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
    this.#hash.compute(traceId);
    const { even, odd } = this.#hash;
    for (let at = this.#even.indexOf(even); at >= 0 && at < this.#size; at = this.#even.indexOf(even, at + 1))
      if (this.#odd[at] === odd) return at;
    return -1;
  }
}
