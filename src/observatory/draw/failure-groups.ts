import type {
  OperationRow,
  OperationType,
  ShownAddress,
  TelemetryQuery,
  TimeRange,
} from '../../../otel/query.ts';
import { maskedNumbers } from '../../../otel/kit.ts';
import { html, type Html } from '../../markup/html.ts';
import { shareBar, sparkline } from '../charts/sparkline.ts';
import { operationName } from './statement-name.ts';
import { drawStack } from './stack.ts';
import { sheetOf, type Column } from './table.ts';
import { durationColumn, isoTime } from './time-columns.ts';
import { moment } from '../format/moment.ts';
import { countText, durationCell } from '../../markup/quantity.ts';
import { failureState, type FailureState, runsWithout, STATE_WORDS } from '../facts/failure-state.ts';
import { failureKeys } from '../facts/failure-keys.ts';
import { failuresWithin, type FailuresWithin } from '../facts/failures-within.ts';
import type { PageView, Sheet } from '../page.ts';
import { addressColumn, askedAddress, pathOfSeries, statusCell, statusColumn } from './asked-address.ts';
import { badge } from './facts.ts';
import { newestOf, type WithinGroup, withinGroups, withinText, withinWords } from './failed-within.ts';
import { logsAround } from './log-links.ts';

const COURSE_POINTS = 24;
const MAX_STACKS = 20;
const MAX_RESOLVED = 100;

/** Failures with the same error type, thrown at the same place; without a known place, of the same series. */
export interface FailureGroup extends ShownAddress {
  readonly key: string;
  readonly errorType: string;
  /** Of the newest; if messages differ, with numbers masked. */
  readonly message: string;
  /** Function, file and line in the app's code, or else in a package's. */
  readonly thrownAt: string | undefined;
  readonly state: FailureState | undefined;
  /** If it is resolved: how often the operation ran in the last 24 hours of the range, from exact counts. */
  readonly runsWithout?: number | undefined;
  /** Other series in which it failed. */
  readonly otherSeries: number;
  readonly type: OperationType;
  readonly series: string;
  /** Of the span. */
  readonly name: string;
  readonly count: number;
  /** Operations in these requests that failed with their exception; they have no group of their own. */
  readonly within: readonly WithinGroup[];
  readonly firstMillis: number;
  readonly lastMillis: number;
  /** Of the newest. */
  readonly durationMillis: number;
  readonly traceId: string;
  readonly spanId: string;
  readonly course: readonly number[];
  /** Stack of the newest failure, if it was recorded. */
  readonly stack?: string | undefined;
}

/**
 * Groups failures by error type and place, most frequent first, with the newest as example. A request and the operations that failed in it with its
 * exception are one failure.
 *
 * @param earlier Failures before the range that are held, for the state.
 */
export function groupFailures(
  rows: readonly OperationRow[],
  range: TimeRange,
  earlier: readonly OperationRow[] = [],
  { own, within }: FailuresWithin = failuresWithin(rows),
): readonly FailureGroup[] {
  const known = failuresWithin(earlier);
  const old = [...known.own, ...[...known.within.values()].flat()];
  const keyOf = failureKeys([...old, ...own]);
  const before = Map.groupBy(old, keyOf);
  return [...Map.groupBy(own, keyOf)]
    .map(([key, group]) => ({
      ...groupOf(key, group, { range, before: before.get(key) ?? [] }),
      within: withinGroups(group.flatMap((row) => within.get(row) ?? [])),
    }))
    .sort((a, b) => b.count - a.count || b.lastMillis - a.lastMillis);
}

function groupOf(
  key: string,
  group: readonly OperationRow[],
  { range, before }: { readonly range: TimeRange; readonly before: readonly OperationRow[] },
): Omit<FailureGroup, 'within'> {
  const newest = newestOf(group);
  const messages = new Set(group.map(({ errorMessage = '' }) => errorMessage));
  const message = newest.errorMessage ?? '';
  const { type, series, name, traceId, spanId, path, query, httpStatusCode, thrownAt } = newest;
  return {
    key,
    errorType: newest.errorType ?? 'error',
    message: messages.size > 1 ? maskedNumbers(message) : message,
    thrownAt,
    state: failureState(
      [...before, ...group].map(({ startMillis }) => startMillis),
      range.toMillis,
    ),
    type,
    series,
    name,
    otherSeries: new Set(group.map((row) => row.series)).size - 1,
    count: group.length,
    firstMillis: group.reduce((a, b) => Math.min(a, b.startMillis), Infinity),
    lastMillis: newest.startMillis,
    traceId,
    spanId,
    durationMillis: newest.durationMillis,
    path,
    query,
    httpStatusCode,
    course: courseOf(group, range),
  };
}

function courseOf(group: readonly OperationRow[], range: TimeRange): readonly number[] {
  const width = Math.max(1, (range.toMillis - range.fromMillis) / COURSE_POINTS);
  const course = Array.from({ length: COURSE_POINTS }, () => 0);
  for (const row of group) {
    const at = Math.floor((row.startMillis - range.fromMillis) / width);
    if (at >= 0 && at < COURSE_POINTS) course[at]! += 1;
  }
  return course;
}

/**
 * Adds the exception that the newest failure's span recorded: its stack, and its type if the span has only a status code. Only for the
 * first groups, as each needs a look-up.
 */
export function withExceptions(
  telemetry: Pick<TelemetryQuery, 'trace'>,
  groups: readonly FailureGroup[],
): readonly FailureGroup[] {
  return groups.map((group, index) => {
    const trace = index < MAX_STACKS ? telemetry.trace(group.traceId) : undefined;
    if (trace === undefined || !('spans' in trace)) return group;
    const [thrown] = [group, ...group.within].flatMap(({ spanId }) => {
      const span = trace.spans.find((each) => each.spanId === spanId);
      const exception = span?.events.findLast(({ attributes }) => attributes['exception.type'] !== undefined);
      return exception === undefined ? [] : [exception.attributes];
    });
    if (thrown === undefined) return group;
    const stack = thrown['exception.stacktrace'];
    return {
      ...group,
      errorType: /^\d+$/.test(group.errorType) ? String(thrown['exception.type']) : group.errorType,
      ...(typeof stack === 'string' && { stack }),
    };
  });
}

/** Marks groups that have not been seen for a day although their operation ran; only the first, as each needs a query. */
export function withResolved(
  telemetry: Pick<TelemetryQuery, 'timeline'>,
  groups: readonly FailureGroup[],
  untilMillis: number,
): readonly FailureGroup[] {
  return groups.map((group, index) => {
    const runs = index < MAX_RESOLVED ? runsWithout(group, telemetry, untilMillis) : undefined;
    return runs === undefined ? group : { ...group, state: 'resolved', runsWithout: runs };
  });
}

/** @param groups All rows of the table. */
export function failureColumns(
  view: PageView,
  groups: readonly FailureGroup[],
): readonly Column<FailureGroup>[] {
  const took = durationColumn<FailureGroup>(groups);
  const longest = groups.reduce((max, { durationMillis }) => Math.max(max, durationMillis), 0);
  const place = (row: FailureGroup): Html =>
    html`<span class="swatch type-${row.type}"></span
      >${operationName(row, view.links.series(row.type, row.series), row.series)}${withinWords(row, view)}${row.otherSeries > 0 && html` <span class="unit">and ${row.otherSeries} more</span>`}${askedAddress(row, row.type === 'http' ? pathOfSeries(row.series) : undefined)}`;
  const aroundIt = (row: FailureGroup): Html =>
    html`<span class="callers"><a href="${logsAround(row.lastMillis, view)}">log around it</a></span>`;
  return [
    // On a phone the series stands under the failure, and the stack is only in the trace.
    {
      label: 'failure',
      key: 'failure',
      value: (row) => row.errorType,
      cell: (row) =>
        html`<a class="failure" href="${view.links.trace(row.traceId, row.spanId)}"
            ><span class="tone-failed">${row.errorType}</span> <bdi>${row.message.slice(0, 160)}</bdi></a
          >${stateBadge(row)}${row.thrownAt !== undefined && html`<span class="callers thrown-at"><bdi>${row.thrownAt}</bdi></span>`}<span
            class="only-narrow"
            >${place(row)} ${statusCell(row)} ${aroundIt(row)}</span
          >`,
    },
    {
      label: 'newest at',
      key: 'at',
      room: 'mid',
      value: (row) => row.series,
      cell: (row) =>
        html`${place(row)}
        ${aroundIt(row)}${
          row.stack !== undefined &&
          html`<details class="stack-of">
            <summary>stack</summary>
            ${drawStack(row.stack)}
          </details>`
        }`,
    },
    statusColumn('mid'),
    { ...took, room: 'wide' },
    {
      label: 'held',
      key: 'count',
      align: 'number',
      value: (row) => row.count,
      cell: (row) => countText(row.count),
    },
    { label: 'over time', room: 'wide', cell: (row) => sparkline('failed', row.course) },
    {
      label: 'first',
      key: 'first',
      room: 'mid',
      value: (row) => row.firstMillis,
      file: (row) => isoTime(row.firstMillis),
      cell: (row) => moment(row.firstMillis, view.now),
    },
    {
      label: 'last',
      key: 'last',
      value: (row) => row.lastMillis,
      file: (row) => isoTime(row.lastMillis),
      cell: (row) =>
        html`${moment(row.lastMillis, view.now, true)}<span class="only-narrow"
            >${durationCell(row.durationMillis)}
            ${shareBar(row.type, row.durationMillis / longest, true)}</span
          ><span class="only-narrow callers">first ${moment(row.firstMillis, view.now)}</span>`,
    },
  ];
}

function stateBadge({ state, runsWithout: runs }: FailureGroup): Html | undefined {
  if (state === undefined) return undefined;
  const words = runs === undefined ? STATE_WORDS[state] : `${STATE_WORDS[state]} ${countText(runs)} times`;
  return html` <span title="${words}">${badge(state, state === 'resolved' ? 'quiet' : 'slow')}</span
    >${runs !== undefined && html` <span class="unit">not in the last ${countText(runs)} runs, 24 h</span>`}`;
}

/** For a file: with message, place, state, and the newest trace with its address. */
export function failureSheet(groups: readonly FailureGroup[], view: PageView): Sheet {
  const plain = (key: string, value: (row: FailureGroup) => string | undefined): Column<FailureGroup> => ({
    label: key,
    key,
    value,
    cell: value,
  });
  return sheetOf(groups, [
    ...failureColumns(view, groups),
    plain('message', ({ message }) => message),
    plain('thrown_at', ({ thrownAt }) => thrownAt),
    plain('state', ({ state }) => state),
    addressColumn<FailureGroup>(),
    plain('trace_id', ({ traceId }) => traceId),
    plain('failed_within', ({ within }) => withinText(within)),
    plain('runs_without', ({ runsWithout: runs }) => runs?.toString()),
  ]);
}
