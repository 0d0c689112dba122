import type { Database } from 'better-sqlite3';
import type {
  OperationFilter,
  OperationRow,
  SamplingFacts,
  TraceFilter,
  TraceList,
  TraceSummary,
} from '../query.ts';
import { OPERATION_TYPES } from '../query.ts';
import { typeNumber } from './operation-index.ts';
import { SummaryCache } from './summary-cache.ts';
import { thresholdOf } from './operation-rows.ts';
import type { FoundOperation } from './operation-rows.ts';
import { traceConditions } from './trace-conditions.ts';
import { clampLimit, MAX_OPERATIONS, textMatcher } from './trace-filter.ts';
import type { TraceMatch } from './trace-filter.ts';
import type { TraceTable } from './trace-table.ts';

/** Traces read by a search for `key=value`: 20 ms. */
const MAX_READ = 500;

export interface FoundTraces {
  readonly matches: readonly TraceMatch[];
  readonly total: number;
  readonly searched: TraceList['searched'];
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
  /** 0 if not counted. */
  readonly total: number;
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

  /** The first matches up to the filter's limit, and their total number. */
  traces(filter: TraceFilter, heldIds: readonly string[]): FoundTraces {
    const conditions = traceConditions(filter);
    const { before, isRough, durationMillis } = conditions;
    const values = { ...conditions.values, held: this.#held(heldIds) };
    const from = `FROM ${conditions.from} WHERE ${conditions.where} AND ${NOT_HELD}`;
    const bySlowest = filter.sort === 'slowest' && !isRough;
    const limit = isRough ? MAX_READ : clampLimit(filter.limit);
    // To sort by duration SQLite reads every match, so that it can count them; a search for the newest stops at the limit.
    const counted = bySlowest ? 'count(*) OVER ()' : '0';
    const rows = this.#database
      .prepare<unknown[], MatchRow>(
        `${before} SELECT t.trace_id, t.start_millis, t.bytes, t.end_millis, t.pinned,
           ${durationMillis} AS duration_millis, ${counted} AS total ${from}
         ORDER BY ${bySlowest ? 'duration_millis DESC,' : ''} t.start_millis DESC LIMIT ${limit}`,
      )
      .all(values);
    const count = (): number => rows[0]?.total || this.#count(`${before} SELECT count(*) ${from}`, values);
    const total = rows.length < limit ? rows.length : count();
    if (isRough) return this.#read(filter.text, rows, total);
    return { matches: rows.map((row) => this.#match(row)), total, searched: undefined };
  }

  known(traceIds: readonly string[]): readonly string[] {
    return this.#database
      .prepare<[string], string>(
        'SELECT trace_id FROM kept_trace WHERE trace_id IN (SELECT value FROM json_each(?))',
      )
      .pluck()
      .all(JSON.stringify(traceIds));
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
    { range, type, series, limit }: OperationFilter,
    heldIds: readonly string[],
  ): FoundOperations {
    const values = {
      held: this.#held(heldIds),
      ...(series !== undefined && { series }),
      ...(range && { from: range.fromMillis, to: range.toMillis }),
    };
    const where = [
      condition,
      type && `o.type = ${typeNumber(type)}`,
      series === undefined ? undefined : 'o.series IN (SELECT id FROM series WHERE name = @series)',
      range && 'o.end_millis >= @from AND o.end_millis < @to',
      NOT_HELD,
    ].filter((each) => each !== undefined);
    const from = `FROM operation o JOIN kept_trace t ON t.id = o.trace WHERE ${where.join(' AND ')}`;
    const total = this.#database.prepare<unknown[], number>(`SELECT count(*) ${from}`).pluck().get(values)!;
    const rows = this.#database
      .prepare<unknown[], { sort_by: number; row: string }>(
        `SELECT ${sortBy} AS sort_by, o.row ${from} ORDER BY sort_by DESC LIMIT @limit`,
      )
      .all({ ...values, limit: clampLimit(limit, MAX_OPERATIONS) });
    const found = rows.map(({ sort_by: at, row }): FoundOperation => {
      return { sortBy: at, row: () => JSON.parse(row) as OperationRow };
    });
    return { found, total };
  }

  /** Row ids of those that are also in the file: an integer is compared in a third of the time of a trace id. */
  #held(traceIds: readonly string[]): string {
    const ids = this.#database
      .prepare<[string], number>(
        'SELECT id FROM kept_trace WHERE trace_id IN (SELECT value FROM json_each(?))',
      )
      .pluck()
      .all(JSON.stringify(traceIds));
    return JSON.stringify(ids);
  }

  #count(sql: string, values: Readonly<Record<string, unknown>>): number {
    return this.#database.prepare<unknown[], number>(sql).pluck().get(values)!;
  }

  #match(row: MatchRow): TraceMatch {
    return {
      startMillis: row.start_millis,
      durationMillis: row.duration_millis,
      summary: () =>
        this.#summaries.of(row.trace_id, `${row.bytes} ${row.end_millis} ${row.pinned}`, () =>
          this.#traces.get(row.trace_id)?.trace.summary(),
        ),
    };
  }

  /** Reads the newest candidates for what only the traces themselves can tell. */
  #read(text: string | undefined, rows: readonly MatchRow[], total: number): FoundTraces {
    const hasText = textMatcher(text);
    const matches: TraceMatch[] = [];
    for (const row of rows) {
      const trace = this.#traces.unchecked(row.trace_id);
      if (trace !== undefined && hasText(trace)) matches.push(this.#match(row));
    }
    const searched = total > rows.length ? { newest: rows.length, of: total } : undefined;
    return { matches, total: matches.length, searched };
  }
}

const NOT_HELD = 't.id NOT IN (SELECT value FROM json_each(@held))';
