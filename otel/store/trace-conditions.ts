import type { OperationType, TraceFilter } from '../query.ts';
import { reasonNumber, typeNumber } from './operation-index.ts';
import type { KindTable } from './kind-table.ts';
import { termConditions } from './term-conditions.ts';
import type { Bind } from './term-conditions.ts';
import { asksForOperation, usedTerms } from './trace-filter.ts';

/** SQL fragments of a query over `kept_trace t`, with their bound values. */
export interface TraceConditions {
  /** Fragments before SELECT, and between FROM and WHERE. */
  readonly before: string;
  readonly from: string;
  /** Joined with AND; `true` without conditions. */
  readonly where: string;
  /** Sort key for the slowest. */
  readonly durationMillis: string;
  readonly values: Readonly<Record<string, string | number>>;
  /** True if matches must be read to be sure: of an attribute the index only knows that key and value occur, not that they belong together. */
  readonly isRough: boolean;
}

type Condition = string | undefined;

/** The column with the longest operation of a type. */
export function slowestColumn(type: OperationType): string {
  return `slowest_${type}`;
}

/** The values of one statement, and what adds to them. */
export function boundValues(): {
  readonly values: Readonly<Record<string, string | number>>;
  readonly bind: Bind;
} {
  const values: Record<string, string | number> = {};
  const bind = (value: string | number): string => {
    const name = `v${Object.keys(values).length}`;
    values[name] = value;
    return `@${name}`;
  };
  return { values, bind };
}

/** The SQL of a filter: matches the same traces as `matchTraces` does in memory. */
export function traceConditions(filter: TraceFilter, kinds: KindTable): TraceConditions {
  const { values, bind } = boundValues();
  const { range, minMillis } = filter;
  const terms = usedTerms(filter);
  const shared = [
    range && `t.end_millis >= ${bind(range.fromMillis)} AND t.first_millis < ${bind(range.toMillis)}`,
    ...termConditions(terms, kinds, bind),
  ];
  const isRough = terms.some(({ field }) => field === 'attribute');
  const hasWords = isRough || terms.some(({ field }) => field === 'text');
  const joined = hasWords ? 'JOIN trace_words w ON w.trace = t.id' : '';
  const rest = { before: '', from: `kept_trace t ${joined}`, values, isRough };
  if (!asksForOperation(filter)) {
    const where = all([...shared, ...ownConditions(filter, bind)]);
    return { ...rest, where, durationMillis: 't.duration_millis' };
  }
  const longest = longestOfType(filter, bind);
  if (longest !== undefined) {
    const reached = minMillis === undefined ? 'IS NOT NULL' : `>= ${bind(minMillis)}`;
    return { ...rest, where: all([...shared, `${longest} ${reached}`]), durationMillis: longest };
  }
  // One scan of all operations: a look-up per trace takes twice as long.
  const before = `WITH found AS MATERIALIZED (SELECT o.trace AS id, max(o.duration_millis) AS duration_millis FROM operation o
    WHERE ${operationCondition(filter, bind)} GROUP BY o.trace)`;
  const from = `found JOIN kept_trace t ON t.id = found.id ${joined}`;
  return { ...rest, before, from, where: all(shared), durationMillis: 'found.duration_millis' };
}

/** For a filter that restricts the operation only by type, end and minimum duration; NULL if there is none. */
function longestOfType(filter: TraceFilter, bind: Bind): string | undefined {
  const { type, series, status, reason, maxMillis, range } = filter;
  if (type === undefined || (series ?? status ?? reason ?? maxMillis) !== undefined) return undefined;
  const column = `t.${slowestColumn(type)}`;
  if (range === undefined) return column;
  // If a trace is not entirely in the range, only some of its operations are.
  return `CASE WHEN ${column} IS NULL THEN NULL
    WHEN t.first_millis >= ${bind(range.fromMillis)} AND t.end_millis < ${bind(range.toMillis)} THEN ${column}
    ELSE (SELECT max(o.duration_millis) FROM operation o WHERE o.trace = t.id AND ${operationCondition({ type, range }, bind)}) END`;
}

function ownConditions({ status, reason, minMillis, maxMillis }: TraceFilter, bind: Bind): Condition[] {
  return [
    status && `t.errors ${status === 'error' ? '> 0' : '= 0'}`,
    reason && `t.reasons & ${1 << reasonNumber(reason)}`,
    minMillis === undefined ? undefined : `t.duration_millis >= ${bind(minMillis)}`,
    maxMillis === undefined ? undefined : `t.duration_millis <= ${bind(maxMillis)}`,
  ];
}

/** On `operation o`. */
export function operationCondition(filter: TraceFilter, bind: Bind): string {
  const { type, series, status, reason, minMillis, maxMillis, range } = filter;
  return all([
    series === undefined ? type && `o.type = ${typeNumber(type)}` : seriesCondition(series, type, bind),
    status && `o.failed = ${status === 'error' ? 1 : 0}`,
    reason && `o.reason = ${reasonNumber(reason)}`,
    minMillis === undefined ? undefined : `o.duration_millis >= ${bind(minMillis)}`,
    maxMillis === undefined ? undefined : `o.duration_millis <= ${bind(maxMillis)}`,
    range && `o.end_millis >= ${bind(range.fromMillis)} AND o.end_millis < ${bind(range.toMillis)}`,
  ]);
}

function seriesCondition(series: string, type: OperationType | undefined, bind: Bind): string {
  const named = `SELECT id FROM series WHERE name = ${bind(series)}`;
  return type === undefined
    ? `o.series IN (${named})`
    : `o.series = (${named} AND type = ${typeNumber(type)})`;
}

function all(conditions: readonly Condition[]): string {
  return conditions.filter((each) => each !== undefined).join(' AND ') || 'true';
}
