import { BUCKET_COUNT } from './duration-sketch.ts';
import type { RedBucket } from './red-bucket.ts';

/** A count up to this fits beside the 11-bit bucket number in one 32-bit word; a larger one takes several words. */
const MAX_PACKED_COUNT = 2 ** 21 - 1;
/** What an object of this class weighs apart from its words, estimated. */
const OVERHEAD_BYTES = 280;

/** Bumped when the packing changes; a bucket of another version is not read. */
const PACKING_VERSION = 1;
const HEADER_BYTES = 8;
const FIELDS = 8;
/** How many counts are packed behind the fields stands in this byte of the header; 0 in a bucket of before there were any. */
const MORE_AT = 1;
/** Of a bucket's counters, those that are among the fields. */
const COUNTERS_IN_FIELDS = 4;

/** A bucket whose time is over, packed: only its non-empty sketch buckets are held. */
export class ClosedBucket {
  readonly startMillis: number;
  /** errors, clientErrors, aborted, kept, rows, sumNanos, minNanos, maxNanos, and the counters behind `rows` */
  readonly #fields: Float64Array;
  /** A sketch bucket's number in the upper 11 bits, its count in the lower 21. */
  readonly #words: Uint32Array;

  private constructor(startMillis: number, fields: Float64Array, words: Uint32Array) {
    this.startMillis = startMillis;
    this.#fields = fields;
    this.#words = words;
  }

  static of(startMillis: number, bucket: RedBucket): ClosedBucket {
    const { errors, clientErrors, aborted, kept, rows, durations } = bucket;
    const more = bucket.counters().slice(COUNTERS_IN_FIELDS);
    const used = more.findLastIndex((count) => count > 0) + 1;
    const totals = [durations.sumNanos, durations.minNanos, durations.maxNanos];
    const words: number[] = [];
    durations.forEachBucket((index, count) => {
      for (let rest = count; rest > 0; rest -= MAX_PACKED_COUNT) {
        words.push(((index << 21) | Math.min(rest, MAX_PACKED_COUNT)) >>> 0);
      }
    });
    return new ClosedBucket(
      startMillis,
      Float64Array.of(errors, clientErrors, aborted, kept, rows, ...totals, ...more.slice(0, used)),
      Uint32Array.from(words),
    );
  }

  /** Reads what `pack` wrote; undefined for another version or a damaged one. */
  static unpack(startMillis: number, packed: Uint8Array): ClosedBucket | undefined {
    const bytes = packed.slice();
    const count = FIELDS + bytes[MORE_AT]!;
    const wordBytes = bytes.byteLength - HEADER_BYTES - count * 8;
    if (bytes[0] !== PACKING_VERSION || wordBytes < 0 || wordBytes % 4 !== 0) return undefined;
    const fields = new Float64Array(bytes.buffer, HEADER_BYTES, count);
    const words = new Uint32Array(bytes.buffer, HEADER_BYTES + count * 8);
    const isSound = fields.every((field) => field >= 0) && words.every((word) => word >>> 21 < BUCKET_COUNT);
    return isSound ? new ClosedBucket(startMillis, fields, words) : undefined;
  }

  get bytes(): number {
    return OVERHEAD_BYTES + this.#words.byteLength + (this.#fields.length - FIELDS) * 8;
  }

  /** In the machine's byte order: the file does not travel. */
  pack(): Uint8Array {
    const bytes = new Uint8Array(HEADER_BYTES + this.#fields.byteLength + this.#words.byteLength);
    bytes[0] = PACKING_VERSION;
    bytes[MORE_AT] = this.#fields.length - FIELDS;
    bytes.set(
      new Uint8Array(this.#fields.buffer, this.#fields.byteOffset, this.#fields.byteLength),
      HEADER_BYTES,
    );
    bytes.set(
      new Uint8Array(this.#words.buffer, this.#words.byteOffset, this.#words.byteLength),
      HEADER_BYTES + this.#fields.byteLength,
    );
    return bytes;
  }

  mergeInto(target: RedBucket): void {
    const [errors, clientErrors, aborted, kept, rows, sumNanos, minNanos, maxNanos] = this
      .#fields as unknown as [number, number, number, number, number, number, number, number];
    target.errors += errors;
    target.clientErrors += clientErrors;
    target.aborted += aborted;
    target.kept += kept;
    target.rows += rows;
    this.#fields.subarray(FIELDS).forEach((count, at) => target.addCounter(COUNTERS_IN_FIELDS + at, count));
    target.durations.mergeBuckets(this.#buckets(), { sumNanos, minNanos, maxNanos });
  }

  *#buckets(): Iterable<readonly [number, number]> {
    for (const word of this.#words) yield [word >>> 21, word & MAX_PACKED_COUNT];
  }
}
