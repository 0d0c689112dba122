import { coverageNotes, type ChosenRange } from './time-range.ts';

/** The range of a response, as counted. */
export interface RangeDocument {
  readonly from_ms: number;
  readonly to_ms: number;
  /** `in the last hour`. */
  readonly words: string;
  /** Width of the buckets at its start; null if nothing is counted. */
  readonly step_ms: number | null;
  /** Parts without counts: every number is a lower bound. */
  readonly missing: readonly { readonly from_ms: number; readonly to_ms: number; readonly reason: string }[];
  /** The same in words, with further notes. */
  readonly notes: readonly string[];
  /** The problem with the requested range. */
  readonly problem: string | null;
}

export function rangeDocument(range: ChosenRange, now: number): RangeDocument {
  const { fromMillis, toMillis, words, coverage, problem } = range;
  return {
    from_ms: fromMillis,
    to_ms: toMillis,
    words,
    step_ms: coverage?.stepMillis ?? null,
    missing: (coverage?.missing ?? []).map((part) => ({
      from_ms: part.fromMillis,
      to_ms: part.toMillis,
      reason: part.reason,
    })),
    notes: coverageNotes(range, now).map(({ text }) => text),
    problem: problem ?? null,
  };
}
