import type { OperationRow, OperationType, TelemetryQuery, TimeRange } from '../../../otel/query.ts';
import { html, type Html } from '../../markup/html.ts';
import { sparkline } from '../charts/sparkline.ts';
import { operationName } from './statement-name.ts';
import { drawStack } from './stack.ts';
import type { Column } from './table.ts';
import { moment } from '../format/moment.ts';
import { countText } from '../../markup/quantity.ts';
import type { PageView } from '../page.ts';

const COURSE_POINTS = 24;
const MAX_STACKS = 20;

/** Failures with the same error type and series. */
export interface FailureGroup {
  readonly key: string;
  readonly errorType: string;
  readonly message: string;
  readonly type: OperationType;
  readonly series: string;
  /** Of the span. */
  readonly name: string;
  readonly count: number;
  readonly firstMillis: number;
  readonly lastMillis: number;
  /** Of the newest. */
  readonly traceId: string;
  readonly spanId: string;
  readonly course: readonly number[];
  /** Stack of the newest failure, if it was recorded. */
  readonly stack?: string | undefined;
}

/** Groups failures by error type and series, most frequent first, with the message of the newest. */
export function groupFailures(rows: readonly OperationRow[], range: TimeRange): readonly FailureGroup[] {
  const groups = new Map<string, OperationRow[]>();
  for (const row of rows) {
    const key = `${row.errorType ?? 'error'} ${row.type} ${row.series}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [row]);
    else group.push(row);
  }
  const width = Math.max(1, (range.toMillis - range.fromMillis) / COURSE_POINTS);
  return [...groups]
    .map(([key, group]): FailureGroup => {
      const newest = group.reduce((a, b) => (b.startMillis > a.startMillis ? b : a));
      const course = Array.from({ length: COURSE_POINTS }, () => 0);
      for (const row of group) {
        const at = Math.floor((row.startMillis - range.fromMillis) / width);
        if (at >= 0 && at < COURSE_POINTS) course[at]! += 1;
      }
      return {
        key,
        errorType: newest.errorType ?? 'error',
        message: newest.errorMessage ?? '',
        type: newest.type,
        series: newest.series,
        name: newest.name,
        count: group.length,
        firstMillis: group.reduce((a, b) => Math.min(a, b.startMillis), Infinity),
        lastMillis: newest.startMillis,
        traceId: newest.traceId,
        spanId: newest.spanId,
        course,
      };
    })
    .sort((a, b) => b.count - a.count || b.lastMillis - a.lastMillis);
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
    const span = trace.spans.find(({ spanId }) => spanId === group.spanId);
    const thrown = span?.events.findLast(
      ({ attributes }) => attributes['exception.type'] !== undefined,
    )?.attributes;
    if (thrown === undefined) return group;
    const stack = thrown['exception.stacktrace'];
    return {
      ...group,
      errorType: /^\d+$/.test(group.errorType) ? String(thrown['exception.type']) : group.errorType,
      ...(typeof stack === 'string' && { stack }),
    };
  });
}

export function failureColumns(view: PageView): readonly Column<FailureGroup>[] {
  const place = (row: FailureGroup): Html =>
    html`<span class="swatch type-${row.type}"></span
      >${operationName(row, view.links.series(row.type, row.series), row.series)}`;
  return [
    // On a phone the series stands under the failure, and the stack is only in the trace.
    {
      label: 'failure',
      key: 'failure',
      value: (row) => row.errorType,
      cell: (row) =>
        html`<a class="failure" href="${view.links.trace(row.traceId, row.spanId)}"
            ><span class="tone-failed">${row.errorType}</span> <bdi>${row.message.slice(0, 160)}</bdi></a
          ><span class="only-narrow">${place(row)}</span>`,
    },
    {
      label: 'at',
      key: 'at',
      room: 'mid',
      value: (row) => row.series,
      cell: (row) =>
        html`${place(row)}${
          row.stack !== undefined &&
          html`<details class="stack-of">
            <summary>stack</summary>
            ${drawStack(row.stack)}
          </details>`
        }`,
    },
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
      cell: (row) => moment(row.firstMillis, view.now),
    },
    {
      label: 'last',
      key: 'last',
      value: (row) => row.lastMillis,
      cell: (row) => moment(row.lastMillis, view.now),
    },
  ];
}
