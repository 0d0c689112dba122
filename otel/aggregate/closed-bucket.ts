import type { RedBucket } from './red-bucket.ts';

/** A count up to this fits beside the 11-bit bucket number in one 32-bit word; a larger one takes several words. */
const MAX_PACKED_COUNT = 2 ** 21 - 1;
/** What an object of this class weighs apart from its words, estimated. */
const OVERHEAD_BYTES = 176;

/** A bucket whose time is over, packed: only its non-empty sketch buckets are held. */
export class ClosedBucket {
  readonly startMillis: number;
  readonly #words: Uint32Array;
  readonly #errors: number;
  readonly #clientErrors: number;
  readonly #aborted: number;
  readonly #kept: number;
  readonly #rows: number;
  readonly #sumNanos: number;
  readonly #minNanos: number;
  readonly #maxNanos: number;

  constructor(startMillis: number, bucket: RedBucket) {
    this.startMillis = startMillis;
    this.#errors = bucket.errors;
    this.#clientErrors = bucket.clientErrors;
    this.#aborted = bucket.aborted;
    this.#kept = bucket.kept;
    this.#rows = bucket.rows;
    this.#sumNanos = bucket.durations.sumNanos;
    this.#minNanos = bucket.durations.minNanos;
    this.#maxNanos = bucket.durations.maxNanos;
    const words: number[] = [];
    bucket.durations.forEachBucket((index, count) => {
      for (let rest = count; rest > 0; rest -= MAX_PACKED_COUNT) {
        words.push(((index << 21) | Math.min(rest, MAX_PACKED_COUNT)) >>> 0);
      }
    });
    this.#words = Uint32Array.from(words);
  }

  get bytes(): number {
    return OVERHEAD_BYTES + this.#words.byteLength;
  }

  mergeInto(target: RedBucket): void {
    target.errors += this.#errors;
    target.clientErrors += this.#clientErrors;
    target.aborted += this.#aborted;
    target.kept += this.#kept;
    target.rows += this.#rows;
    target.durations.mergeBuckets(this.#buckets(), {
      sumNanos: this.#sumNanos,
      minNanos: this.#minNanos,
      maxNanos: this.#maxNanos,
    });
  }

  *#buckets(): Iterable<readonly [number, number]> {
    for (const word of this.#words) yield [word >>> 21, word & MAX_PACKED_COUNT];
  }
}
