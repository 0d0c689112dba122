import type { StallFacts } from '../../../otel/query.ts';
import { html } from '../../markup/html.ts';
import { panel } from '../charts/frame.ts';
import { csvLink } from '../draw/facts.ts';
import { listPages, pageByTime, partText } from '../draw/list-pages.ts';
import { groupKey, isCut, stallGroupColumns, stallItem, watchWords } from '../draw/stall-tables.ts';
import { drawTable, sheetOf, sortRows } from '../draw/table.ts';
import { type StallGroup, stallGroups } from '../facts/stall-groups.ts';
import { stallsSentence } from '../sentences/stall-sentence.ts';
import { definePage } from './define-page.ts';

const MAX_SHOWN = 50;

interface StallPageFacts extends StallFacts {
  readonly groups: readonly StallGroup[];
}

/** What blocked the event loop, and who had to wait. */
export const stallsPage = definePage<StallPageFacts>({
  path: '/stalls',
  menu: 'process',
  parent: { path: '/process', label: 'Process' },
  fetch({ telemetry, range }) {
    const stalls = telemetry.stalls(range);
    return { ...stalls, groups: stallGroups(stalls.rows) };
  },
  title: () => 'Stalls',
  sentence: (facts, { range, now, links }) => stallsSentence(facts, range, now, links),
  draw(facts, view) {
    const { rows, groups } = facts;
    const columns = stallGroupColumns(view);
    const part = pageByTime(rows, view, ({ atMillis }) => atMillis, MAX_SHOWN);
    return html`${panel({
      title: 'By place',
      note: html`${watchWords(facts)}${isCut(facts, view) && `, the newest ${rows.length} held`}
      ${csvLink(view)}`,
      body: drawTable(sortRows(groups, columns, view.query['sort']), columns, {
        caption: 'Stalls by place',
        keyOf: groupKey,
        view,
        empty:
          'Nothing blocked the event loop in this range. While one function runs, no request is read or answered; such times are listed here with the function, its line, and the requests that waited.',
      }),
    })}${
      rows.length > 0 &&
      panel({
        title: 'Newest',
        note: partText(part.page),
        body: html`${part.rows.map((stall) => stallItem(stall, view))}${listPages(part.page, 'newest', view)}`,
      })
    }`;
  },
  sheet: ({ groups }, view) => sheetOf(groups, stallGroupColumns(view)),
});
