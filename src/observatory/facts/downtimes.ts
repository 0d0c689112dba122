import type { Downtime, DowntimeFacts, TimeRange } from '../../../otel/query.ts';

/** Downtime of a range, its parts outside cut off. */
export interface DowntimeSum {
  /** Newest first. */
  readonly rows: readonly Downtime[];
  readonly totalMillis: number;
  /** The known part of the range. */
  readonly known: TimeRange;
  /** Of the known part, in which a process ran; 1 if nothing is known. */
  readonly upShare: number;
  readonly precisionMillis: number;
}

export function sumDowntimes(facts: DowntimeFacts, range: TimeRange): DowntimeSum {
  const known = {
    fromMillis: Math.max(range.fromMillis, Math.min(facts.sinceMillis, range.toMillis)),
    toMillis: range.toMillis,
  };
  const rows = facts.rows
    .map((row) => ({
      ...row,
      fromMillis: Math.max(row.fromMillis, known.fromMillis),
      toMillis: Math.min(row.toMillis, known.toMillis),
    }))
    .filter(({ fromMillis, toMillis }) => toMillis > fromMillis);
  const totalMillis = rows.reduce((sum, { fromMillis, toMillis }) => sum + toMillis - fromMillis, 0);
  const knownMillis = known.toMillis - known.fromMillis;
  return {
    rows: rows.toReversed(),
    totalMillis,
    known,
    upShare: knownMillis <= 0 ? 1 : 1 - totalMillis / knownMillis,
    precisionMillis: facts.precisionMillis,
  };
}
