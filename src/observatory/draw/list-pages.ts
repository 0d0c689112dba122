import { html, type Html } from '../../markup/html.ts';
import { countText } from '../../markup/quantity.ts';
import type { PageView } from '../page.ts';
import { pageAddress } from './page-address.ts';

/** Where a page of a list begins, in its address: below a row, or above one. Any other list begins anew. */
export const NO_PLACE = { below: undefined, above: undefined, format: undefined } as const;

/** A page of a list that goes on while it is read. */
export interface ListPage {
  readonly shown: number;
  /** Rows before those. */
  readonly ahead: number;
  readonly total: number;
  /** Of the last page: undefined. */
  readonly next?: string | undefined;
  /** Of the second page and the first one: undefined. */
  readonly previous?: string | undefined;
}

/** `101 to 169 of 169`; undefined if all are shown. */
export function partText({ shown, ahead, total }: ListPage): string | undefined {
  if (shown >= total) return undefined;
  return `${shown === 0 ? 'none' : `${countText(ahead + 1)} to ${countText(ahead + shown)}`} of ${countText(total)}`;
}

/** @param first What the first page has, such as `newest`. */
export function listPages(
  page: ListPage,
  first: string,
  view: Pick<PageView, 'links' | 'path' | 'query'>,
): Html | null {
  const { ahead, next, previous } = page;
  if (ahead === 0 && next === undefined) return null;
  const to = (place: object, words: string, rel?: string): Html =>
    html`<a ${rel !== undefined && html` rel="${rel}"`} href="${pageAddress(view, { ...NO_PLACE, ...place })}"
      >${words}</a
    >`;
  return html`<nav class="table-pages" aria-label="Pages of the list">
    ${ahead > 0 && to({}, first)} ${previous !== undefined && to({ above: previous }, 'previous', 'prev')}
    <span>${partText(page)}</span> ${next !== undefined && to({ below: next }, 'next', 'next')}
  </nav>`;
}

/** The rows of a page in order of time, newest first: what comes meanwhile moves none to another page. Rows of one time stay together. */
export function pageByTime<Row>(
  rows: readonly Row[],
  { query }: Pick<PageView, 'query'>,
  timeOf: (row: Row) => number,
  size: number,
): { readonly rows: readonly Row[]; readonly page: ListPage } {
  const times = rows.map(timeOf);
  const [below, above] = [query['below'], query['above']].map((text) => Number(text || NaN));
  const from = Number.isFinite(below)
    ? times.filter((at) => at >= below!).length
    : Number.isFinite(above)
      ? Math.max(0, times.filter((at) => at > above!).length - size)
      : 0;
  const last = times[Math.min(from + size, rows.length) - 1];
  const to = last === undefined ? from : times.lastIndexOf(last) + 1;
  return {
    rows: rows.slice(from, to),
    page: {
      shown: Math.max(0, to - from),
      ahead: from,
      total: rows.length,
      next: to < rows.length && to > from ? String(last) : undefined,
      previous: from > size && to > from ? String(times[from]) : undefined,
    },
  };
}
