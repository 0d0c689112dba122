import type { BufferedTrace } from './buffered-trace.ts';

const FNV_PRIME = 0x01000193;
const MIX = 0x85ebca6b;

/**
 * Finds traces by id: a hash table of fixed size, chained through the traces. A Map that gets and loses an entry per trace is copied
 * over and over, which was half of what a dropped operation cost. The hash has a secret seed, because clients choose trace ids.
 */
export class TraceTable {
  readonly #buckets: (BufferedTrace | undefined)[];
  readonly #shift: number;
  readonly #seed: number;
  #size = 0;
  /** Most look-ups ask for the same trace as the one before. */
  #last: BufferedTrace | undefined;
  /** What is added was looked for just before. */
  #missedId = '';
  #missedBucket = 0;

  /** @param capacity How many traces there will be at most; more only make it slower. */
  constructor(capacity: number, seed = Math.floor(Math.random() * 2 ** 32)) {
    // Four to a bucket when full, which it hardly ever is: a table of 16 KB stays in the processor's cache.
    const bits = Math.min(20, Math.max(4, Math.ceil(Math.log2(capacity / 4))));
    this.#buckets = Array.from({ length: 2 ** bits }, () => undefined);
    this.#shift = 32 - bits;
    this.#seed = seed;
  }

  get size(): number {
    return this.#size;
  }

  find(traceId: string): BufferedTrace | undefined {
    const last = this.#last;
    if (last !== undefined && last.traceId === traceId) return last;
    const bucket = this.#bucketOf(traceId);
    let trace = this.#buckets[bucket];
    while (trace !== undefined && trace.traceId !== traceId) trace = trace.nextInBucket;
    if (trace !== undefined) this.#last = trace;
    else {
      this.#missedId = traceId;
      this.#missedBucket = bucket;
    }
    return trace;
  }

  /** Of a trace whose id is not here. */
  add(trace: BufferedTrace): void {
    const { traceId } = trace;
    const bucket = traceId === this.#missedId ? this.#missedBucket : this.#bucketOf(traceId);
    trace.bucket = bucket;
    trace.nextInBucket = this.#buckets[bucket];
    this.#buckets[bucket] = trace;
    this.#last = trace;
    this.#size++;
  }

  delete(trace: BufferedTrace): void {
    const { bucket } = trace;
    const first = this.#buckets[bucket];
    if (first === trace) this.#buckets[bucket] = trace.nextInBucket;
    else {
      let before = first;
      while (before !== undefined && before.nextInBucket !== trace) before = before.nextInBucket;
      if (before === undefined) return;
      before.nextInBucket = trace.nextInBucket;
    }
    trace.nextInBucket = undefined;
    if (this.#last === trace) this.#last = undefined;
    this.#size--;
  }

  #bucketOf(traceId: string): number {
    // Two lanes: each multiplication waits for the one before.
    let even = this.#seed;
    let odd = ~this.#seed;
    for (let i = 0; i + 1 < traceId.length; i += 2) {
      even = Math.imul(even ^ traceId.charCodeAt(i), FNV_PRIME);
      odd = Math.imul(odd ^ traceId.charCodeAt(i + 1), FNV_PRIME);
    }
    return Math.imul(even ^ (odd >>> 15), MIX) >>> this.#shift;
  }
}
