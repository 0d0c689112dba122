import type {
  OperationFilter,
  TimeRange,
  TraceFilter,
  TraceList,
  TracePlace,
  TraceSummary,
  TraceTerm,
} from '../query.ts';
import { endMillisOf } from './span-record.ts';
import type { SpanRecord } from './span-record.ts';
import { termMatcher } from './term-matcher.ts';
import type { TraceRecord } from './trace-record.ts';
import { contains } from '../base/time-range.ts';

/** Further terms of a search are ignored: each is a condition of one SQL statement. */
export const MAX_TERMS = 20;
const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 1000;
/** An operation is one row of the index; traces have to be read. */
export const MAX_OPERATIONS = 5000;

/** A whole number from 0 to `max`; 100 if absent or not a number. */
export function clampLimit(limit: number | undefined, max = MAX_LIMIT): number {
  if (limit === undefined || Number.isNaN(limit)) return DEFAULT_LIMIT;
  return Math.min(Math.max(Math.floor(limit), 0), max);
}

/** A matching trace and its place in the list. */
export interface TraceMatch extends TracePlace {
  /** Undefined if it was evicted meanwhile. */
  readonly summary: () => TraceSummary | undefined;
}

/** A match in memory. */
export interface HeldMatch extends TraceMatch {
  readonly trace: TraceRecord;
}

/**
 * Traces that match a filter. With `type` or `series`, one operation must meet everything at once: a span of that type and series that ended in the
 * range (as the aggregates count it), with that status, reason and duration. Without them the trace is tested: active in the range, its own
 * duration, any failed span, any span kept for the reason. All `terms` must hold, see TraceTerm. Slowest sorts by the matching operation, else by the
 * trace.
 */
export function matchTraces(traces: Iterable<TraceRecord>, filter: TraceFilter = {}): HeldMatch[] {
  const hasTerms = termMatcher(usedTerms(filter));
  const byOperation = asksForOperation(filter);
  const matches: HeldMatch[] = [];
  for (const trace of traces) {
    const durationMillis = byOperation ? longestOperation(trace, filter) : ownDuration(trace, filter);
    if (durationMillis === undefined || !hasTerms(trace)) continue;
    const { startMillis, traceId } = trace;
    matches.push({ startMillis, durationMillis, traceId, trace, summary: () => trace.summary() });
  }
  return matches;
}

export function asksForOperation({ type, series }: TraceFilter): boolean {
  return type !== undefined || series !== undefined;
}

export function usedTerms({ terms = [] }: TraceFilter): readonly TraceTerm[] {
  return terms.slice(0, MAX_TERMS);
}

/** Whole, so that a place is the same in memory and on disk. */
export function nanosOf(durationMillis: number): number {
  return Math.round(durationMillis * 1e6);
}

/** Below 0 if `a` comes first. Traces of one start are told apart by their ids. */
function inOrder(sort: TraceFilter['sort']): (a: TracePlace, b: TracePlace) => number {
  const byStart = (a: TracePlace, b: TracePlace): number =>
    b.startMillis - a.startMillis || (a.traceId < b.traceId ? -1 : Number(a.traceId > b.traceId));
  if (sort !== 'slowest') return byStart;
  return (a, b) => nanosOf(b.durationMillis) - nanosOf(a.durationMillis) || byStart(a, b);
}

/**
 * The asked matches as rows, in the requested order, and how many come before them.
 *
 * @param ahead Further matches, before all of `matches`.
 */
export function traceRows(
  matches: readonly TraceMatch[],
  filter: TraceFilter,
  ahead = 0,
): Pick<TraceList, 'rows' | 'ahead' | 'ends'> {
  const { below, above } = filter;
  const limit = clampLimit(filter.limit);
  const order = inOrder(filter.sort);
  const sorted = matches.toSorted(order);
  const from =
    below !== undefined
      ? sorted.filter((match) => order(match, below) <= 0).length
      : above !== undefined
        ? Math.max(0, sorted.filter((match) => order(match, above) < 0).length - limit)
        : 0;
  const shown = sorted.slice(from, from + limit);
  const [first, last] = [shown[0], shown.at(-1)];
  return {
    rows: shown.map((match) => match.summary()).filter((summary) => summary !== undefined),
    ahead: ahead + from,
    ...(first && last && { ends: { first: placeOf(first), last: placeOf(last) } }),
  };
}

function placeOf({ startMillis, durationMillis, traceId }: TracePlace): TracePlace {
  return { startMillis, durationMillis, traceId };
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
  if (filter.reason !== undefined && span.keepReason !== filter.reason) return false;
  if (filter.status !== undefined && (span.status === 'error') !== (filter.status === 'error')) return false;
  return isWithin(span.durationMillis, filter) && isAsked(span, filter);
}

/** Returns true for an operation of the type and series that ended in the range. */
export function isAsked(
  span: SpanRecord,
  { type, series, range }: Pick<OperationFilter, 'type' | 'series' | 'range'>,
): boolean {
  if (type !== undefined && span.type !== type) return false;
  if (series !== undefined && span.series !== series) return false;
  return contains(range, endMillisOf(span));
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
