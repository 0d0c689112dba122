import type { TimeRange } from '../query.ts';
import { addKept, BucketPacker, mergePacked } from './packed-bucket.ts';
import type { RedBucket } from './red-bucket.ts';

/** The object, its two arrays and its bytes without their content; estimated. */
const OVERHEAD_BYTES = 400;

const packer = new BucketPacker();

/** Owner of a slot's counts: this process under one run of its clock, or all others together. */
export type SlotOwner = string;

/** The closed buckets of all series in one tier with the same start, packed one after the other. */
export class Slot {
  readonly startMillis: number;
  readonly endMillis: number;
  readonly owner: SlotOwner;
  /** Ascending. */
  readonly #series: Uint32Array;
  /** Start offset of each series' bucket, plus the end of the last. */
  readonly #starts: Uint32Array;
  readonly #packed: Uint8Array;

  /** @param buckets By series number, ascending. */
  constructor(
    { fromMillis, toMillis }: TimeRange,
    owner: SlotOwner,
    buckets: readonly (readonly [series: number, bucket: RedBucket])[],
  ) {
    this.startMillis = fromMillis;
    this.endMillis = toMillis;
    this.owner = owner;
    this.#series = new Uint32Array(buckets.length);
    this.#starts = new Uint32Array(buckets.length + 1);
    for (let i = 0; i < buckets.length; i++) {
      const [series, bucket] = buckets[i]!;
      this.#series[i] = series;
      packer.add(bucket);
      this.#starts[i + 1] = packer.length;
    }
    this.#packed = packer.take();
  }

  get bytes(): number {
    return OVERHEAD_BYTES + this.#series.byteLength + this.#starts.byteLength + this.#packed.byteLength;
  }
  get size(): number {
    return this.#series.length;
  }

  /** Series numbers, ascending. */
  series(): Uint32Array {
    return this.#series;
  }

  mergeInto(series: number, target: RedBucket): void {
    const at = this.#find(series);
    if (at >= 0) this.mergeAt(at, target);
  }

  /** Adds the bucket at an index of `series()` to a target. */
  mergeAt(at: number, target: RedBucket): void {
    mergePacked(target, this.#packed, this.#starts[at]!, this.#starts[at + 1]!);
  }

  /** The packed bucket, a view that must not be retained; undefined for a series not in it. */
  packed(series: number): Uint8Array | undefined {
    const at = this.#find(series);
    return at < 0 ? undefined : this.#packed.subarray(this.#starts[at], this.#starts[at + 1]);
  }

  has(series: number): boolean {
    return this.#find(series) >= 0;
  }

  /** Returns false if the series is not in it. */
  addKept(series: number, more: number): boolean {
    const at = this.#find(series);
    if (at < 0) return false;
    addKept(this.#packed, this.#starts[at]!, more);
    return true;
  }

  /** Binary search; -1 if absent. */
  #find(series: number): number {
    let low = 0;
    let high = this.#series.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const found = this.#series[middle]!;
      if (found === series) return middle;
      if (found < series) low = middle + 1;
      else high = middle - 1;
    }
    return -1;
  }
}
