import type { Database } from 'better-sqlite3';
import type {
  OperationFilter,
  OperationRow,
  SamplingFacts,
  TimeRange,
  TraceFilter,
  TraceList,
  TraceSummary,
} from '../query.ts';
import { KEEP_REASONS, OPERATION_TYPES } from '../query.ts';
import { IS_REQUEST, typeNumber } from './operation-index.ts';
import { nearest } from './near-place.ts';
import { SummaryCache } from './summary-cache.ts';
import { thresholdOf } from './operation-rows.ts';
import type { FoundOperation } from './operation-rows.ts';
import type { CountedKind } from './facet-counts.ts';
import { attributeMatcher } from './term-matcher.ts';
import { traceConditions } from './trace-conditions.ts';
import type { TraceConditions } from './trace-conditions.ts';
import { clampLimit, MAX_OPERATIONS, usedTerms } from './trace-filter.ts';
import type { TraceMatch } from './trace-filter.ts';
import type { TraceTable } from './trace-table.ts';

/** Traces read by a search for an attribute: 20 ms. */
const MAX_READ = 500;

export interface FoundTraces {
  readonly matches: readonly TraceMatch[];
  readonly total: number;
  /** Matches before all of `matches`. */
  readonly ahead: number;
  readonly searched: TraceList['searched'];
  /** Empty unless the filter asks for facets. */
  readonly kinds: readonly CountedKind[];
}

/** The same; its rows are read later, when a page needs them, through `quietly`, because that may be in any context. */
export function readLater(
  found: FoundTraces,
  quietly: (read: () => TraceSummary | undefined) => TraceSummary | undefined,
): FoundTraces {
  return {
    ...found,
    matches: found.matches.map((match) => ({ ...match, summary: () => quietly(match.summary) })),
  };
}

export interface FoundOperations {
  readonly found: readonly FoundOperation[];
  readonly total: number;
}

interface MatchRow {
  readonly trace_id: string;
  readonly start_millis: number;
  readonly duration_millis: number;
  /** Changes when the trace is rewritten. */
  readonly bytes: number;
  readonly end_millis: number;
  readonly pinned: number;
  /** Of the kind of the trace; null if it has not been described. */
  readonly kind: number | null;
  readonly reasons: number;
}

interface KindRow {
  readonly kind: number | null;
  readonly reasons: number;
  readonly count: number;
}

/** Lists over the traces of the history file that are not in memory, which has newer versions of the others. */
export class TraceSearch {
  readonly #database: Database;
  readonly #traces: TraceTable;
  readonly #summaries = new SummaryCache();

  constructor(database: Database, traces: TraceTable) {
    this.#database = database;
    this.#traces = traces;
  }

  /** The first matches up to the filter's limit, or those next to its place, and their total number. */
  traces(filter: TraceFilter, heldIds: readonly string[]): FoundTraces {
    const conditions = traceConditions(filter, this.#traces.kinds);
    const values = { ...conditions.values, held: this.#held(heldIds) };
    if (conditions.isRough) return this.#read(filter, conditions, values);
    // Operations that were searched for first would be searched for again to count them.
    const hasPlace = filter.below !== undefined || filter.above !== undefined;
    const readsAll =
      filter.facets === true || filter.sort === 'slowest' || hasPlace || conditions.before !== '';
    if (readsAll) return this.#all(filter, conditions, values);
    const { rows, total } = this.#newest(conditions, values, clampLimit(filter.limit));
    return { matches: rows.map((row) => this.#match(row)), total, ahead: 0, searched: undefined, kinds: [] };
  }

  /** The newest rows, and how many there are in all: a second pass, unless the first one found fewer than the limit. */
  #newest(
    { before, from, where, durationMillis }: TraceConditions,
    values: Values,
    limit: number,
  ): { readonly rows: readonly MatchRow[]; readonly total: number } {
    const matching = `FROM ${from} WHERE ${where} AND ${NOT_HELD}`;
    const rows = this.#database
      .prepare<unknown[], MatchRow>(
        `${before} SELECT ${columns(durationMillis)} ${matching} ORDER BY t.start_millis DESC LIMIT ${limit}`,
      )
      .all(values);
    const count = (): number =>
      this.#database.prepare<unknown[], number>(`${before} SELECT count(*) ${matching}`).pluck().get(values)!;
    return { rows, total: rows.length < limit ? rows.length : count() };
  }

  /** One pass over the conditions that returns every match as three integers: in a third of the time of sorting and counting them in SQLite. */
  #all(
    filter: TraceFilter,
    { before, from, where, durationMillis }: TraceConditions,
    values: Values,
  ): FoundTraces {
    const bySlowest = filter.sort === 'slowest';
    const key = bySlowest ? `round(${durationMillis} * 1e6)` : 't.start_millis';
    const { ids, keys, kinds } = this.#database
      .prepare<unknown[], Readonly<Record<'ids' | 'keys' | 'kinds', string>>>(
        `${before} SELECT json_group_array(t.id) AS ids, json_group_array(CAST(${key} AS INTEGER)) AS keys,
           json_group_array(coalesce(t.kind, 0) * ${REASON_SETS} + t.reasons) AS kinds
         FROM ${from} WHERE ${where} AND ${NOT_HELD}`,
      )
      .get(values)!;
    const all = numbersOf(ids);
    const { near, ahead } = nearest(all, numbersOf(keys), filter);
    const keyOf = new Map(near);
    const rows = this.#database
      .prepare<unknown[], MatchRow & { readonly id: number }>(
        `SELECT t.id, ${columns('t.duration_millis')} FROM kept_trace t
         WHERE t.id IN (SELECT value FROM json_each(?))`,
      )
      .all(JSON.stringify([...keyOf.keys()]));
    return {
      matches: rows.map((row) =>
        this.#match(bySlowest ? { ...row, duration_millis: keyOf.get(row.id)! / 1e6 } : row),
      ),
      total: all.length,
      ahead,
      searched: undefined,
      kinds: filter.facets === true ? this.#kindsOf(countedKinds(numbersOf(kinds))) : [],
    };
  }

  #kindsOf(rows: readonly KindRow[]): readonly CountedKind[] {
    const known = this.#traces.kinds.all();
    return rows.flatMap(({ kind: id, reasons, count }) => {
      const kind = id === null ? undefined : known.get(id);
      return kind === undefined ? [] : [{ kind, reasons, count }];
    });
  }

  known(traceIds: readonly string[]): readonly string[] {
    return this.#database
      .prepare<[string], string>(
        'SELECT trace_id FROM kept_trace WHERE trace_id IN (SELECT value FROM json_each(?))',
      )
      .pluck()
      .all(JSON.stringify(traceIds));
  }

  /** Operations of type http that ended in the range. */
  requests({ fromMillis, toMillis }: TimeRange, heldIds: readonly string[]): number {
    const ended = `${IS_REQUEST} AND o.end_millis >= @from AND o.end_millis < @to`;
    return this.#database
      .prepare<unknown[], number>(
        `SELECT (SELECT count(*) FROM operation o WHERE ${ended})
           - (SELECT count(*) FROM json_each(@held) held CROSS JOIN operation o ON o.trace = held.value WHERE ${ended})`,
      )
      .pluck()
      .get({ from: fromMillis, to: toMillis, held: this.#held(heldIds) })!;
  }

  failures(filter: OperationFilter, heldIds: readonly string[]): FoundOperations {
    return this.#operations('o.failed = 1', 'o.end_millis', filter, heldIds);
  }

  slow(
    thresholdsSeconds: SamplingFacts['thresholdsSeconds'],
    filter: OperationFilter,
    heldIds: readonly string[],
  ): FoundOperations {
    const reached = OPERATION_TYPES.map((type) => {
      const threshold = thresholdOf(type, thresholdsSeconds);
      return `WHEN ${typeNumber(type)} THEN ${threshold === Infinity ? '9e999' : threshold}`;
    });
    const wasSlow = `o.waited_millis IS NOT NULL AND o.waited_millis >= CASE o.type ${reached.join(' ')} END`;
    return this.#operations(wasSlow, 'o.duration_millis', filter, heldIds);
  }

  #operations(
    condition: string,
    sortBy: string,
    { range, type, series, limit, newestSince }: OperationFilter,
    heldIds: readonly string[],
  ): FoundOperations {
    const values = {
      held: this.#held(heldIds),
      times: JSON.stringify(newestSince ?? []),
      ...(series !== undefined && { series }),
      from: range?.fromMillis ?? -Infinity,
      to: range?.toMillis ?? Infinity,
    };
    const where = [
      condition,
      // With a plus, the index of all requests is not taken for the shorter one of those that failed or waited.
      type && `+o.type = ${typeNumber(type)}`,
      series === undefined ? undefined : 'o.series IN (SELECT id FROM series WHERE name = @series)',
      NOT_HELD,
    ].filter((each) => each !== undefined);
    const all = `FROM operation o JOIN kept_trace t ON t.id = o.trace WHERE ${where.join(' AND ')}`;
    const from = range === undefined ? all : `${all} AND o.end_millis >= @from AND o.end_millis < @to`;
    const total = this.#database.prepare<unknown[], number>(`SELECT count(*) ${from}`).pluck().get(values)!;
    const rows = this.#database
      .prepare<unknown[], { sort_by: number; row: string }>(
        newestSince === undefined
          ? `SELECT ${sortBy} AS sort_by, o.row ${from} ORDER BY sort_by DESC LIMIT @limit`
          : newestOfTimes(all),
      )
      .all({ ...values, limit: clampLimit(limit, MAX_OPERATIONS) });
    const found = rows.map(({ sort_by: at, row }): FoundOperation => {
      return { sortBy: at, row: () => JSON.parse(row) as OperationRow };
    });
    return { found, total };
  }

  /** Of those in memory that are also in the file. */
  #held(traceIds: readonly string[]): string {
    return JSON.stringify(this.#traces.rowIds(traceIds));
  }

  #match(row: MatchRow): TraceMatch {
    return {
      traceId: row.trace_id,
      startMillis: row.start_millis,
      durationMillis: row.duration_millis,
      summary: () =>
        this.#summaries.of(row.trace_id, `${row.bytes} ${row.end_millis} ${row.pinned}`, () =>
          this.#traces.get(row.trace_id)?.trace.summary(),
        ),
    };
  }

  /** Reads the newest candidates for what only the traces themselves can tell. */
  #read(filter: TraceFilter, conditions: TraceConditions, values: Values): FoundTraces {
    const { rows, total } = this.#newest(conditions, values, MAX_READ);
    const hasAttributes = attributeMatcher(usedTerms(filter));
    const found = rows.filter((row) => {
      const trace = this.#traces.unchecked(row.trace_id);
      return trace !== undefined && hasAttributes(trace);
    });
    return {
      matches: found.map((row) => this.#match(row)),
      total: found.length,
      ahead: 0,
      searched: total > rows.length ? { newest: rows.length, of: total } : undefined,
      kinds: filter.facets === true ? this.#kindsOf(found.map((row) => ({ ...row, count: 1 }))) : [],
    };
  }
}

/** One look into the index of failed ones for each time, as far as that is in the range. */
function newestOfTimes(from: string): string {
  return `WITH time (since, until) AS (
      SELECT max(value, @from), min(lead(value, 1, 9e999) OVER (ORDER BY value), @to) FROM json_each(@times))
    SELECT found.end_millis AS sort_by, found.row FROM time CROSS JOIN operation found
    ON (found.trace, found.number) = (
      SELECT o.trace, o.number ${from} AND o.end_millis >= time.since AND o.end_millis < time.until
      ORDER BY o.end_millis DESC LIMIT 1)
    ORDER BY sort_by DESC LIMIT @limit`;
}

type Values = Readonly<Record<string, unknown>>;

/** More than the bit set of an operation's reasons. */
const REASON_SETS = 2 ** KEEP_REASONS.length;

function columns(durationMillis: string): string {
  return `t.trace_id, t.start_millis, t.bytes, t.end_millis, t.pinned, t.kind, t.reasons, ${durationMillis} AS duration_millis`;
}

function numbersOf(json: string): readonly number[] {
  return JSON.parse(json) as readonly number[];
}

function countedKinds(packed: readonly number[]): readonly KindRow[] {
  const counts = new Map<number, number>();
  for (const each of packed) counts.set(each, (counts.get(each) ?? 0) + 1);
  return [...counts].map(([each, count]) => ({
    kind: Math.floor(each / REASON_SETS),
    reasons: each % REASON_SETS,
    count,
  }));
}

const NOT_HELD = 't.id NOT IN (SELECT value FROM json_each(@held))';
