import type { TimeRange } from '../query.ts';
import { RedBucket } from './red-bucket.ts';

export interface GridCell {
  readonly startMillis: number;
  readonly widthMillis: number;
  /** True for the cell that contains `now`. */
  readonly partial: boolean;
  readonly bucket: RedBucket;
}

/**
 * Divides a range of whole buckets into at most `maxCells` + 1 cells of one width, aligned to multiples of it so that they stay put while the range
 * moves; the first and the last are cut at the ends of the range.
 */
export function cellsOf(
  range: TimeRange,
  stepMillis: number,
  maxCells: number,
  nowMillis: number,
): {
  readonly cells: readonly GridCell[];
  readonly widthMillis: number;
  cellAt(millis: number): GridCell;
} {
  const most = Math.max(1, Math.floor(maxCells));
  const span = range.toMillis - range.fromMillis;
  const widthMillis = stepMillis * Math.max(1, Math.ceil(span / stepMillis / most));
  const first = Math.floor(range.fromMillis / widthMillis);
  const cells: GridCell[] = [];
  for (let at = first * widthMillis; at < range.toMillis; at += widthMillis) {
    const startMillis = Math.max(at, range.fromMillis);
    const endMillis = Math.min(at + widthMillis, range.toMillis);
    cells.push({
      startMillis,
      widthMillis: endMillis - startMillis,
      partial: nowMillis >= startMillis && nowMillis < at + widthMillis,
      bucket: new RedBucket(),
    });
  }
  return { cells, widthMillis, cellAt: (millis) => cells[Math.floor(millis / widthMillis) - first]! };
}
