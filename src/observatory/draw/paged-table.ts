import { html, type Html } from '../../markup/html.ts';
import { countText } from '../../markup/quantity.ts';
import type { PageView } from '../page.ts';
import { NO_PLACE } from './list-pages.ts';
import { pageAddress } from './page-address.ts';
import { type Column, sortedBy, sortRows } from './table.ts';
import { hiddenFields } from './page-frame.ts';

/** Rows of a table that are shown at once: some 180 KB of HTML. */
export const PAGE_ROWS = 100;
/** Shorter tables have no search. */
const MIN_SEARCHED = 20;
const MAX_FIND_CHARS = 200;

/** A table's rows that are shown, what they are of, and its search and pages. */
export interface TablePage<Row> {
  readonly rows: readonly Row[];
  /** `101 to 200 of 500`; undefined if all are shown. */
  readonly note: string | undefined;
  readonly search: Html | null;
  readonly pages: Html | null;
}

/** Rows that contain every word of `?find=`, ignoring case; all without it. For files, too. */
export function foundRows<Row>(
  rows: readonly Row[],
  { query }: Pick<PageView, 'query'>,
  textOf: (row: Row) => string,
): readonly Row[] {
  const words = findOf(query).toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return rows;
  return rows.filter((row) => {
    const text = textOf(row).toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

/** The part of `?part=` of the rows that `?find=` finds. @param pageRows Fewer, where rows are high. */
export function tablePage<Row>(
  sorted: readonly Row[],
  view: PageView,
  textOf: (row: Row) => string,
  pageRows = PAGE_ROWS,
): TablePage<Row> {
  const found = foundRows(sorted, view, textOf);
  const pages = Math.max(1, Math.ceil(found.length / pageRows));
  const page = Math.min(Math.max(1, Math.floor(Number(view.query['part'])) || 1), pages);
  const from = (page - 1) * pageRows;
  const rows = found.slice(from, from + pageRows);
  const isPart = rows.length < sorted.length;
  return {
    rows,
    note: isPart
      ? `${rows.length === 0 ? 'none' : `${countText(from + 1)} to ${countText(from + rows.length)}`} of ${countText(found.length)}${found.length < sorted.length ? ` found in ${countText(sorted.length)}` : ''}`
      : undefined,
    search: tableSearch(sorted, view),
    pages: pages > 1 ? pageLinks(page, pages, view) : null,
  };
}

/** The search of a table; nothing of a short one. */
export function tableSearch(rows: readonly unknown[], view: PageView): Html | null {
  return rows.length > MIN_SEARCHED || findOf(view.query) !== '' ? searchOf(view) : null;
}

/** The row that is shown first, if `?sort=` asks for an order, and by what. */
export function firstShown<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  { query }: Pick<PageView, 'query'>,
  textOf: (row: Row) => string,
): { readonly row: Row; readonly by: string } | undefined {
  const by = sortedBy(columns, query['sort'])?.label;
  const [row] = foundRows(sortRows(rows, columns, query['sort']), { query }, textOf);
  return by === undefined || row === undefined ? undefined : { row, by };
}

function findOf(query: PageView['query']): string {
  return (query['find'] ?? '').trim().slice(0, MAX_FIND_CHARS);
}

function searchOf(view: PageView): Html {
  const { links, path, query } = view;
  return html`<form
    class="filter"
    method="get"
    action="${links.base}${path}"
    role="search"
    aria-label="Find in this table"
  >
    ${hiddenFields(query, ['find', 'part', ...Object.keys(NO_PLACE)])}
    <label
      >find in this table
      <input
        type="text"
        name="find"
        value="${findOf(query)}"
        autocomplete="off"
        maxlength="${MAX_FIND_CHARS}"
    /></label>
    <span class="buttons"
      ><button type="submit">Find</button
      >${findOf(query) !== '' && html` <a class="quiet-link" href="${pageAddress(view, { ...NO_PLACE, find: undefined, part: undefined })}">show all</a>`}</span
    >
  </form>`;
}

function pageLinks(page: number, pages: number, view: PageView): Html {
  const link = (to: number, words: string, rel: string): Html =>
    html`<a rel="${rel}" href="${pageAddress(view, { format: undefined, part: to === 1 ? undefined : to })}"
      >${words}</a
    >`;
  return html`<nav class="table-pages" aria-label="Pages of the table">
    ${page > 1 && link(page - 1, 'previous', 'prev')} page ${page} of ${pages}
    ${page < pages && link(page + 1, 'next', 'next')}
  </nav>`;
}
