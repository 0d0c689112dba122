import type { TimeRange } from '../query.ts';
import type { CountsArchive } from './counts-archive.ts';
import { mergePacked } from './packed-bucket.ts';
import { SeriesSums } from './series-sums.ts';
import { Slot } from './slot.ts';
import type { TieredSeries } from './tiered-series.ts';

/** Owner of the counts of other processes. */
export const OTHERS = 'others';

/** Merges the counts of all other processes in one slot of a tier. */
export function slotOfOthers(
  archive: CountsArchive,
  tier: number,
  span: TimeRange,
  seriesOf: (key: string) => TieredSeries | undefined,
): Slot {
  const sums = new SeriesSums();
  const start = { fromMillis: span.fromMillis, toMillis: span.fromMillis + 1 };
  archive.read(tier, start, { others: true }, ({ series: key, body }) => {
    const series = seriesOf(key);
    if (series !== undefined) mergePacked(sums.of(series.number), body, 0, body.length);
  });
  return new Slot(span, OTHERS, sums.sorted());
}
