import type { StatementNames } from '../base/operation-types.ts';
import { cutApart, queryText } from './query-text.ts';
import { querySummary, UNKNOWN_SUMMARY } from './query-summary.ts';

/** Characters of a series' name: it is a key in memory, in the history file and in addresses. */
export const MAX_SERIES_LENGTH = 255;
/** Texts of other instrumentations remembered before all are forgotten. */
const MAX_REMEMBERED = 500;
/** Longer ones are read anew each time. */
const MAX_REMEMBERED_LENGTH = 4_000;

/** Of a statement's source, or of its text: the names are the same. Pure. */
export function namesOfSource(source: string, summary?: string): StatementNames {
  const text = queryText(source);
  return {
    series: cutApart(text, MAX_SERIES_LENGTH),
    text,
    summary: summary ?? querySummary(source),
  };
}

/** Of an operation that told no text. Pure. */
export function namesOfSummary(summary: string): StatementNames {
  return { series: cutApart(summary.toWellFormed(), MAX_SERIES_LENGTH), text: undefined, summary };
}

/** Words, dots and semicolons alone, and none of them leads to a table as only a statement's text has it. */
const SUMMARY = /^(?!.*\b(?:FROM|INTO|SET|VALUES|AS)\b)[\p{L}\p{N}_$.; ]+$/iu;

/**
 * Of a series read from a file, whose statement has not run since the start. Files from before 2026-11-29 name series by their summary:
 * such a row stays readable and has no text.
 */
export function namesOfSeries(series: string): StatementNames {
  const summary = querySummary(series);
  return summary === UNKNOWN_SUMMARY || SUMMARY.test(series)
    ? namesOfSummary(series)
    : { series, text: series, summary };
}

const remembered = new Map<string, StatementNames>();

/** Of a span's own attributes: what it says itself comes first. */
export function namesOfAttributes(
  text: string | undefined,
  summary: string | undefined,
  otherName: string,
): StatementNames {
  if (text === undefined) return namesOfSummary(summary ?? otherName);
  const known = remembered.get(text);
  if (known !== undefined && (summary === undefined || summary === known.summary)) return known;
  const names = namesOfSource(text, summary);
  // No SQL, as a key-value store's commands are.
  if (names.summary === UNKNOWN_SUMMARY) return { ...names, summary: otherName };
  if (text.length > MAX_REMEMBERED_LENGTH) return names;
  if (remembered.size >= MAX_REMEMBERED) remembered.clear();
  remembered.set(text, names);
  return names;
}
