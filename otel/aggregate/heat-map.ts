import type { HeatMap } from '../query.ts';
import { bucketUpperNanos, BUCKET_COUNT, MIN_TRACKED_NANOS } from './duration-sketch.ts';
import type { GridCell } from './time-grid.ts';

/** Sketch buckets per band: 1.02^12 is about 27 % per band, ten bands a decade. */
const BUCKETS_PER_BAND = 12;

/** Counts per cell and logarithmic band, limited to bands with counts. */
export function heatMapOf(cells: readonly GridCell[], bucketsPerBand: number = BUCKETS_PER_BAND): HeatMap {
  let first = Infinity;
  let last = -1;
  const bandOf = (bucket: number): number => Math.floor(bucket / bucketsPerBand);
  for (const cell of cells) {
    cell.bucket.durations.forEachBucket((bucket) => {
      first = Math.min(first, bandOf(bucket));
      last = Math.max(last, bandOf(bucket));
    });
  }
  if (last < 0) return { bandEdgesMillis: [], columns: [] };
  const edge = (band: number): number =>
    band === 0
      ? MIN_TRACKED_NANOS / 1e6
      : bucketUpperNanos(Math.min(BUCKET_COUNT, band * bucketsPerBand) - 1) / 1e6;
  return {
    bandEdgesMillis: Array.from({ length: last - first + 2 }, (_, i) => edge(first + i)),
    columns: cells.map((cell) => {
      const counts = Array<number>(last - first + 1).fill(0);
      cell.bucket.durations.forEachBucket((bucket, count) => {
        counts[bandOf(bucket) - first]! += count;
      });
      return { startMillis: cell.startMillis, widthMillis: cell.widthMillis, counts };
    }),
  };
}
