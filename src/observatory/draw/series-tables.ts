import type { SeriesSummary, TimelinePoint } from '../../../otel/query.ts';
import { html } from '../../views/html.ts';
import { shareBar, sparkline } from '../charts/sparkline.ts';
import { countText, durationCell, figure, rate, share, text } from '../format/quantity.ts';
import type { PageView } from '../page.ts';
import { failedCell, seriesName } from './facts.ts';
import type { Column } from './table.ts';

/** A series beside its course and its share of its type's time. */
export interface SeriesLine extends SeriesSummary {
  readonly perSecond: number;
  /** Of the total time of its type, 0–1: rate times mean duration. */
  readonly timeShare: number;
  readonly course: readonly number[];
}

/** How much each bucket held, per second, as a sparkline takes it. */
export function courseOf(points: readonly TimelinePoint[]): readonly number[] {
  return points.filter((point) => !point.partial).map((point) => (point.count * 1000) / point.widthMillis);
}

const percentile = (key: 'p50' | 'p95' | 'p99'): Column<SeriesLine> => ({
  label: key,
  key: `${key}_ms`,
  align: 'number',
  value: (row) => row.durationMillis[key],
  cell: (row) => durationCell(row.durationMillis[key]),
});

const PER_SECOND: Column<SeriesLine> = {
  label: 'rate',
  key: 'per_second',
  align: 'number',
  value: (row) => row.perSecond,
  cell: (row) => perSecond(row.perSecond, 1),
};

const counted = (label: string, key: string, value: (row: SeriesLine) => number): Column<SeriesLine> => ({
  label,
  key,
  align: 'number',
  value,
  cell: (row) => countText(value(row)),
});

export function routeColumns(view: PageView, brief = false): readonly Column<SeriesLine>[] {
  const all: readonly (Column<SeriesLine> & { readonly full?: boolean })[] = [
    {
      label: 'route',
      key: 'route',
      value: (row) => row.name,
      cell: (row) => seriesName(row.name, view.links.series('http', row.name)),
    },
    PER_SECOND,
    { ...counted('count', 'count', (row) => row.count), full: true },
    {
      label: 'failed',
      key: 'failed',
      align: 'number',
      value: (row) => row.errors,
      cell: (row) => failedCell(row.errors),
    },
    { ...counted('4xx', 'client_errors', (row) => row.clientErrors), full: true },
    { ...counted('aborted', 'aborted', (row) => row.aborted), full: true },
    percentile('p50'),
    percentile('p95'),
    percentile('p99'),
    {
      label: 'share of time',
      key: 'time_share',
      align: 'text',
      value: (row) => row.timeShare,
      cell: (row) =>
        html`<span class="share-cell"
          >${shareBar('http', row.timeShare, brief)} ${text(share(row.timeShare))}</span
        >`,
    },
    { ...counted('kept', 'kept', (row) => row.kept), full: true },
    { label: 'over time', cell: (row) => sparkline('http', row.course) },
  ];
  return all.filter((column) => !brief || column.full !== true);
}

export function statementColumns(view: PageView, brief = false): readonly Column<SeriesLine>[] {
  const callers = (row: SeriesLine) =>
    row.callers !== undefined && row.callers.length > 0
      ? html`<span class="callers"
          >${row.callers.slice(0, 3).map((caller, index) => html`${index > 0 && ', '}<a href="${view.links.series('http', caller)}">${caller.replace(/^GET /, '')}</a>`)}${row.callers.length > 3 && html` and ${row.callers.length - 3} more`}</span
        >`
      : null;
  const all: readonly (Column<SeriesLine> & { readonly full?: boolean })[] = [
    {
      label: 'statement',
      key: 'statement',
      value: (row) => row.name,
      cell: (row) =>
        html`<span class="mono">${seriesName(row.name, view.links.series('database', row.name))}</span
          >${callers(row)}`,
    },
    PER_SECOND,
    { ...counted('calls', 'count', (row) => row.count), full: true },
    {
      label: 'rows',
      key: 'rows',
      align: 'number',
      full: true,
      value: (row) => row.rows ?? 0,
      cell: (row) => (row.rows === undefined ? '–' : countText(row.rows)),
    },
    {
      label: 'failed',
      key: 'failed',
      align: 'number',
      full: true,
      value: (row) => row.errors,
      cell: (row) => failedCell(row.errors),
    },
    percentile('p50'),
    { ...percentile('p95'), ...(brief ? { full: true } : {}) },
    percentile('p99'),
    {
      label: 'share of time',
      key: 'time_share',
      align: 'text',
      value: (row) => row.timeShare,
      cell: (row) =>
        html`<span class="share-cell"
          >${shareBar('database', row.timeShare, brief)} ${text(share(row.timeShare))}</span
        >`,
    },
    { label: 'over time', full: true, cell: (row) => sparkline('database', row.course) },
  ];
  return all.filter((column) => !brief || column.full !== true);
}

export function perSecond(count: number, seconds: number) {
  return figure(rate(count, seconds));
}
