import type { SeriesLine } from '../facts/series-lines.ts';
import { html, type Html } from '../../markup/html.ts';
import { shareBar, sparkline } from '../charts/sparkline.ts';
import { countText, duration, durationCell, figure, rate, share, text } from '../../markup/quantity.ts';
import type { PageView, Sheet } from '../page.ts';
import { plural } from '../sentences/sentence.ts';
import { waitShareText } from '../sentences/wait-words.ts';
import { failedCell, seriesName } from './facts.ts';
import { tellApart } from '../format/statement-words.ts';
import { statementName } from './statement-name.ts';
import { sheetOf, type Column } from './table.ts';

/** Callers named with a statement; the rest are counted. */
const MAX_CALLERS = 3;

type Room = Column<SeriesLine>['room'];

const percentile = (key: 'p50' | 'p95' | 'p99', room?: Room): Column<SeriesLine> => ({
  label: key,
  key: `${key}_ms`,
  room,
  align: 'number',
  value: (row) => row.durationMillis[key],
  cell: (row) => durationCell(row.durationMillis[key]),
});

const PER_SECOND: Column<SeriesLine> = {
  label: 'rate',
  key: 'per_second',
  room: 'mid',
  align: 'number',
  value: (row) => row.perSecond,
  cell: (row) => rateCell(row),
};

const counted = (
  label: string,
  key: string,
  room: Room,
  value: (row: SeriesLine) => number,
): Column<SeriesLine> => ({
  label,
  key,
  room,
  align: 'number',
  value,
  cell: (row) => (value(row) === 0 ? html`<span class="zero">0</span>` : countText(value(row))),
});

const failed = (room: Room): Column<SeriesLine> => ({
  label: 'failed',
  key: 'failed',
  room,
  align: 'number',
  value: (row) => row.errors,
  cell: (row) => failedCell(row.errors),
});

/** On a phone, outcomes stand under the name, and the route's page has the rest. */
export function routeColumns(view: PageView): readonly Column<SeriesLine>[] {
  return [
    {
      label: 'route',
      key: 'route',
      value: (row) => row.name,
      cell: (row) =>
        html`${seriesName(row.name, view.links.series('http', row.name))}<span class="only-narrow"
            >${ends(row, view)}<span class="callers"
              >${rateCell(row)}${row.count > 0 && html` · p50 ${text(duration(row.durationMillis.p50))}`}</span
            ></span
          >`,
    },
    PER_SECOND,
    counted('count', 'count', 'mid', (row) => row.count),
    failed('mid'),
    counted('4xx', 'client_errors', 'wide', (row) => row.clientErrors),
    counted('aborted', 'aborted', 'wide', (row) => row.aborted),
    percentile('p50', 'mid'),
    percentile('p95'),
    percentile('p99', 'mid'),
    {
      label: 'share of time',
      key: 'time_share',
      align: 'text',
      value: (row) => row.timeShare,
      cell: (row) =>
        html`<span class="share-cell">${shareBar('http', row.timeShare)} ${text(share(row.timeShare))}</span
          >${waitNote(row)}`,
    },
    counted('kept', 'kept', 'wide', (row) => row.kept),
    { label: 'over time', room: 'wide', cell: (row) => sparkline('http', row.course) },
  ];
}

function waitNote(row: SeriesLine): Html | false {
  const words = waitShareText(row);
  return words !== undefined && html`<span class="callers">${words}</span>`;
}

/** The count, preceded by failures, as a narrow column shows only the beginning. */
export function ends({ name, count, errors, clientErrors, aborted }: SeriesLine, { links }: PageView): Html {
  const all = plural(count, 'request');
  const parts = [
    errors > 0 &&
      html`<a
        class="tone-failed"
        href="${links.to('/failures')}"
        aria-label="${countText(errors)} failed of ${name}"
        >${countText(errors)} failed</a
      >`,
    clientErrors > 0 && `${countText(clientErrors)} 4xx`,
    aborted > 0 && `${countText(aborted)} aborted`,
  ].filter((part) => part !== false);
  return html`<span class="callers ends"
    >${parts.map((part, index) => html`${index > 0 && ' · '}${part}`)}${parts.length > 0 ? ` of ${all}` : all}</span
  >`;
}

/** The routes that issue it, most frequent first. */
export function callersOf({ callers = [] }: SeriesLine, { links }: PageView): Html | null {
  if (callers.length === 0) return null;
  const more = callers.length - MAX_CALLERS;
  return html`<span class="callers"
    >${callers.slice(0, MAX_CALLERS).map((caller, index) => html`${index > 0 && ', '}<a href="${links.series('http', caller)}">${caller.replace(/^GET /, '')}</a>`)}${more > 0 && html` and ${more} more`}</span
  >`;
}

/**
 * What a phone leaves out is on the statement's page.
 *
 * @param rows All rows of the table: each shows what distinguishes it from the others.
 */
export function statementColumns(view: PageView, rows: readonly SeriesLine[]): readonly Column<SeriesLine>[] {
  const apart = tellApart(rows);
  return [
    {
      label: 'statement',
      key: 'statement',
      value: (row) => row.name,
      cell: (row) =>
        html`${statementName(row, apart.get(row.name), view.links.series('database', row.name))}${callersOf(row, view)}${row.errors > 0 && html`<span class="only-narrow callers tone-failed">${countText(row.errors)} failed</span>`}`,
    },
    PER_SECOND,
    counted('calls', 'count', 'mid', (row) => row.count),
    {
      label: 'rows',
      key: 'rows',
      room: 'wide',
      align: 'number',
      value: (row) => row.rows ?? 0,
      cell: (row) => (row.rows === undefined ? '–' : countText(row.rows)),
    },
    failed('wide'),
    percentile('p50', 'mid'),
    percentile('p95'),
    percentile('p99', 'mid'),
    {
      label: 'share of time',
      key: 'time_share',
      align: 'text',
      value: (row) => row.timeShare,
      cell: (row) =>
        html`<span class="share-cell"
          >${shareBar('database', row.timeShare)} ${text(share(row.timeShare))}</span
        >`,
    },
    { label: 'over time', room: 'wide', cell: (row) => sparkline('database', row.course) },
  ];
}

/** Columns of the CSV file, with the full text. */
export function statementSheet(view: PageView, rows: readonly SeriesLine[]): Sheet {
  const textColumn = (key: string, value: (row: SeriesLine) => string | undefined): Column<SeriesLine> => ({
    label: key,
    key,
    value,
    cell: value,
  });
  return sheetOf(rows, [
    ...statementColumns(view, rows),
    textColumn('summary', (row) => row.summary),
    textColumn('text', (row) => row.text),
    textColumn('callers', ({ callers = [] }) => callers.join('; ')),
  ]);
}

/** A single operation has no rate. */
export function perSecond(count: number, seconds: number): Html {
  return count === 1 ? html`once` : figure(rate(count, seconds));
}

export function rateCell({ count, perSecond }: { readonly count: number; readonly perSecond: number }): Html {
  return html`<span class="per">${count === 1 ? 'once' : figure(rate(perSecond, 1))}</span>`;
}
