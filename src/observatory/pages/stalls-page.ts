import type { StallFacts } from '../../../otel/query.ts';
import { html, type Html } from '../../markup/html.ts';
import { panel } from '../charts/frame.ts';
import { csvLink } from '../draw/facts.ts';
import { pageAddress } from '../draw/page-address.ts';
import { listPages, NO_PLACE, pageByTime, partText } from '../draw/list-pages.ts';
import {
  groupKey,
  isCut,
  OWN_VIEWS,
  ownPart,
  stallGroupColumns,
  stallItem,
  watchWords,
} from '../draw/stall-tables.ts';
import { drawTable, sheetOf, sortRows } from '../draw/table.ts';
import { blogFirst, type StallGroup, stallGroups } from '../facts/stall-groups.ts';
import { stallsSentence } from '../sentences/stall-sentence.ts';
import type { PageView } from '../page.ts';
import { definePage } from './define-page.ts';

const MAX_SHOWN = 50;

/** Of the list, in the address: the others are newest first. */
const LONGEST = 'longest';

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
    const hasEach = view.query[OWN_VIEWS.name] === OWN_VIEWS.each;
    const sorted = sortRows(groups, columns, view.query['sort']);
    const isLongest = view.query['order'] === LONGEST;
    const part = isLongest
      ? pageByTime(
          rows.toSorted((a, b) => b.durationMillis - a.durationMillis),
          view,
          ({ durationMillis }) => durationMillis,
          MAX_SHOWN,
        )
      : pageByTime(rows, view, ({ atMillis }) => atMillis, MAX_SHOWN);
    const first = isLongest ? LONGEST : 'newest';
    return html`${panel({
      title: 'By place',
      note: html`${hasEach && html`<a href="${pageAddress(view, { [OWN_VIEWS.name]: undefined })}">the observatory’s own pages as one row</a> · `}${view.query['sort'] === undefined && groups.length > 1 && 'by time in total · '}${watchWords(facts)}${isCut(facts, view) && `, the newest ${rows.length} held`}
      ${csvLink(view)}`,
      body: drawTable(hasEach ? sorted : blogFirst(sorted), columns, {
        caption: 'Stalls by place',
        keyOf: groupKey,
        ...(!hasEach && { partOf: ownPart }),
        view,
        empty:
          'Nothing blocked the event loop in this range. While one function runs, no request is read or answered; such times are listed here with the function, its line, and the requests that waited.',
      }),
    })}${
      rows.length > 0 &&
      panel({
        title: isLongest ? 'Longest' : 'Newest',
        note: html`${partText(part.page)} ${orderLink(isLongest, view)}`,
        body: html`${part.rows.map((stall) => stallItem(stall, view))}${listPages(part.page, first, view)}`,
      })
    }`;
  },
  sheet: ({ groups }, view) => sheetOf(groups, stallGroupColumns(view)),
});

function orderLink(isLongest: boolean, view: PageView): Html {
  const order = isLongest ? undefined : LONGEST;
  return html`<a class="quiet-link" href="${pageAddress(view, { ...NO_PLACE, order })}"
    >${isLongest ? 'newest' : LONGEST} first</a
  >`;
}
