import type { OperationRow, OperationType, TraceSummary, SpanRow } from '../../../otel/query.ts';
import { html } from '../../markup/html.ts';
import { countText } from '../../markup/quantity.ts';
import { readablePath } from '../format/readable-path.ts';
import { shortened } from '../format/shortened.ts';
import { shownName } from '../format/shown-name.ts';
import type { PageView } from '../page.ts';
import { badge, seriesName } from './facts.ts';
import { REASON_WORDS } from './reason-words.ts';
import { operationName } from './statement-name.ts';
import type { Column } from './table.ts';
import { durationColumn, whenColumn } from './time-columns.ts';

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

/** Limit of an address in a row, in characters. */
const MAX_PATH = 80;
const MAX_TITLE = 1000;

/** The keep reason as a badge. */
export function reasonBadge(reason: SpanRow['keepReason']) {
  return badge(reason === 'imported' ? reason : REASON_WORDS[reason], REASON_TONE[reason]);
}

export function traceColumns(view: PageView, brief = false): readonly Column<TraceSummary>[] {
  const all: readonly (Column<TraceSummary> & { readonly full?: boolean })[] = [
    {
      label: 'operation',
      key: 'name',
      value: shownName,
      cell: (row) =>
        html`<span class="swatch type-${row.type}"></span
          >${seriesName(shownName(row), view.links.trace(row.traceId))}${pathAsked(row)}`,
    },
    ...(brief ? [whenColumn<TraceSummary>(view), durationColumn<TraceSummary>()] : timeColumns(view)),
    {
      label: 'status',
      key: 'status',
      full: true,
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
      room: 'mid',
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

/** Time and duration; on a phone stacked, to leave room for the status. */
function timeColumns(view: PageView): readonly Column<TraceSummary>[] {
  const [when, took] = [whenColumn<TraceSummary>(view), durationColumn<TraceSummary>()];
  const both = (row: TraceSummary) =>
    html`${took.cell(row)}<span class="only-narrow callers">${when.cell(row)}</span>`;
  return [
    { ...when, room: 'mid' },
    { ...took, cell: both },
  ];
}

/** The requested address, if the name stands for many. */
function pathAsked({ series, path }: TraceSummary) {
  if (path === undefined || path === series.slice(series.indexOf(' ') + 1)) return null;
  const shown = readablePath(path);
  return html` <code class="path-asked" title="${shortened(shown, MAX_TITLE)}"
    ><bdi>${shortened(shown, MAX_PATH)}</bdi></code
  >`;
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

export function operationColumns(view: PageView): readonly Column<OperationRow>[] {
  return [
    {
      label: 'operation',
      key: 'operation',
      value: shownName,
      cell: (row) =>
        html`<span class="swatch type-${row.type}"></span
          >${operationName(row, view.links.trace(row.traceId, row.spanId))}`,
    },
    { label: 'type', key: 'type', room: 'wide', value: (row) => row.type, cell: (row) => row.type },
    whenColumn(view),
    durationColumn(),
    {
      label: 'status',
      key: 'status',
      room: 'mid',
      value: (row) => row.status,
      cell: (row) => (row.status === 'error' ? badge('failed', 'failed') : html`<span class="zero">–</span>`),
    },
    {
      label: 'see also',
      room: 'mid',
      cell: (row) =>
        html`<a class="quiet-link" href="${view.links.series(row.type, row.series)}"
          >${IN_GENERAL[row.type]}</a
        >`,
    },
  ];
}
