import { html, type Html } from '../../markup/html.ts';
import { countText } from '../../markup/quantity.ts';
import type { PageView } from '../page.ts';
import { pageAddress } from './page-address.ts';

/** Rows of a list that stands beside others. */
const FIRST_ROWS = 10;

/** Lists of a page that can be shown whole; each is bounded where it is counted. */
export type ListName = 'clients' | 'addresses' | 'referrers' | 'browsers' | 'bots' | 'scanners';

/** How many rows of a list are shown: all of the one that `?all=` names. */
export function rowsShown(list: ListName, rows: number, { query }: Pick<PageView, 'query'>): number {
  return query['all'] === list ? rows : Math.min(rows, FIRST_ROWS);
}

/** Where a list is on its page. */
export function listPlace(list: ListName): string {
  return `list-${list}`;
}

/** To all of a list, or back to its first rows; nothing of a short one. */
export function wholeListLink(list: ListName, rows: number, view: PageView): Html | null {
  if (rows <= FIRST_ROWS) return null;
  const isWhole = view.query['all'] === list;
  const href = pageAddress(view, { format: undefined, all: isWhole ? undefined : list });
  return html`<nav class="table-pages" aria-label="Length of the list">
    <a href="${href}#${listPlace(list)}"
      >${isWhole ? `the first ${countText(FIRST_ROWS)}` : `show all ${countText(rows)}`}</a
    >
  </nav>`;
}
