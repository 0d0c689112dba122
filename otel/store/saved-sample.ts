import type { Database } from 'better-sqlite3';
import type { SampleFilter } from '../query.ts';
import { typeNumber } from './operation-index.ts';
import { thresholdOf } from './operation-rows.ts';
import { slowestColumn } from './trace-conditions.ts';
import { clampLimit } from './trace-filter.ts';
import type { SavedSide, Side, Thresholds } from './trace-sample.ts';

/** Draws traces of the history file, without reading them, that are not in memory, which has newer versions. */
export class SavedSample {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** @param heldIds Of the traces in memory. */
  draw(
    filter: SampleFilter,
    thresholds: Thresholds,
    heldIds: readonly string[],
  ): Readonly<Record<Side, SavedSide>> {
    return {
      marked: filter.marked === 'none' ? NOTHING : this.#side('marked', filter, thresholds, heldIds),
      rest: this.#side('rest', filter, thresholds, heldIds),
    };
  }

  #side(side: Side, filter: SampleFilter, thresholds: Thresholds, heldIds: readonly string[]): SavedSide {
    const { range, series } = filter;
    const { from, where } = side === 'marked' ? markedOf(filter, thresholds) : restOf(filter, thresholds);
    const limit = clampLimit(filter.limit);
    const values = {
      held: JSON.stringify(heldIds),
      from: range.fromMillis,
      to: range.toMillis,
      ...(series !== undefined && { series }),
    };
    const query = `FROM ${from} WHERE ${where} AND t.id NOT IN held`;
    // By a hash of the row number (Knuth's): the same rows each time, and as many old as new ones.
    const ids = this.#database
      .prepare<unknown[], string>(
        `${HELD} SELECT t.trace_id ${query} ORDER BY (t.id * 2654435761) & 4294967295 LIMIT ${limit}`,
      )
      .pluck()
      .all(values);
    if (ids.length < limit) return { ids, kept: ids.length };
    // Cheaper than a window function, which would write out every row.
    const count = this.#database.prepare<unknown[], number>(`${HELD} SELECT count(*) ${query}`).pluck();
    return { ids, kept: count.get(values)! };
  }
}

const NOTHING: SavedSide = { ids: [], kept: 0 };

/** Rows of those in memory: an integer is compared in a third of the time of a trace id. */
const HELD =
  'WITH held AS MATERIALIZED (SELECT id FROM kept_trace WHERE trace_id IN (SELECT value FROM json_each(@held)))';

interface Parts {
  readonly from: string;
  readonly where: string;
}

function markedOf(filter: SampleFilter, thresholds: Thresholds): Parts {
  return {
    from: `(${markedIds(filter, thresholds)}) found JOIN kept_trace t ON t.id = found.trace`,
    where: 'true',
  };
}

function restOf(filter: SampleFilter, thresholds: Thresholds): Parts {
  const { type, series, marked } = filter;
  const unmarked = marked === 'none' ? 'true' : `t.id NOT IN (${markedIds(filter, thresholds)})`;
  if (series !== undefined)
    return {
      from: `(SELECT DISTINCT o.trace FROM operation o WHERE ${matching(filter)}) found JOIN kept_trace t ON t.id = found.trace`,
      where: unmarked,
    };
  // Only of a trace that is not entirely in the range the operations decide.
  const isWithin = `(t.first_millis >= @from AND t.end_millis < @to OR EXISTS
    (SELECT 1 FROM operation o WHERE o.trace = t.id AND ${matching(filter)}))`;
  return {
    from: 'kept_trace t',
    where: `t.${slowestColumn(type)} IS NOT NULL AND t.end_millis >= @from AND t.first_millis < @to AND ${isWithin} AND ${unmarked}`,
  };
}

/** Two queries rather than one with OR, so that each uses its index. */
function markedIds(filter: SampleFilter, thresholds: Thresholds): string {
  const threshold = thresholdOf(filter.type, thresholds);
  const reached = threshold === Infinity ? '9e999' : String(threshold);
  const conditions = [
    ...(filter.marked === 'slow' ? [] : ['o.failed = 1']),
    ...(filter.marked === 'failed' ? [] : [`o.waited_millis IS NOT NULL AND o.waited_millis >= ${reached}`]),
  ];
  return conditions
    .map((condition) => `SELECT DISTINCT o.trace FROM operation o WHERE ${condition} AND ${matching(filter)}`)
    .join(' UNION ');
}

function matching({ type, series }: SampleFilter): string {
  const named =
    series === undefined
      ? `o.type = ${typeNumber(type)}`
      : `o.series = (SELECT id FROM series WHERE name = @series AND type = ${typeNumber(type)})`;
  return `${named} AND o.end_millis >= @from AND o.end_millis < @to`;
}
