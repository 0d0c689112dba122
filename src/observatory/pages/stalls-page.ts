import type { MissingTrace, Stall, StallFacts } from '../../../otel/query.ts';
import { html, type Html } from '../../markup/html.ts';
import { panel } from '../charts/frame.ts';
import { csvLink } from '../draw/facts.ts';
import { pageAddress } from '../draw/page-address.ts';
import { listPages, NO_PLACE, pageByTime, partText } from '../draw/list-pages.ts';
import { MAX_SHOWN_DELAYED, turnItem } from '../draw/stall-items.ts';
import {
  groupKey,
  isCut,
  OWN_VIEWS,
  ownPart,
  stallGroupColumns,
  waitingTable,
  watchWords,
} from '../draw/stall-tables.ts';
import { drawTable, sheetOf, sortRows } from '../draw/table.ts';
import { type BlockedTurn, blockedTurns } from '../facts/blocked-turns.ts';
import { blogFirst, ownGroup, type StallGroup, stallGroups } from '../facts/stall-groups.ts';
import { type Waiting, whoWaited } from '../facts/stall-waits.ts';
import { stallsSentence } from '../sentences/stall-sentence.ts';
import type { PageView } from '../page.ts';
import { definePage } from './define-page.ts';

const MAX_SHOWN = 50;

/** Of the list, in the address: the others are newest first. */
const LONGEST = 'longest';

interface StallPageFacts extends StallFacts {
  readonly groups: readonly StallGroup[];
  /** The observatory's own pages together, which are in `groups`, too. */
  readonly own: StallGroup | undefined;
  /** Who had to wait, for all of them. */
  readonly waiting: Waiting;
  /** Of the traces that the page would link to, those that cannot be opened. */
  readonly missingTraces: readonly Pick<MissingTrace, 'traceId' | 'reason'>[];
}

/** What blocked the event loop, and who had to wait. */
export const stallsPage = definePage<StallPageFacts>({
  path: '/stalls',
  menu: 'process',
  parent: { path: '/process', label: 'Process' },
  fetch({ telemetry, range, query }) {
    const stalls = telemetry.stalls(range);
    const { rows } = stalls;
    const shown = listOf(rows, query).rows.flatMap(({ parts }) => parts);
    const missing = telemetry.missingTraces(shown.flatMap(linkedTraces));
    return {
      ...stalls,
      groups: stallGroups(rows),
      own: ownGroup(rows),
      waiting: whoWaited(rows),
      missingTraces: [...missing].map(([traceId, reason]) => ({ traceId, reason })),
    };
  },
  title: () => 'Stalls',
  sentence: (facts, { range, now, links }) => stallsSentence(facts, range, now, links),
  draw(facts, view) {
    const { rows, groups, own, waiting } = facts;
    const columns = stallGroupColumns(view);
    const hasEach = view.query[OWN_VIEWS.name] === OWN_VIEWS.each;
    const sorted = sortRows(groups, columns, view.query['sort']);
    const isLongest = view.query['order'] === LONGEST;
    const part = listOf(rows, view.query);
    const missing = new Map(facts.missingTraces.map(({ traceId, reason }) => [traceId, reason]));
    const first = isLongest ? LONGEST : 'newest';
    return html`${panel({
      title: 'By place',
      note: html`${hasEach && html`<a href="${pageAddress(view, { [OWN_VIEWS.name]: undefined })}">the observatory’s own pages as one row</a> · `}${view.query['sort'] === undefined && groups.length > 1 && 'by time in total · '}${watchWords(facts)}${isCut(facts, view) && `, the newest ${rows.length} held`}
      ${csvLink(view)}`,
      body: drawTable(hasEach ? sorted : blogFirst(sorted, own), columns, {
        caption: 'Stalls by place',
        keyOf: groupKey,
        ...(!hasEach && { partOf: ownPart }),
        view,
        empty:
          'Nothing blocked the event loop in this range. While one function runs, no request is read or answered; such times are listed here with the function, its line, and the requests that waited.',
      }),
    })}${
      waiting.routes.length > 0 &&
      panel({
        title: 'Who waited',
        note: html`delayed by stalls, not their
        cause${waiting.isAtMost && '; up to: those that came meanwhile may have waited less'}`,
        body: waitingTable(waiting.routes, view),
      })
    }${
      rows.length > 0 &&
      panel({
        title: isLongest ? 'Longest' : 'Newest',
        note: html`${partText(part.page)} ${orderLink(isLongest, view)}`,
        body: html`${part.rows.map((turn) => turnItem(turn, missing, view))}${listPages(part.page, first, view)}`,
      })
    }`;
  },
  sheet: ({ groups }, view) => sheetOf(groups, stallGroupColumns(view)),
});

/** Those in a row together, in the order that the address asks for. */
function listOf(
  stalls: readonly Stall[],
  query: PageView['query'],
): ReturnType<typeof pageByTime<BlockedTurn>> {
  const turns = blockedTurns(stalls);
  return query['order'] === LONGEST
    ? pageByTime(
        turns.toSorted((a, b) => b.millis - a.millis),
        { query },
        ({ millis }) => millis,
        MAX_SHOWN,
      )
    : pageByTime(turns.toReversed(), { query }, ({ ends }) => ends[1], MAX_SHOWN);
}

function linkedTraces({ holder, delayed }: Stall): readonly string[] {
  return [...(holder === undefined ? [] : [holder]), ...delayed.slice(0, MAX_SHOWN_DELAYED)].map(
    ({ traceId }) => traceId,
  );
}

function orderLink(isLongest: boolean, view: PageView): Html {
  const order = isLongest ? undefined : LONGEST;
  return html`<a class="quiet-link" href="${pageAddress(view, { ...NO_PLACE, order })}"
    >${isLongest ? 'newest' : LONGEST} first</a
  >`;
}
