import type { TraceDetail } from '../../../otel/query.ts';
import { html, type HtmlValue } from '../../markup/html.ts';
import { countText, durationCell } from '../../markup/quantity.ts';
import { shareBar } from '../charts/sparkline.ts';
import { shortened } from '../format/shortened.ts';
import type { PageView } from '../page.ts';
import type { ComparedAttribute, ComparedOperation, OperationTimes } from '../trace/compared-traces.ts';
import { breakable } from './facts.ts';
import { operationName } from './statement-name.ts';
import type { Column } from './table.ts';

/** Limit of a value in a cell, in characters. */
const MAX_VALUE = 200;

/** What each operation took in both traces. */
export function comparedOperationColumns(
  one: TraceDetail,
  other: TraceDetail,
  { links }: PageView,
): readonly Column<ComparedOperation>[] {
  const longest = Math.max(one.durationMillis, other.durationMillis);
  const selfColumn = (
    label: string,
    key: string,
    timesOf: (row: ComparedOperation) => OperationTimes,
  ): Column<ComparedOperation> => ({
    label,
    key,
    align: 'number',
    value: (row) => timesOf(row).selfMillis,
    cell(row) {
      const { selfMillis, spanId } = timesOf(row);
      return spanId === '' ? html`<span class="zero">–</span>` : durationCell(selfMillis);
    },
  });
  return [
    {
      label: 'operation',
      key: 'operation',
      value: (row) => row.series,
      cell: (row) => {
        const href =
          row.one.spanId !== ''
            ? links.trace(one.traceId, row.one.spanId)
            : links.trace(other.traceId, row.other.spanId);
        return html`<span class="swatch type-${row.type}"></span>${operationName(row, href)}`;
      },
    },
    selfColumn('this', 'self_ms', ({ one: times }) => times),
    { ...selfColumn('other', 'other_self_ms', ({ other: times }) => times), room: 'wide' },
    {
      label: 'difference',
      key: 'more_ms',
      align: 'number',
      value: (row) => row.moreMillis,
      cell: ({ moreMillis }) =>
        html`${moreMillis > 0 ? '+' : moreMillis < 0 ? '−' : ''}${durationCell(Math.abs(moreMillis))}`,
    },
    {
      label: 'share',
      room: 'mid',
      cell: (row) => shareBar(row.type, Math.abs(row.moreMillis) / Math.max(longest, 1e-9)),
    },
    {
      label: 'spans',
      key: 'spans',
      align: 'number',
      room: 'mid',
      value: (row) => row.one.count,
      cell: ({ one: { count }, other: { count: otherCount } }) =>
        count === otherCount ? spansCell(count) : html`${spansCell(count)} / ${spansCell(otherCount)}`,
    },
    {
      label: 'spans of the other',
      key: 'other_spans',
      room: 'wide',
      align: 'number',
      value: (row) => row.other.count,
      cell: (row) => spansCell(row.other.count),
    },
  ];
}

const spansCell = (count: number | undefined): HtmlValue =>
  count === undefined ? html`<span class="zero">–</span>` : countText(count);

const valueCell = (value: ComparedAttribute['one']): HtmlValue =>
  value === undefined
    ? html`<span class="zero">–</span>`
    : html`<code class="wrap"><bdi>${shortened(String(value), MAX_VALUE)}</bdi></code>`;

/** What was asked, in both. */
export const COMPARED_ATTRIBUTE_COLUMNS: readonly Column<ComparedAttribute>[] = [
  {
    label: 'attribute',
    cell: ({ key }) => html`<code class="wrap">${breakable(shortened(key, MAX_VALUE))}</code>`,
  },
  { label: 'this', cell: ({ one }) => valueCell(one) },
  { label: 'other', cell: ({ other }) => valueCell(other) },
];
