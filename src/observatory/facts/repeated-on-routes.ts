import type { TelemetryQuery, TimeRange, TraceSummary } from '../../../otel/query.ts';
import { allRepeated, type RepeatedStatement } from '../trace/repeated-statements.ts';

/** Traces with fewer spans cannot contain a repetition. */
const MIN_SPANS = 6;
/** Limit of spans read per call; results are remembered, so the next call continues. More would block the event loop for long. */
const MAX_SPANS = 2000;
/** Of the requests that are checked in the end, how many more are listed with each call: the file has to be read for them, too. */
const STEPS = 5;
/** Limit of remembered traces; an entry without repetition takes tens of bytes. */
const MAX_REMEMBERED = 4000;
/** Limit of kept requests that are checked, newest first. */
export const MAX_REQUESTS = 1000;
/** Beyond them, the slowest ones, which ordinary traffic does not push out. */
export const MAX_SLOWEST = 200;

/** The worst example of a repetition, by route and statement. */
export interface RepeatedOnRoute extends Omit<RepeatedStatement, 'spanIds'> {
  readonly route: string;
  readonly traceId: string;
  readonly spanId: string;
  /** Number of checked traces that have it. */
  readonly traces: number;
}

export interface RepetitionSearch {
  readonly rows: readonly RepeatedOnRoute[];
  /** Kept requests checked so far, of those in the range. */
  readonly looked: number;
  /** How many are checked in the end. */
  readonly wanted: number;
  readonly total: number;
}

type Found = readonly { readonly statement: Omit<RepeatedStatement, 'spanIds'>; readonly spanId: string }[];
const NOTHING: Found = [];

/** What earlier calls found. */
interface Memory {
  readonly found: Map<string, Found>;
  calls: number;
}

const remembered = new WeakMap<TelemetryQuery, Memory>();

/**
 * Statements repeated within one request, over the newest and the slowest kept requests of the range, the most time first: the cheap ones follow
 * those that cost. Every trace is read once, and a call reads a bounded number of spans; `looked` is the progress.
 */
export function repeatedOnRoutes(
  telemetry: TelemetryQuery,
  range: TimeRange,
  maxSpans: number = MAX_SPANS,
): RepetitionSearch {
  const memory = remembered.get(telemetry) ?? { found: new Map<string, Found>(), calls: 0 };
  remembered.set(telemetry, memory);
  const reach = Math.min(1, ++memory.calls / STEPS);
  const found = new Map<string, RepeatedOnRoute>();
  let left = maxSpans;
  let looked = 0;
  const { rows: newest, total } = telemetry.traces({ range, type: 'http', limit: reach * MAX_REQUESTS });
  const slowest =
    total > newest.length
      ? telemetry.traces({ range, type: 'http', sort: 'slowest', limit: reach * MAX_SLOWEST }).rows
      : [];
  const rows = new Map([...slowest, ...newest].map((row) => [row.traceId, row]));
  for (const row of rows.values()) {
    const key = `${row.traceId} ${row.spanCount}`;
    let repeated = row.spanCount < MIN_SPANS ? NOTHING : memory.found.get(key);
    if (repeated === undefined) {
      if (left <= 0) continue;
      left -= row.spanCount;
      repeated = read(telemetry, row.traceId);
      memory.found.set(key, repeated);
    }
    looked += 1;
    for (const { statement, spanId } of repeated) add(found, row, statement, spanId);
  }
  for (const key of memory.found.keys()) {
    if (memory.found.size <= MAX_REMEMBERED) break;
    memory.found.delete(key);
  }
  const worstFirst = [...found.values()].sort((a, b) => b.totalMillis - a.totalMillis);
  const wanted = reach === 1 ? rows.size : Math.max(rows.size, Math.min(total, MAX_REQUESTS));
  return { rows: worstFirst, looked, wanted, total };
}

/** The worst repetition of each statement. */
function read(telemetry: TelemetryQuery, traceId: string): Found {
  const trace = telemetry.trace(traceId);
  if (!('spans' in trace)) return NOTHING;
  const worst = new Map<string, Found[number]>();
  for (const { spanIds, ...statement } of allRepeated(trace.spans)) {
    const known = worst.get(statement.series);
    if (known === undefined || statement.totalMillis > known.statement.totalMillis)
      worst.set(statement.series, { statement, spanId: spanIds[0] ?? '' });
  }
  return worst.size === 0 ? NOTHING : [...worst.values()];
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
