import { BUCKET_COUNT, bucketOf } from '../aggregate/duration-sketch.ts';
import { packed } from '../aggregate/packed-bucket.ts';
import { RedBucket, SLOW_NANOS } from '../aggregate/red-bucket.ts';
import { OTHER_STATUS } from '../aggregate/status-counts.ts';

const VERSION = 1;
const HEADER_BYTES = 8;
/** errors, clientErrors, aborted, kept, rows, sumNanos, minNanos, maxNanos */
const FIELDS = 8;
const MAX_PACKED_COUNT = 2 ** 21 - 1;

/** Repacks a bucket of a version 1 file; undefined for a damaged one. */
export function fromVersion1(body: Uint8Array): Uint8Array | undefined {
  const bytes = body.slice();
  const wordBytes = bytes.byteLength - HEADER_BYTES - FIELDS * 8;
  if (bytes[0] !== VERSION || wordBytes < 0 || wordBytes % 4 !== 0) return undefined;
  const fields = new Float64Array(bytes.buffer, HEADER_BYTES, FIELDS);
  // A sketch bucket's number is in the upper 11 bits, its count in the lower 21.
  const words = new Uint32Array(bytes.buffer, HEADER_BYTES + FIELDS * 8);
  if (!fields.every((field) => field >= 0) || !words.every((word) => word >>> 21 < BUCKET_COUNT))
    return undefined;
  return packed(toBucket(fields, words));
}

function toBucket(fields: Float64Array, words: Uint32Array): RedBucket {
  const bucket = new RedBucket();
  const [errors = 0, clientErrors = 0, aborted = 0, kept = 0, rows = 0, sum = 0, min = 0, max = 0] = fields;
  Object.assign(bucket, { errors, clientErrors, aborted, kept, rows });
  let count = 0;
  for (const word of words) {
    bucket.durations.addToBucket(word >>> 21, word & MAX_PACKED_COUNT);
    // It recorded no first bytes, so whole durations stand for them, and no statuses.
    if (word >>> 21 >= bucketOf(SLOW_NANOS)) bucket.slow += word & MAX_PACKED_COUNT;
    count += word & MAX_PACKED_COUNT;
  }
  bucket.statuses.add(OTHER_STATUS, count);
  if (count > 0) bucket.durations.mergeTotals(count, sum, min, max);
  return bucket;
}
