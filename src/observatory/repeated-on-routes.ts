import type { TelemetryQuery, TimeRange, TraceSummary } from '../../otel/query.ts';
import { repeatedStatements, type RepeatedStatement } from './trace/repeated-statements.ts';

/** Fewer spans cannot hold a repetition. */
const MIN_SPANS = 6;
/** Spans that one question may read; what it found is remembered, so the next question reads on. */
const MAX_SPANS = 6000;
/** Traces remembered; an entry is some tens of bytes where nothing repeats. */
const MAX_REMEMBERED = 4000;
const PAGE = 500;
/** Pages of the list of kept traces. */
const MAX_PAGES = 8;

/** The worst example of a repetition, by route and statement. */
export interface RepeatedOnRoute extends Omit<RepeatedStatement, 'spanIds'> {
  readonly route: string;
  readonly traceId: string;
  readonly spanId: string;
  /** Among the traces looked into. */
  readonly traces: number;
}

export interface RepetitionSearch {
  readonly rows: readonly RepeatedOnRoute[];
  /** Kept requests looked into so far, of those in the range. */
  readonly looked: number;
  readonly total: number;
}

type Found = readonly { readonly statement: Omit<RepeatedStatement, 'spanIds'>; readonly spanId: string }[];
const NOTHING: Found = [];
const remembered = new WeakMap<TelemetryQuery, Map<string, Found>>();

/**
 * Statements repeated within one request, over all kept requests of the range, newest first. Every trace is read once, and no
 * question reads more than a bounded number of spans; `looked` says how far it has come.
 */
export function repeatedOnRoutes(
  telemetry: TelemetryQuery,
  range: TimeRange,
  maxSpans: number = MAX_SPANS,
): RepetitionSearch {
  const memory = remembered.get(telemetry) ?? new Map<string, Found>();
  remembered.set(telemetry, memory);
  const found = new Map<string, RepeatedOnRoute>();
  let left = maxSpans;
  let looked = 0;
  const { rows, total } = keptRequests(telemetry, range);
  for (const row of rows) {
    const key = `${row.traceId} ${row.spanCount}`;
    let repeated = row.spanCount < MIN_SPANS ? NOTHING : memory.get(key);
    if (repeated === undefined) {
      if (left <= 0) continue;
      left -= row.spanCount;
      repeated = read(telemetry, row.traceId);
      memory.set(key, repeated);
    }
    looked += 1;
    for (const { statement, spanId } of repeated) add(found, row, statement, spanId);
  }
  for (const key of memory.keys()) {
    if (memory.size <= MAX_REMEMBERED) break;
    memory.delete(key);
  }
  return { rows: [...found.values()].sort((a, b) => b.totalMillis - a.totalMillis), looked, total };
}

function read(telemetry: TelemetryQuery, traceId: string): Found {
  const trace = telemetry.trace(traceId);
  if (!('spans' in trace)) return NOTHING;
  const found = repeatedStatements(trace.spans).map(({ spanIds, ...statement }) => ({
    statement,
    spanId: spanIds[0] ?? '',
  }));
  return found.length === 0 ? NOTHING : found;
}

function add(
  found: Map<string, RepeatedOnRoute>,
  { series: route, traceId }: TraceSummary,
  statement: Omit<RepeatedStatement, 'spanIds'>,
  spanId: string,
): void {
  const key = `${route}\n${statement.series}`;
  const known = found.get(key);
  const traces = (known?.traces ?? 0) + 1;
  const worse = known === undefined || statement.totalMillis > known.totalMillis;
  found.set(key, worse ? { ...statement, route, traceId, spanId, traces } : { ...known, traces });
}

/** A list answers so many rows at most; the rest is asked for by time. */
function keptRequests(
  telemetry: TelemetryQuery,
  range: TimeRange,
): { readonly rows: readonly TraceSummary[]; readonly total: number } {
  const rows = new Map<string, TraceSummary>();
  let toMillis = range.toMillis;
  let total = 0;
  for (let page = 0; page < MAX_PAGES; page++) {
    const part = telemetry.traces({
      range: { fromMillis: range.fromMillis, toMillis },
      type: 'http',
      limit: PAGE,
    });
    if (page === 0) total = part.total;
    const before = rows.size;
    for (const row of part.rows) rows.set(row.traceId, row);
    const last = part.rows.at(-1);
    if (last === undefined || part.rows.length >= part.total || rows.size === before) break;
    // Half-open ranges: the last row's own millisecond is asked for again.
    toMillis = last.startMillis + 1;
  }
  return { rows: [...rows.values()], total };
}
