import type { TimeRange } from '../query.ts';
import { addKept, BucketPacker, mergePacked } from './packed-bucket.ts';
import type { RedBucket } from './red-bucket.ts';

/** The object, its two arrays and its bytes, apart from what they hold; estimated. */
const OVERHEAD_BYTES = 400;

const packer = new BucketPacker();

/** Whose operations a slot counts: this process under one run of its clock, or all others together. */
export type SlotOwner = string;

/** The closed buckets of all series of one tier that began at one time, packed one behind the other. */
export class Slot {
  readonly startMillis: number;
  readonly endMillis: number;
  readonly owner: SlotOwner;
  /** Ascending. */
  readonly #series: Uint32Array;
  /** Where the bucket of the series at the same place begins; one more than there are series. */
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

  /** Every series in it, ascending. */
  series(): Uint32Array {
    return this.#series;
  }

  mergeInto(series: number, target: RedBucket): void {
    const at = this.#find(series);
    if (at >= 0) this.mergeAt(at, target);
  }

  /** The bucket at a place of `series()`. */
  mergeAt(at: number, target: RedBucket): void {
    mergePacked(target, this.#packed, this.#starts[at]!, this.#starts[at + 1]!);
  }

  /** As it is packed; a view, not to be held. Undefined when the series is not in it. */
  packed(series: number): Uint8Array | undefined {
    const at = this.#find(series);
    return at < 0 ? undefined : this.#packed.subarray(this.#starts[at]!, this.#starts[at + 1]!);
  }

  has(series: number): boolean {
    return this.#find(series) >= 0;
  }

  /** False when the series is not in it. */
  addKept(series: number, more: number): boolean {
    const at = this.#find(series);
    if (at < 0) return false;
    addKept(this.#packed, this.#starts[at]!, more);
    return true;
  }

  /** By halving; -1 when it is not here. */
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
