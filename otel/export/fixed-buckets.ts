import type { ExponentialHistogram, Histogram } from '@opentelemetry/sdk-metrics';
import { bucketIndex } from '../base/bucket-bounds.ts';

/** A bucket counts where its middle lies, so a value within 2.2 % of a bound may count on its other side. */
export function toFixedBuckets(
  { count, sum, min, max, scale, zeroCount, positive }: ExponentialHistogram,
  bounds: number[],
): Histogram {
  const counts = Array.from({ length: bounds.length + 1 }, () => 0);
  counts[0]! += zeroCount;
  positive.bucketCounts.forEach((each, at) => {
    if (each > 0) counts[bucketIndex(bounds, 2 ** ((positive.offset + at + 0.5) / 2 ** scale))]! += each;
  });
  return {
    count,
    ...(sum !== undefined && { sum }),
    ...(min !== undefined && { min }),
    ...(max !== undefined && { max }),
    buckets: { boundaries: bounds, counts },
  };
}
