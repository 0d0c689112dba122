import type { TimeRange } from '../query.ts';
import type { CountsArchive } from './counts-archive.ts';
import { mergePacked } from './packed-bucket.ts';
import { RedBucket } from './red-bucket.ts';
import { Slot } from './slot.ts';
import type { TieredSeries } from './tiered-series.ts';

/** Owner of what other processes counted. */
export const OTHERS = 'others';

/** What all other processes counted in one slot of a tier, as one. */
export function slotOfOthers(
  archive: CountsArchive,
  tier: number,
  span: TimeRange,
  seriesOf: (key: string) => TieredSeries | undefined,
): Slot {
  const buckets = new Map<number, RedBucket>();
  const start = { fromMillis: span.fromMillis, toMillis: span.fromMillis + 1 };
  archive.read(tier, start, { others: true }, ({ series: key, body }) => {
    const series = seriesOf(key);
    if (series === undefined) return;
    let bucket = buckets.get(series.number);
    if (bucket === undefined) buckets.set(series.number, (bucket = new RedBucket()));
    mergePacked(bucket, body, 0, body.length);
  });
  return new Slot(
    span,
    OTHERS,
    [...buckets].sort(([a], [b]) => a - b),
  );
}
