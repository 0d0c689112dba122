import type { StatementNames } from '../base/operation-types.ts';
import { cutWithHash, queryText } from './query-text.ts';
import { querySummary, UNKNOWN_SUMMARY } from './query-summary.ts';

/** Maximum length of a series name in characters; it is a key in memory, in the history file and in URLs. */
export const MAX_SERIES_LENGTH = 255;
/** Texts of other instrumentations remembered; the cache is cleared when full. */
const MAX_REMEMBERED = 500;
/** Longer texts are parsed each time. */
const MAX_REMEMBERED_LENGTH = 4_000;

/** Names of a statement from its source or from its text, with the same result. Pure. */
export function namesOfSource(source: string, summary?: string): StatementNames {
  const text = queryText(source);
  return {
    series: cutWithHash(text, MAX_SERIES_LENGTH),
    text,
    summary: summary ?? querySummary(source),
  };
}

/** Names of an operation without a text. Pure. */
export function namesOfSummary(summary: string): StatementNames {
  return { series: cutWithHash(summary.toWellFormed(), MAX_SERIES_LENGTH), text: undefined, summary };
}

/** Only words, dots and semicolons, and no keyword that leads to a table in a statement. */
const SUMMARY = /^(?!.*\b(?:FROM|INTO|SET|VALUES|AS)\b)[\p{L}\p{N}_$.; ]+$/iu;

/**
 * Names of a series read from a file, whose statement has not run since start. Files from before 2026-11-29 name series by their summary: such a
 * row stays readable and has no text.
 */
export function namesOfSeries(series: string): StatementNames {
  const summary = querySummary(series);
  return summary === UNKNOWN_SUMMARY || SUMMARY.test(series)
    ? namesOfSummary(series)
    : { series, text: series, summary };
}

/** The summary of a statement by its series; if its text is longer than a series, by its beginning. */
export function summaryOfSeries(series: string): string {
  return namesOfSeries(series).summary;
}

const remembered = new Map<string, StatementNames>();

/** Names from a span's own attributes, which take precedence. */
export function namesOfAttributes(
  text: string | undefined,
  summary: string | undefined,
  otherName: string,
): StatementNames {
  if (text === undefined) return namesOfSummary(summary ?? otherName);
  const known = remembered.get(text);
  if (known !== undefined && (summary === undefined || summary === known.summary)) return known;
  const names = namesOfSource(text, summary);
  // Not SQL, for example a command of a key-value store.
  if (names.summary === UNKNOWN_SUMMARY) return { ...names, summary: otherName };
  if (text.length > MAX_REMEMBERED_LENGTH) return names;
  if (remembered.size >= MAX_REMEMBERED) remembered.clear();
  remembered.set(text, names);
  return names;
}
