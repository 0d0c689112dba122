import { createHash } from 'node:crypto';
import type { SeriesSummary, StatementText } from '../../../otel/query.ts';
import { html, type Html } from '../../views/html.ts';
import { panel } from '../charts/frame.ts';
import { drawTable, type Column } from '../draw/table.ts';
import { sqlLines } from '../format/sql-lines.ts';
import { countText, durationCell } from '../format/quantity.ts';
import type { PageView } from '../page.ts';

/** Names a text in an address: short, and the same after a restart. */
export function textId(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 8);
}

/** The text an address asks for with `?text=<id>`, else the one that took most time; undefined when none has been seen. */
export function chosenText(row: SeriesSummary | undefined, id: string | undefined): string | undefined {
  return row?.texts?.find(({ text }) => textId(text) === id)?.text ?? row?.text;
}

/** The texts that run under one summary, when there are several. */
export function textsPanel(
  row: SeriesSummary | undefined,
  shown: string | undefined,
  view: PageView,
): Html | undefined {
  const texts = row?.texts ?? [];
  if (row === undefined || texts.length < 2) return undefined;
  return panel({
    title: `${texts.length} texts`,
    note: html`share this summary; exact counts since this process started`,
    body: drawTable(texts, textColumns(row.name, shown, view), {
      caption: 'Texts of statements with this summary',
      keyOf: ({ text }) => textId(text),
      view,
      still: true,
      empty: 'No text has been seen yet.',
    }),
  });
}

function textColumns(
  name: string,
  shown: string | undefined,
  view: PageView,
): readonly Column<StatementText>[] {
  return [
    {
      label: 'text',
      key: 'text',
      value: ({ text }) => text,
      cell: ({ text }) => {
        const code = html`<code class="sql-text">${sqlLines(text)}</code>`;
        return text === shown
          ? html`<span aria-current="true">${code}<span class="unit">shown above</span></span>`
          : html`<a href="${view.links.to('/statement', { name, text: textId(text) })}">${code}</a>`;
      },
    },
    {
      label: 'calls',
      key: 'calls',
      align: 'number',
      value: ({ count }) => count,
      cell: ({ count }) => countText(count),
    },
    {
      label: 'total',
      key: 'total_ms',
      align: 'number',
      value: ({ totalMillis }) => totalMillis,
      cell: ({ totalMillis }) => durationCell(totalMillis),
    },
    {
      label: 'mean',
      key: 'mean_ms',
      room: 'mid',
      align: 'number',
      value: ({ totalMillis, count }) => totalMillis / count,
      cell: ({ totalMillis, count }) => durationCell(totalMillis / count),
    },
    {
      label: 'longest',
      key: 'max_ms',
      room: 'mid',
      align: 'number',
      value: ({ maxMillis }) => maxMillis,
      cell: ({ maxMillis }) => durationCell(maxMillis),
    },
  ];
}
