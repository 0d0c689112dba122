import type { TopRow, TopRows } from '../../../otel/query.ts';
import { countText } from '../../markup/quantity.ts';

/** A row of a top list with its share, or one of the two rows that complete the sum. */
export type TopLine<Row extends TopRow = TopRow> =
  | { readonly kind: 'listed'; readonly row: Row; readonly count: number; readonly share: number }
  | { readonly kind: 'none' | 'others'; readonly count: number; readonly share: number };

/** The first `limit` rows, then requests without a value and all others: together every request. */
export function topLines<Row extends TopRow>(
  { rows, none, others }: TopRows<Row>,
  limit: number,
): readonly TopLine<Row>[] {
  const total = Math.max(1, topTotal({ rows, none, others }));
  const rest = topTotal({ rows: rows.slice(limit), none: 0, others });
  const lines: TopLine<Row>[] = rows
    .slice(0, limit)
    .map((row) => ({ kind: 'listed', row, count: row.count, share: row.count / total }));
  if (none > 0) lines.push({ kind: 'none', count: none, share: none / total });
  if (rest > 0) lines.push({ kind: 'others', count: rest, share: rest / total });
  return lines;
}

/** Every request of a top list. */
export function topTotal({ rows, none, others }: TopRows): number {
  return rows.reduce((all, { count }) => all + count, none + others);
}

/** `9`; `9 to 14` where more may be among the others. */
export function rangeText(count: number, missed: number): string {
  return missed === 0 ? countText(count) : `${countText(count)}\u00a0to\u00a0${countText(count + missed)}`;
}

/** `1 time`; `9 to 14 times`. */
export function timesText({ count, missed }: TopRow): string {
  return `${rangeText(count, missed)} ${count + missed === 1 ? 'time' : 'times'}`;
}

/** True if nothing that is not listed, or is listed with too few, can be more frequent than the first. */
export function hasLeader({ rows, others }: Pick<TopRows, 'rows' | 'others'>): boolean {
  const [first, ...next] = rows;
  if (first === undefined) return false;
  const mostOf = ({ count, missed }: TopRow): number => count + missed;
  // A value that is not listed was counted no more often than one that took its place may have been.
  const unlisted = Math.min(others, ...rows.filter(({ isExact }) => !isExact).map(mostOf));
  return first.count >= unlisted && next.every((row) => first.count >= mostOf(row));
}
