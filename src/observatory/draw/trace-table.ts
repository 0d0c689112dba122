import type { OperationRow, OperationType, TraceSummary, SpanRow } from '../../../otel/query.ts';
import { html } from '../../markup/html.ts';
import { countText } from '../../markup/quantity.ts';
import { shownName } from '../format/shown-name.ts';
import type { PageView, Sheet } from '../page.ts';
import { addressColumn, askedAddress, pathOfSeries, statusColumn } from './asked-address.ts';
import { badge, seriesName } from './facts.ts';
import { REASON_WORDS } from '../format/reason-words.ts';
import { operationName } from './statement-name.ts';
import { sheetOf, type Column } from './table.ts';
import { timeColumns } from './time-columns.ts';

const REASON_TONE: Readonly<Record<SpanRow['keepReason'], 'failed' | 'slow' | 'quiet'>> = {
  error: 'failed',
  slow: 'slow',
  probability: 'quiet',
  ancestor: 'quiet',
  late: 'quiet',
  rule: 'quiet',
  policy: 'quiet',
  target: 'quiet',
  trace: 'quiet',
  imported: 'quiet',
};

/** The keep reason as a badge. */
export function reasonBadge(reason: SpanRow['keepReason']) {
  return badge(reason === 'imported' ? reason : REASON_WORDS[reason], REASON_TONE[reason]);
}

/**
 * @param rows All rows of the table.
 * @param brief For a panel of half the width.
 */
export function traceColumns(
  view: PageView,
  rows: readonly TraceSummary[],
  brief = false,
): readonly Column<TraceSummary>[] {
  const all: readonly (Column<TraceSummary> & { readonly full?: boolean })[] = [
    {
      label: 'operation',
      key: 'name',
      value: shownName,
      cell: (row) =>
        html`<span class="swatch type-${row.type}"></span
          >${seriesName(shownName(row), view.links.trace(row.traceId))}${askedAddress(row, pathOfSeries(row.series))}`,
    },
    ...timeColumns<TraceSummary>(view, rows),
    {
      label: 'status',
      key: 'status',
      value: (row) => row.httpStatusCode,
      cell: (row) => statusCell(row),
    },
    {
      label: 'spans',
      key: 'spans',
      room: 'wide',
      align: 'number',
      full: true,
      value: (row) => row.spanCount,
      cell: (row) => countText(row.spanCount),
    },
    {
      label: 'kept because',
      key: 'reason',
      room: brief ? 'wide' : 'mid',
      value: (row) => row.keepReason,
      cell: (row) => html`${reasonBadge(row.keepReason)}${row.pinned && html` ${badge('pinned', 'quiet')}`}`,
    },
    {
      label: 'trace id',
      key: 'trace_id',
      room: 'wide',
      full: true,
      value: (row) => row.traceId,
      cell: (row) => html`<code class="id">${row.traceId.slice(0, 8)}</code>`,
    },
  ];
  return all.filter((column) => !brief || column.full !== true);
}

/** For a file: with the address. */
export function traceSheet(rows: readonly TraceSummary[], view: PageView): Sheet {
  return sheetOf(rows, [...traceColumns(view, rows), addressColumn<TraceSummary>()]);
}

function statusCell(row: TraceSummary) {
  const code = row.httpStatusCode === undefined ? '–' : String(row.httpStatusCode);
  if (row.errorCount > 0) return html`<span class="tone-failed">${code}</span> ${badge('failed', 'failed')}`;
  const isWhole = row.outcome === undefined || row.outcome === 'complete';
  return isWhole ? html`${code}` : html`${code} ${badge(row.outcome, 'slow')}`;
}

const IN_GENERAL: Readonly<Record<OperationType, string>> = {
  http: 'the route',
  database: 'the statement',
  render: 'its traces',
  other: 'its traces',
};

/** @param rows All rows of the table. */
export function operationColumns<Row extends OperationRow>(
  view: PageView,
  rows: readonly Row[],
): readonly Column<Row>[] {
  return [
    {
      label: 'operation',
      key: 'operation',
      value: shownName,
      cell: (row) =>
        html`<span class="swatch type-${row.type}"></span
          >${operationName(row, view.links.trace(row.traceId, row.spanId))}${askedAddress(row, row.type === 'http' ? pathOfSeries(row.series) : undefined)}`,
    },
    ...timeColumns<Row>(view, rows),
    statusColumn<Row>(),
    {
      label: 'see also',
      room: 'wide',
      cell: (row) =>
        html`<a class="quiet-link" href="${view.links.series(row.type, row.series)}"
          >${IN_GENERAL[row.type]}</a
        >`,
    },
  ];
}

/** For a file: with type, address and ids. */
export function operationSheet(rows: readonly OperationRow[], view: PageView): Sheet {
  const plain = (key: string, value: (row: OperationRow) => string): Column<OperationRow> => ({
    label: key,
    key,
    value,
    cell: value,
  });
  return sheetOf(rows, [
    ...operationColumns(view, rows),
    plain('type', ({ type }) => type),
    plain('series', ({ series }) => series),
    addressColumn<OperationRow>(),
    plain('trace_id', ({ traceId }) => traceId),
    plain('span_id', ({ spanId }) => spanId),
  ]);
}
