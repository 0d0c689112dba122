import type { TelemetryQuery, TimeRange, TraceSummary } from '../../../otel/query.ts';
import { allRepeated, type RepeatedStatement } from '../trace/repeated-statements.ts';

/** Traces with fewer spans cannot contain a repetition. */
const MIN_SPANS = 6;
/** Limit of spans read for one look; results are remembered, so the next look continues. */
const MAX_SPANS = 2000;
/** Spans read in one step: some milliseconds. */
const SPANS_PER_STEP = 200;
/** Of the requests that are checked in the end, how many more are listed with each look: the file has to be read for them, too. */
const LOOKS = 5;
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
  /** Of so many checked ones of the route. */
  readonly ofTraces: number;
  /** How often it is repeated in each of them: the fewest and the most. */
  readonly fewest: number;
  readonly most: number;
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

/** Kept requests of a range that are checked, so far. */
interface Listed {
  readonly rows: ReadonlyMap<string, TraceSummary>;
  readonly total: number;
  readonly isAll: boolean;
}

/** What earlier looks found. */
interface Memory {
  readonly found: Map<string, Found>;
  readonly lists: WeakMap<TimeRange, Listed>;
  looks: number;
}

const remembered = new WeakMap<TelemetryQuery, Memory>();

/** Reads more of the newest and the slowest kept requests of the range, each once, a bounded number of spans in all and in each step. */
export function* prepareRepeatedOnRoutes(
  telemetry: TelemetryQuery,
  range: TimeRange,
  maxSpans: number = MAX_SPANS,
): Generator<undefined, void> {
  const memory = memoryOf(telemetry);
  memory.looks++;
  const listed = listOf(telemetry, range, memory.looks);
  memory.lists.set(range, listed);
  yield;
  let [left, step] = [maxSpans, SPANS_PER_STEP];
  for (const row of listed.rows.values()) {
    if (left <= 0) break;
    if (foundIn(memory, row) !== undefined) continue;
    memory.found.set(keyOf(row), read(telemetry, row.traceId));
    left -= row.spanCount;
    step -= row.spanCount;
    if (step > 0) continue;
    step = SPANS_PER_STEP;
    yield;
  }
  for (const key of memory.found.keys()) {
    if (memory.found.size <= MAX_REMEMBERED) break;
    memory.found.delete(key);
  }
}

/**
 * Statements repeated within one request, over what was read of the newest and the slowest kept requests of the range, the most time first: the cheap
 * ones follow those that cost. `looked` is the progress.
 */
export function repeatedOnRoutes(telemetry: TelemetryQuery, range: TimeRange): RepetitionSearch {
  const memory = memoryOf(telemetry);
  const { rows, total, isAll } = memory.lists.get(range) ?? listOf(telemetry, range, memory.looks);
  const found = new Map<string, Omit<RepeatedOnRoute, 'ofTraces'>>();
  const lookedOn = new Map<string, number>();
  let looked = 0;
  for (const row of rows.values()) {
    const repeated = foundIn(memory, row);
    if (repeated === undefined) continue;
    looked += 1;
    lookedOn.set(row.series, (lookedOn.get(row.series) ?? 0) + 1);
    for (const { statement, spanId } of repeated) add(found, row, statement, spanId);
  }
  const worstFirst = [...found.values()]
    .map((row) => ({ ...row, ofTraces: lookedOn.get(row.route) ?? row.traces }))
    .sort((a, b) => b.totalMillis - a.totalMillis);
  const wanted = isAll ? rows.size : Math.max(rows.size, Math.min(total, MAX_REQUESTS));
  return { rows: worstFirst, looked, wanted, total };
}

function memoryOf(telemetry: TelemetryQuery): Memory {
  const memory = remembered.get(telemetry) ?? { found: new Map(), lists: new WeakMap(), looks: 0 };
  remembered.set(telemetry, memory);
  return memory;
}

function listOf(telemetry: TelemetryQuery, range: TimeRange, looks: number): Listed {
  const reach = Math.min(1, looks / LOOKS);
  const { rows: newest, total } = telemetry.traces({ range, type: 'http', limit: reach * MAX_REQUESTS });
  const slowest =
    total > newest.length
      ? telemetry.traces({ range, type: 'http', sort: 'slowest', limit: reach * MAX_SLOWEST }).rows
      : [];
  const rows = new Map([...slowest, ...newest].map((row) => [row.traceId, row]));
  return { rows, total, isAll: reach === 1 };
}

function keyOf({ traceId, spanCount }: TraceSummary): string {
  return `${traceId} ${spanCount}`;
}

/** Undefined if it was not read. */
function foundIn({ found }: Memory, row: TraceSummary): Found | undefined {
  return row.spanCount < MIN_SPANS ? NOTHING : found.get(keyOf(row));
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
  found: Map<string, Omit<RepeatedOnRoute, 'ofTraces'>>,
  { series: route, traceId }: TraceSummary,
  statement: Omit<RepeatedStatement, 'spanIds'>,
  spanId: string,
): void {
  const key = `${route}\n${statement.series}`;
  const known = found.get(key);
  const { count } = statement;
  const { fewest = count, most = count } = known ?? {};
  const seen = {
    traces: (known?.traces ?? 0) + 1,
    fewest: Math.min(fewest, count),
    most: Math.max(most, count),
  };
  const worse = known === undefined || statement.totalMillis > known.totalMillis;
  found.set(key, worse ? { ...statement, route, traceId, spanId, ...seen } : { ...known, ...seen });
}
