import type { TraceFilter } from '../query.ts';
import { clampLimit, nanosOf } from './trace-filter.ts';

interface NearIds {
  readonly near: readonly (readonly [id: number, key: number])[];
  /** Ids with greater keys. */
  readonly ahead: number;
}

/** Ids with the greatest keys, or those next below or above the filter's place: at least its limit, and all that equal the last of them or the place. */
export function nearest(ids: readonly number[], keys: readonly number[], filter: TraceFilter): NearIds {
  const sorted = Float64Array.from(keys).sort().toReversed();
  const [from, to] = rowsNear(sorted, filter);
  const [greatest, least] = [sorted[from], sorted[Math.min(to, sorted.length) - 1]];
  if (greatest === undefined || least === undefined || from >= to) return { near: [], ahead: from };
  return {
    near: ids.map((id, i) => [id, keys[i]!] as const).filter(([, key]) => key >= least && key <= greatest),
    ahead: sorted.indexOf(greatest),
  };
}

/** @param sorted Keys, greatest first. */
function rowsNear(
  sorted: Float64Array,
  { below, above, sort, limit }: TraceFilter,
): readonly [from: number, to: number] {
  const rows = clampLimit(limit);
  const place = below ?? above;
  if (place === undefined) return [0, rows];
  const key = sort === 'slowest' ? nanosOf(place.durationMillis) : Math.trunc(place.startMillis);
  const found = sorted.findIndex((each) => each <= key);
  const at = found < 0 ? sorted.length : found;
  const ties = sorted.lastIndexOf(key) - sorted.indexOf(key);
  const end = sorted.includes(key) ? at + ties + 1 : at;
  if (below !== undefined) return [at, end + rows];
  // If fewer are above, the first of all are the answer.
  return [Math.max(0, at - rows), Math.max(end, rows)];
}
