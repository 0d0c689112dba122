import type { OperationType } from '../../../otel/query.ts';
import { html, type Html } from '../../markup/html.ts';
import { countText, duration, durationCell, text } from '../../markup/quantity.ts';
import { shareBar } from '../charts/sparkline.ts';
import type { SlowGroup } from '../facts/slow-groups.ts';
import { moment } from '../format/moment.ts';
import { shownName } from '../format/shown-name.ts';
import type { PageView } from '../page.ts';
import { askedAddress, pathOfSeries, statusCell } from './asked-address.ts';
import { shareText } from './facts.ts';
import { operationName } from './statement-name.ts';
import type { Column } from './table.ts';
import { durationColumn } from './time-columns.ts';

/** What of a duration was waiting for the event loop. */
export function waitNote(waitedMillis: number): Html | null {
  return waitedMillis < TOLD_MILLIS
    ? null
    : html`<span class="callers">waited ${text(duration(waitedMillis))} of it</span>`;
}

const TOLD_MILLIS = 1;
/** A request's time contains that of its statements, so that shares of both together would be more than all. */
const TYPE_WORDS: Readonly<Record<OperationType, string>> = {
  http: 'requests',
  database: 'statements',
  render: 'renders',
  other: 'others',
};

/** Each group opens its worst trace and its rows. */
export function slowGroupColumns(view: PageView, groups: readonly SlowGroup[]): readonly Column<SlowGroup>[] {
  const { links, now } = view;
  const worst = durationColumn<SlowGroup>(groups);
  return [
    {
      label: 'slow',
      key: 'slow',
      value: shownName,
      cell: (row) =>
        html`<span class="swatch type-${row.type}"></span
          >${operationName(row, links.trace(row.worst.traceId, row.worst.spanId))}${askedAddress(row.worst, row.type === 'http' ? pathOfSeries(row.series) : undefined)}`,
    },
    {
      label: 'held',
      key: 'count',
      align: 'number',
      value: (row) => row.count,
      cell: (row) =>
        html`<a
          href="${links.to('/slow', { type: row.type, series: row.series })}"
          aria-label="the ${countText(row.count)} slow ones of ${shownName(row)}"
          >${countText(row.count)}</a
        >`,
    },
    {
      ...worst,
      label: worst.label.replace('duration', 'worst'),
      cell: (row) =>
        html`${worst.cell(row)}${waitNote(row.worst.waitedMillis)}<span class="only-narrow callers"
            >${moment(row.lastMillis, now, true)}</span
          ><span class="only-narrow callers">${statusCell(row.worst)}</span>`,
    },
    {
      label: 'waited in all',
      key: 'waited_ms',
      room: 'wide',
      align: 'number',
      value: (row) => row.waitedMillis,
      cell: (row) =>
        row.waitedMillis > 0 ? durationCell(row.waitedMillis) : html`<span class="zero">0</span>`,
    },
    {
      label: 'status',
      key: 'status_code',
      room: 'mid',
      value: (row) => row.worst.httpStatusCode,
      cell: (row) => statusCell(row.worst),
    },
    {
      label: 'share of slow time',
      key: 'share',
      room: 'mid',
      value: (row) => row.share,
      cell: (row) =>
        html`<span class="share-cell"
          >${shareBar(row.type, row.share, true)} ${shareText(row.share)}
          <span class="unit">of slow ${TYPE_WORDS[row.type]}</span></span
        >`,
    },
    {
      label: 'last',
      key: 'last',
      room: 'mid',
      value: (row) => row.lastMillis,
      cell: (row) => moment(row.lastMillis, now, true),
    },
  ];
}
