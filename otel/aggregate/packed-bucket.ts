import { RedBucket } from './red-bucket.ts';

/** The kept count comes first, with fixed width so that it can still grow. */
const KEPT_BYTES = 4;
const FIRST_ROOM_BYTES = 4096;
const MAX_VARINT_BYTES = 8;
/** Kept count, numbers of operations and of counters, and three doubles. */
const HEAD_BYTES = KEPT_BYTES + 2 * MAX_VARINT_BYTES + 24;

/** Packs buckets one after the other into growing memory. */
export class BucketPacker {
  #bytes = new Uint8Array(FIRST_ROOM_BYTES);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /**
   * Format: kept as 32 bits; then varints of 7 bits a byte: the count, the number of counters, the counters; then as doubles the duration of a
   * single operation, or sum, minimum and maximum of several, followed by their sketch buckets: twice the count of each, plus one if empty buckets
   * precede it, whose number follows.
   */
  add(bucket: RedBucket): void {
    const counters = bucket.counters();
    this.#room(HEAD_BYTES + counters.length * MAX_VARINT_BYTES);
    this.#view.setUint32(this.#length, bucket.kept, true);
    this.#length += KEPT_BYTES;
    const { durations } = bucket;
    this.#varint(durations.count);
    this.#counters(counters);
    if (durations.count === 0) return;
    this.#double(durations.sumNanos);
    if (durations.count === 1) return;
    this.#double(durations.minNanos);
    this.#double(durations.maxNanos);
    let next = 0;
    durations.forEachBucket((index, count) => {
      this.#room(2 * MAX_VARINT_BYTES);
      this.#varint(count * 2 + (index > next ? 1 : 0));
      if (index > next) this.#varint(index - next);
      next = index + 1;
    });
  }

  /** What was packed since the previous `take`, in its own memory. */
  take(): Uint8Array {
    const taken = this.#bytes.slice(0, this.#length);
    this.#length = 0;
    return taken;
  }

  #counters(counters: readonly number[]): void {
    let used = counters.length;
    while (used > 0 && counters[used - 1] === 0) used--;
    this.#varint(used);
    for (let i = 0; i < used; i++) this.#varint(counters[i]!);
  }

  /** Seven bits a byte, lowest first; by division, because counts may exceed 32 bits. */
  #varint(value: number): void {
    let rest = value;
    while (rest >= 128) {
      this.#bytes[this.#length++] = (rest % 128) + 128;
      rest = Math.floor(rest / 128);
    }
    this.#bytes[this.#length++] = rest;
  }

  #double(value: number): void {
    this.#view.setFloat64(this.#length, value, true);
    this.#length += 8;
  }

  #room(bytes: number): void {
    if (this.#length + bytes <= this.#bytes.length) return;
    const grown = new Uint8Array(this.#bytes.length * 2);
    grown.set(this.#bytes);
    this.#bytes = grown;
    this.#view = new DataView(grown.buffer);
  }
}

/** Reads packed buckets; one reusable object, so that reading thousands allocates nothing. */
class BucketReader {
  #bytes: Uint8Array = new Uint8Array(0);
  #view: DataView = new DataView(new ArrayBuffer(0));
  #at = 0;

  /** Throws RangeError for truncated bytes. */
  mergeInto(target: RedBucket, bytes: Uint8Array, start: number, end: number): void {
    if (bytes !== this.#bytes) {
      this.#bytes = bytes;
      this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    }
    this.#at = start + KEPT_BYTES;
    target.kept += this.#view.getUint32(start, true);
    const count = this.#varint();
    const counters = this.#varint();
    for (let i = 0; i < counters; i++) target.addCounter(i, this.#varint());
    if (count === 0) return;
    const sum = this.#double();
    if (count === 1) return target.durations.add(sum);
    const min = this.#double();
    const max = this.#double();
    let index = 0;
    while (this.#at < end) {
      const word = this.#varint();
      if (word % 2 === 1) index += this.#varint();
      target.durations.addToBucket(index++, Math.floor(word / 2));
    }
    target.durations.mergeTotals(count, sum, min, max);
  }

  #varint(): number {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = this.#view.getUint8(this.#at++);
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
  }

  #double(): number {
    const value = this.#view.getFloat64(this.#at, true);
    this.#at += 8;
    return value;
  }
}

const reader = new BucketReader();

/** Adds the bucket packed in [start, end) of `bytes`. */
export function mergePacked(target: RedBucket, bytes: Uint8Array, start: number, end: number): void {
  reader.mergeInto(target, bytes, start, end);
}

/** Merges several packed buckets; invalid ones are skipped. */
export function mergePackedAll(bodies: readonly Uint8Array[]): Uint8Array {
  const sum = new RedBucket();
  for (const body of bodies) if (isSoundPacked(body)) mergePacked(sum, body, 0, body.length);
  return packed(sum);
}

/** Packs a single bucket. */
export function packed(bucket: RedBucket): Uint8Array {
  const packer = new BucketPacker();
  packer.add(bucket);
  return packer.take();
}

/** Returns true if bytes from disk are one complete packed bucket. */
export function isSoundPacked(bytes: Uint8Array): boolean {
  try {
    const bucket = new RedBucket();
    mergePacked(bucket, bytes, 0, bytes.length);
    let counted = 0;
    bucket.durations.forEachBucket((_, count) => (counted += count));
    return counted === bucket.count && Number.isFinite(bucket.durations.sumNanos);
  } catch {
    return false;
  }
}

/** Adds to the kept count of a packed bucket. */
export function addKept(bytes: Uint8Array, start: number, more: number): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  view.setUint32(start, view.getUint32(start, true) + more, true);
}
