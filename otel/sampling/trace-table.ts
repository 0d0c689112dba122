import type { BufferedTrace } from './buffered-trace.ts';

const FNV_PRIME = 0x01000193;

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

  /** @param capacity How many traces there will be at most; more only make it slower. */
  constructor(capacity: number, seed = Math.floor(Math.random() * 2 ** 32)) {
    const bits = Math.min(20, Math.max(4, Math.ceil(Math.log2(capacity))));
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
    let trace = this.#buckets[this.#bucketOf(traceId)];
    while (trace !== undefined && trace.traceId !== traceId) trace = trace.nextInBucket;
    if (trace !== undefined) this.#last = trace;
    return trace;
  }

  /** Of a trace whose id is not here. */
  add(trace: BufferedTrace): void {
    const bucket = this.#bucketOf(trace.traceId);
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
    let hash = this.#seed;
    for (let i = 0; i < traceId.length; i++) hash = Math.imul(hash ^ traceId.charCodeAt(i), FNV_PRIME);
    return hash >>> this.#shift;
  }
}
