import type { TimeRange } from '../query.ts';
import { RedBucket } from './red-bucket.ts';
import { TIERS, type TieredSeries } from './tiers.ts';

export interface GridCell {
  readonly startMillis: number;
  readonly widthMillis: number;
  /** `now` falls into it. */
  readonly partial: boolean;
  readonly bucket: RedBucket;
}

/**
 * The finest tier that still holds the start of a range, and that start moved down to a bucket of it. The finest tier of all is not
 * kept on disk: it holds nothing from before `startedMillis`.
 */
export function tierFor(
  range: TimeRange,
  nowMillis: number,
  startedMillis: number,
): { readonly index: number; readonly alignedFromMillis: number } {
  const found = TIERS.findIndex(
    (tier, i) =>
      range.fromMillis >= nowMillis - tier.retentionMillis && (i > 0 || range.fromMillis >= startedMillis),
  );
  const index = found < 0 ? TIERS.length - 1 : found;
  const width = TIERS[index]!.widthMillis;
  return { index, alignedFromMillis: range.fromMillis - (range.fromMillis % width) };
}

/** Divides a range into at most `maxCells` equal cells of whole tier buckets and merges the buckets into them; empty cells stay. */
export function bucketGrid(options: {
  readonly range: TimeRange;
  readonly nowMillis: number;
  readonly startedMillis: number;
  readonly maxCells: number;
  readonly read: TieredSeries['read'] | undefined;
}): readonly GridCell[] {
  const { range, nowMillis, read } = options;
  const maxCells = Math.max(1, Math.floor(options.maxCells));
  if (!(range.toMillis > range.fromMillis)) return [];
  const { index } = tierFor(range, nowMillis, options.startedMillis);
  const tierWidth = TIERS[index]!.widthMillis;
  const span = range.toMillis - range.fromMillis;
  const widthMillis = tierWidth * Math.max(1, Math.ceil(span / tierWidth / maxCells));
  const start = range.fromMillis - (range.fromMillis % widthMillis);
  const cells: GridCell[] = [];
  for (let at = start; at < range.toMillis && cells.length <= maxCells; at += widthMillis) {
    cells.push({
      startMillis: at,
      widthMillis,
      partial: nowMillis >= at && nowMillis < at + widthMillis,
      bucket: new RedBucket(),
    });
  }
  read?.(index, start, range.toMillis, (startMillis, mergeInto) => {
    const cell = cells[Math.floor((startMillis - start) / widthMillis)];
    if (cell !== undefined) mergeInto(cell.bucket);
  });
  return cells;
}
