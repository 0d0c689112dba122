import { currentAttributeName } from '../base/renamed-attributes.ts';
import type { TimeRange, TraceFilter, TraceSummary } from '../query.ts';
import { endMillisOf } from './span-record.ts';
import type { SpanRecord } from './span-record.ts';
import type { TraceRecord } from './trace-record.ts';
import { textsOf } from './trace-words.ts';
import { contains } from '../base/time-range.ts';

const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 1000;
/** An operation is one row of the index; traces have to be read. */
export const MAX_OPERATIONS = 5000;
/** Words of a text search; further ones are ignored. */
const MAX_WORDS = 8;
/** Shorter words occur in ids by chance. */
export const MIN_ID_CHARS = 8;

/** A whole number from 0 to `max`; 100 if absent or not a number. */
export function clampLimit(limit: number | undefined, max = MAX_LIMIT): number {
  if (limit === undefined || Number.isNaN(limit)) return DEFAULT_LIMIT;
  return Math.min(Math.max(Math.floor(limit), 0), max);
}

/** The parts of a trace that a text search reads. */
export type SearchedTrace = Pick<TraceRecord, 'traceId' | 'spans'>;

/** A matching trace and its sort key. */
export interface TraceMatch {
  readonly startMillis: number;
  readonly durationMillis: number;
  /** Undefined if it was evicted meanwhile. */
  readonly summary: () => TraceSummary | undefined;
}

/**
 * Traces that match a filter. With `type` or `series`, one operation must meet everything at once: a span of that type and series that ended in the
 * range (as the aggregates count it), with that status, reason and duration. Without them the trace is tested: active in the range, its own
 * duration, any failed span, any span kept for the reason. `text`: every word occurs somewhere in the trace. Slowest sorts by the matching
 * operation, else by the trace.
 */
export function matchTraces(traces: Iterable<TraceRecord>, filter: TraceFilter = {}): TraceMatch[] {
  const hasText = textMatcher(filter.text);
  const byOperation = asksForOperation(filter);
  const matches: TraceMatch[] = [];
  for (const trace of traces) {
    const durationMillis = byOperation ? longestOperation(trace, filter) : ownDuration(trace, filter);
    if (durationMillis === undefined || !hasText(trace)) continue;
    matches.push({ startMillis: trace.startMillis, durationMillis, summary: () => trace.summary() });
  }
  return matches;
}

export function asksForOperation({ type, series }: TraceFilter): boolean {
  return type !== undefined || series !== undefined;
}

/** The first matches as rows, in the requested order. */
export function traceRows(matches: readonly TraceMatch[], filter: TraceFilter): readonly TraceSummary[] {
  const byStart = (a: TraceMatch, b: TraceMatch): number => b.startMillis - a.startMillis;
  const order =
    filter.sort === 'slowest'
      ? (a: TraceMatch, b: TraceMatch): number => b.durationMillis - a.durationMillis || byStart(a, b)
      : byStart;
  return matches
    .toSorted(order)
    .slice(0, clampLimit(filter.limit))
    .map((match) => match.summary())
    .filter((summary) => summary !== undefined);
}

/** Duration of the longest matching operation; undefined if none matches. */
function longestOperation(trace: TraceRecord, filter: TraceFilter): number | undefined {
  let longest: number | undefined;
  for (const span of trace.spans) {
    if (longest !== undefined && span.durationMillis <= longest) continue;
    if (meets(span, filter)) longest = span.durationMillis;
  }
  return longest;
}

function meets(span: SpanRecord, filter: TraceFilter): boolean {
  if (filter.type !== undefined && span.type !== filter.type) return false;
  if (filter.series !== undefined && span.series !== filter.series) return false;
  if (filter.reason !== undefined && span.keepReason !== filter.reason) return false;
  if (filter.status !== undefined && (span.status === 'error') !== (filter.status === 'error')) return false;
  return isWithin(span.durationMillis, filter) && contains(filter.range, endMillisOf(span));
}

function ownDuration(trace: TraceRecord, filter: TraceFilter): number | undefined {
  if (filter.range !== undefined && !overlaps(trace, filter.range)) return undefined;
  if (filter.status !== undefined && trace.errorCount > 0 !== (filter.status === 'error')) return undefined;
  if (filter.reason !== undefined && !trace.spans.some((span) => span.keepReason === filter.reason))
    return undefined;
  return isWithin(trace.durationMillis, filter) ? trace.durationMillis : undefined;
}

/** Bounds are inclusive. */
function isWithin(durationMillis: number, filter: TraceFilter): boolean {
  return (
    durationMillis >= (filter.minMillis ?? -Infinity) && durationMillis <= (filter.maxMillis ?? Infinity)
  );
}

function overlaps(trace: TraceRecord, range: TimeRange): boolean {
  const { fromMillis, toMillis } = trace.extent;
  return fromMillis < range.toMillis && toMillis >= range.fromMillis;
}

/**
 * Case-insensitive; a word is searched in names, series, messages, attributes, events and, if long enough, in ids. `key=value` also matches an
 * attribute of that name whose value contains the value, or a number that equals it.
 */
export function textMatcher(text: string | undefined): (trace: SearchedTrace) => boolean {
  const searches = searchWords(text).map((word) => ({ word, has: spanMatcher(word) }));
  return (trace) => searches.every(({ word, has }) => hasId(trace, word) || trace.spans.some(has));
}

/** In lower case. */
export function searchWords(text: string | undefined): readonly string[] {
  return (text ?? '').toLowerCase().split(/\s+/).filter(Boolean).slice(0, MAX_WORDS);
}

/** Splits a word `key=value`; a former name of an attribute is its name now. */
export function pairOf(word: string): { readonly key: string; readonly value: string } | undefined {
  const [, key, value] = /^([\w.-]+)=(.+)$/.exec(word) ?? [];
  return key === undefined || value === undefined ? undefined : { key: currentAttributeName(key), value };
}

function spanMatcher(word: string): (span: SpanRecord) => boolean {
  const hasWord = wordMatcher(word);
  const pair = pairOf(word);
  if (pair === undefined) return (span) => textsOf(span).some(hasWord);
  const { key, value } = pair;
  const hasValue = wordMatcher(value);
  return (span) =>
    textsOf(span).some(hasWord) ||
    [span.attributes, ...span.events.map(({ attributes }) => attributes)].some((attributes) =>
      attributes.some(
        (name, i) =>
          i % 2 === 0 &&
          String(name).toLowerCase() === key &&
          [attributes[i + 1]].flat().some((held) => hasValue(held) || String(held) === value),
      ),
    );
}

function hasId(trace: SearchedTrace, word: string): boolean {
  if (word.length < MIN_ID_CHARS) return false;
  return trace.traceId.includes(word) || trace.spans.some((span) => span.spanId.includes(word));
}

/** Caches its results for one search: many spans share most strings. */
function wordMatcher(word: string): (value: unknown) => boolean {
  const answers = new Map<string, boolean>();
  return (value) => {
    if (typeof value !== 'string') return typeof value === 'number' && String(value) === word;
    let answer = answers.get(value);
    if (answer === undefined) {
      answer = value.toLowerCase().includes(word);
      answers.set(value, answer);
    }
    return answer;
  };
}
