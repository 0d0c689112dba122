/**
 * A mergeable quantile sketch over durations with logarithmic buckets.
 *
 * Source: Masson, Rim, Lee, "DDSketch: A Fast and Fully-Mergeable Quantile Sketch with Relative-Error Guarantees",
 * VLDB 2019, with the range fixed to what an in-process operation can take, so that the array is bounded.
 */

/** Guaranteed relative error of a quantile. */
export const RELATIVE_ERROR = 0.01;
/** Shorter durations are counted in the first bucket; `minNanos` stays exact. */
export const MIN_TRACKED_NANOS = 1e3;
/** One hour; longer durations are counted in the last bucket; `maxNanos` stays exact. */
export const MAX_TRACKED_NANOS = 3.6e12;

const GAMMA = (1 + RELATIVE_ERROR) / (1 - RELATIVE_ERROR);
const INVERSE_LOG_GAMMA = 1 / Math.log(GAMMA);
const FIRST_INDEX = Math.ceil(Math.log(MIN_TRACKED_NANOS) * INVERSE_LOG_GAMMA);
/** 1,101 buckets: 4.4 KB if the whole range is in use. */
export const BUCKET_COUNT = Math.ceil(Math.log(MAX_TRACKED_NANOS) * INVERSE_LOG_GAMMA) - FIRST_INDEX + 1;
/** Growth of the counter array, so that a narrow series stays small. */
const GROWTH = 32;

/** The bucket of a duration, 0 to BUCKET_COUNT - 1. */
export function bucketOf(durationNanos: number): number {
  if (!(durationNanos > MIN_TRACKED_NANOS)) return 0;
  if (durationNanos >= MAX_TRACKED_NANOS) return BUCKET_COUNT - 1;
  return Math.ceil(Math.log(durationNanos) * INVERSE_LOG_GAMMA) - FIRST_INDEX;
}

/** The value that represents all durations of a bucket, within RELATIVE_ERROR of each. */
export function bucketMidNanos(bucket: number): number {
  return (2 * Math.exp((bucket + FIRST_INDEX) / INVERSE_LOG_GAMMA)) / (GAMMA + 1);
}

/** The largest duration of a bucket. */
export function bucketUpperNanos(bucket: number): number {
  return Math.exp((bucket + FIRST_INDEX) / INVERSE_LOG_GAMMA);
}

const NO_COUNTS = new Uint32Array(0);
/** Counters of 32 bits suffice up to this many durations: 50 days of a thousand a second. */
const MAX_NARROW_COUNT = 2 ** 32 - 1;

export class DurationSketch {
  /** counts[i] belongs to bucket offset + i. */
  #counts: Uint32Array | Float64Array = NO_COUNTS;
  #offset = 0;
  /** First and last bucket with a count; #last < #first while empty. */
  #first = BUCKET_COUNT;
  #last = -1;
  #count = 0;
  #sumNanos = 0;
  #minNanos = Infinity;
  #maxNanos = 0;

  get count(): number {
    return this.#count;
  }
  get sumNanos(): number {
    return this.#sumNanos;
  }
  /** Exact; 0 while empty. */
  get minNanos(): number {
    return this.#count === 0 ? 0 : this.#minNanos;
  }
  /** Exact; 0 while empty. */
  get maxNanos(): number {
    return this.#maxNanos;
  }
  /** Bytes held by the counters. */
  get bytes(): number {
    return this.#counts.byteLength;
  }

  /** Counts one duration; NaN and negative ones (after a clock step) count as 0. */
  add(durationNanos: number): void {
    const nanos = durationNanos > 0 ? durationNanos : 0;
    const bucket = bucketOf(nanos);
    this.#reserve(bucket, bucket);
    if (this.#count >= MAX_NARROW_COUNT) this.#widen();
    const at = bucket - this.#offset;
    this.#counts[at]!++;
    this.#count++;
    this.#sumNanos += nanos;
    if (nanos < this.#minNanos) this.#minNanos = nanos;
    if (nanos > this.#maxNanos) this.#maxNanos = nanos;
  }

  /** Adds another sketch without loss. */
  merge(other: DurationSketch): void {
    if (other.#count === 0) return;
    this.#reserve(other.#first, other.#last);
    if (this.#count + other.#count > MAX_NARROW_COUNT) this.#widen();
    const shift = other.#offset - this.#offset;
    for (let at = other.#first - other.#offset, end = other.#last - other.#offset; at <= end; at++) {
      this.#counts[at + shift]! += other.#counts[at]!;
    }
    this.mergeTotals(other.#count, other.#sumNanos, other.#minNanos, other.#maxNanos);
  }

  /**
   * All durations except those of `others`, which this sketch has counted, too. The count is exact; minimum and maximum are exact unless another
   * sketch has the same, else those of their buckets.
   */
  without(others: readonly DurationSketch[]): DurationSketch {
    const rest = new DurationSketch();
    rest.merge(this);
    for (const other of others) {
      other.forEachBucket((bucket, count) => (rest.#counts[bucket - rest.#offset]! -= count));
      rest.#count -= other.#count;
      rest.#sumNanos -= other.#sumNanos;
    }
    if (rest.#count <= 0) return new DurationSketch();
    if (others.length > 0) rest.#narrow(others);
    return rest;
  }

  /** Adds to a bucket's count, as from `forEachBucket`; call `mergeTotals` afterwards. Throws RangeError for an invalid bucket. */
  addToBucket(bucket: number, count: number): void {
    if (!(bucket >= 0 && bucket < BUCKET_COUNT)) throw new RangeError(`Expected a bucket, got ${bucket}`);
    this.#reserve(bucket, bucket);
    const at = bucket - this.#offset;
    if (this.#counts[at]! + count > MAX_NARROW_COUNT) this.#widen();
    this.#counts[at]! += count;
  }

  /** Totals of the durations whose buckets were added. */
  mergeTotals(count: number, sumNanos: number, minNanos: number, maxNanos: number): void {
    this.#count += count;
    this.#sumNanos += sumNanos;
    if (minNanos < this.#minNanos) this.#minNanos = minNanos;
    if (maxNanos > this.#maxNanos) this.#maxNanos = maxNanos;
  }

  /** Empties the sketch and keeps its memory. */
  reset(): void {
    if (this.#count === 0) return;
    this.#counts.fill(0, this.#first - this.#offset, this.#last - this.#offset + 1);
    this.#first = BUCKET_COUNT;
    this.#last = -1;
    this.#count = 0;
    this.#sumNanos = 0;
    this.#minNanos = Infinity;
    this.#maxNanos = 0;
  }

  /** Duration in nanoseconds that a share `q` (0–1) do not exceed, by nearest rank; 0 while empty. */
  quantileNanos(q: number): number {
    return this.quantilesNanos([q])[0]!;
  }

  /** The same for several shares, in ascending order, in one pass over the buckets. */
  quantilesNanos(shares: readonly number[]): readonly number[] {
    let [bucket, seen] = [this.#first - 1, 0];
    return shares.map((q) => {
      if (this.#count === 0) return 0;
      const rank = Math.max(1, Math.ceil(q * this.#count));
      if (rank >= this.#count) return this.#maxNanos;
      if (rank === 1) return this.#minNanos;
      while (seen < rank && bucket < this.#last) seen += this.#counts[++bucket - this.#offset]!;
      return seen < rank
        ? this.#maxNanos
        : Math.min(this.#maxNanos, Math.max(this.#minNanos, bucketMidNanos(bucket)));
    });
  }

  /** Share of durations, 0–1, in lower buckets; undefined while empty. */
  shareBelow(durationNanos: number): number | undefined {
    if (this.#count === 0) return undefined;
    const limit = bucketOf(durationNanos);
    let below = 0;
    for (let bucket = this.#first; bucket < limit && bucket <= this.#last; bucket++) {
      below += this.#counts[bucket - this.#offset]!;
    }
    return below / this.#count;
  }

  /** Visits every non-empty bucket in ascending order. */
  forEachBucket(visit: (bucket: number, count: number) => void): void {
    for (let bucket = this.#first; bucket <= this.#last; bucket++) {
      const count = this.#counts[bucket - this.#offset]!;
      if (count > 0) visit(bucket, count);
    }
  }

  #narrow(others: readonly DurationSketch[]): void {
    while (this.#counts[this.#first - this.#offset] === 0) this.#first++;
    while (this.#counts[this.#last - this.#offset] === 0) this.#last--;
    if (others.some((other) => other.#maxNanos === this.#maxNanos))
      this.#maxNanos = Math.min(this.#maxNanos, bucketMidNanos(this.#last));
    if (others.some((other) => other.#minNanos === this.#minNanos))
      this.#minNanos = Math.max(this.#minNanos, bucketMidNanos(this.#first));
    // Within one bucket, or for one value, they may be swapped.
    this.#minNanos = Math.min(this.#minNanos, this.#maxNanos);
    // Rounding errors of a difference.
    this.#sumNanos = Math.max(this.#sumNanos, 0);
  }

  #widen(): void {
    if (this.#counts instanceof Uint32Array) this.#counts = Float64Array.from(this.#counts);
  }

  #reserve(first: number, last: number): void {
    if (first < this.#first) this.#first = first;
    if (last > this.#last) this.#last = last;
    const end = this.#offset + this.#counts.length;
    if (this.#counts.length > 0 && first >= this.#offset && last < end) return;
    const empty = this.#counts.length === 0;
    const from = Math.max(0, Math.min(first, empty ? first : this.#offset) - (empty ? GROWTH / 2 : 0));
    const lowest = !empty && first < this.#offset ? Math.max(0, first - GROWTH / 2) : from;
    const highest = Math.min(BUCKET_COUNT, Math.max(last + 1 + GROWTH / 2, empty ? 0 : end));
    const isWide = this.#counts instanceof Float64Array;
    const grown = isWide ? new Float64Array(highest - lowest) : new Uint32Array(highest - lowest);
    if (!empty) grown.set(this.#counts, this.#offset - lowest);
    this.#counts = grown;
    this.#offset = lowest;
  }
}
