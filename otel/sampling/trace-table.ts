import type { BufferedTrace } from './buffered-trace.ts';
import { TraceIdHash } from './trace-id-hash.ts';

/** When full, which it hardly ever is: a table of 32 KB stays in the processor's cache. */
const TRACES_PER_BUCKET = 2;

/**
 * Finds traces by id: a hash table of fixed size, chained through the traces. A Map that gets and loses an entry per trace is copied
 * over and over, which was half of what a dropped operation cost.
 */
export class TraceTable {
  readonly #buckets: (BufferedTrace | undefined)[];
  readonly #shift: number;
  readonly #hash: TraceIdHash;
  #size = 0;
  /** Most look-ups ask for the same trace as the one before. */
  #last: BufferedTrace | undefined;
  /** What is added was looked for just before. */
  #hashedId = '';

  /** @param capacity How many traces there will be at most; more only make it slower. */
  constructor(capacity: number, hash = new TraceIdHash()) {
    const bits = Math.min(20, Math.max(4, Math.ceil(Math.log2(capacity / TRACES_PER_BUCKET))));
    this.#buckets = Array.from({ length: 2 ** bits }, () => undefined);
    this.#shift = 32 - bits;
    this.#hash = hash;
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
    trace.hashEven = this.#hash.even;
    trace.hashOdd = this.#hash.odd;
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
    if (traceId !== this.#hashedId) {
      this.#hash.compute(traceId);
      this.#hashedId = traceId;
    }
    return this.#hash.mixed >>> this.#shift;
  }
}
