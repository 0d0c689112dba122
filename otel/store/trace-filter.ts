import type { TimeRange, TraceFilter, TraceList } from '../query.ts';
import { endMillisOf } from './span-record.ts';
import type { SpanRecord } from './span-record.ts';
import type { TraceRecord } from './trace-record.ts';

const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 500;
/** Words of a text search; the rest is ignored. */
const MAX_WORDS = 8;
/** Shorter words occur in ids by chance. */
const MIN_ID_CHARS = 8;

/** A whole number from 0 to 500; 100 when not given or no number. */
export function clampLimit(limit: number | undefined): number {
  if (limit === undefined || Number.isNaN(limit)) return DEFAULT_LIMIT;
  return Math.min(Math.max(Math.floor(limit), 0), MAX_LIMIT);
}

export function contains(range: TimeRange | undefined, millis: number): boolean {
  return range === undefined || (range.fromMillis <= millis && millis < range.toMillis);
}

/**
 * The traces a filter means. With `type` or `series` it asks for one operation that meets everything at once: a span of
 * that type and series that ended in the range (as the aggregates count it), with that status, reason and duration.
 * Without them it asks the trace: active in the range, its own duration, any failed span, any span kept for the reason.
 * `text`: every word occurs somewhere in the trace. Slowest means by the operation asked for, else by the trace.
 */
export function filterTraces(traces: Iterable<TraceRecord>, filter: TraceFilter = {}): TraceList {
  const hasText = textMatcher(filter.text);
  const byOperation = filter.type !== undefined || filter.series !== undefined;
  const matches: { readonly trace: TraceRecord; readonly durationMillis: number }[] = [];
  for (const trace of traces) {
    const durationMillis = byOperation ? longestOperation(trace, filter) : ownDuration(trace, filter);
    if (durationMillis !== undefined && hasText(trace)) matches.push({ trace, durationMillis });
  }
  if (filter.sort === 'slowest') {
    matches.sort((a, b) => b.durationMillis - a.durationMillis || b.trace.startMillis - a.trace.startMillis);
  } else {
    matches.sort((a, b) => b.trace.startMillis - a.trace.startMillis);
  }
  const rows = matches.slice(0, clampLimit(filter.limit)).map((match) => match.trace.summary());
  return { rows, total: matches.length };
}

/** Duration of the longest operation that meets the filter; undefined when none does. */
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

/** Bounds included. */
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
 * Case-insensitive; a word is looked for in names, series, messages, attributes, events and, if long enough, in ids. `key=value` also
 * finds an attribute of that name whose value contains the value, a number that is it.
 */
function textMatcher(text: string | undefined): (trace: TraceRecord) => boolean {
  const words = (text ?? '').toLowerCase().split(/\s+/).filter(Boolean).slice(0, MAX_WORDS);
  const searches = words.map((word) => ({ word, has: spanMatcher(word) }));
  return (trace) => searches.every(({ word, has }) => hasId(trace, word) || trace.spans.some(has));
}

function spanMatcher(word: string): (span: SpanRecord) => boolean {
  const hasWord = wordMatcher(word);
  const [, key, value] = /^([\w.-]+)=(.+)$/.exec(word) ?? [];
  if (key === undefined || value === undefined) return (span) => spanTexts(span).some(hasWord);
  const hasValue = wordMatcher(value);
  return (span) =>
    spanTexts(span).some(hasWord) ||
    [span.attributes, ...span.events.map(({ attributes }) => attributes)].some((attributes) =>
      attributes.some(
        (name, i) =>
          i % 2 === 0 &&
          String(name).toLowerCase() === key &&
          [attributes[i + 1]].flat().some((held) => hasValue(held) || String(held) === value),
      ),
    );
}

function hasId(trace: TraceRecord, word: string): boolean {
  if (word.length < MIN_ID_CHARS) return false;
  return trace.traceId.includes(word) || trace.spans.some((span) => span.spanId.includes(word));
}

/** Remembers its answers for one search: most strings are shared by many spans. */
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

function spanTexts(span: SpanRecord): readonly unknown[] {
  return [
    span.name,
    span.series,
    span.statusMessage,
    ...span.attributes.flat(),
    ...span.events.flatMap((event) => [event.name, ...event.attributes.flat()]),
  ];
}
