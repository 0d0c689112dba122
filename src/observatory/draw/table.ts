import { html, type Html, type HtmlValue } from '../../markup/html.ts';
import type { PageView, Sheet } from '../page.ts';
import { NO_PLACE } from './list-pages.ts';
import { pageAddress } from './page-address.ts';

/** A column: how its cells are shown, sorted and exported. */
export interface Column<Row> {
  readonly label: string;
  /** Name in the address (`?sort=`) and in CSV; a column without one cannot be sorted. */
  readonly key?: string;
  /** The value for sorting and export; numbers sort largest first. */
  value?(row: Row): number | string | undefined;
  /** The value for export, if another than for sorting: times in ISO 8601. */
  file?(row: Row): string | undefined;
  cell(row: Row): HtmlValue;
  readonly align?: 'number' | 'text';
  /** Hidden if the table is narrower; `narrow`, if it is not. */
  readonly room?: 'narrow' | 'mid' | 'wide' | undefined;
}

function cssOf<Row>({ align, room }: Column<Row>): string {
  return [align === 'number' ? 'number' : '', room === undefined ? '' : `room-${room}`]
    .filter((name) => name !== '')
    .join(' ');
}

export interface TableOptions<Row> {
  readonly caption: string;
  /** Stable across updates, so that a live update keeps rows in place. */
  keyOf(row: Row): string;
  /** The heading of the part that a row is in; undefined for rows above all parts. Rows of one part follow each other. */
  partOf?(row: Row): string | undefined;
  /** Shown if there are no rows. */
  readonly empty: HtmlValue;
  readonly view: PageView;
  /** Without sort links. */
  readonly still?: boolean;
  /** On a phone the first column has the whole width, and the others stand below it: for names that would wrap over many lines. */
  readonly stacked?: boolean;
}

/** The column that `?sort=` names (`-name` reverses); undefined if there is none. */
export function sortedBy<Row>(
  columns: readonly Column<Row>[],
  sort: string | undefined,
): Column<Row> | undefined {
  const key = sort?.replace(/^-/, '');
  return columns.find((each) => each.key !== undefined && each.key === key && each.value !== undefined);
}

/** Sorts rows by `?sort=`; an unknown column keeps the order. */
export function sortRows<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  sort: string | undefined,
): readonly Row[] {
  const column = sortedBy(columns, sort);
  if (column?.value === undefined) return rows;
  const direction = sort?.startsWith('-') === true ? -1 : 1;
  return [...rows].sort((a, b) => {
    const [left, right] = [column.value!(a), column.value!(b)];
    if (typeof left === 'number' || typeof right === 'number')
      return direction * ((Number(right) || 0) - (Number(left) || 0));
    return direction * String(left ?? '').localeCompare(String(right ?? ''), 'en');
  });
}

export function drawTable<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  options: TableOptions<Row>,
): Html {
  if (rows.length === 0) return html`<p class="quiet">${options.empty}</p>`;
  return html`<div class="scroll" tabindex="0" role="group" aria-label="${options.caption}">
    <table class="rows${options.stacked === true && ' stacked'}">
      <caption class="visually-hidden">
        ${options.caption}
      </caption>
      <thead>
        <tr>
          ${columns.map((column) => heading(column, options))}
        </tr>
      </thead>
      ${partsOf(rows, options).map(
        ([part, own]) =>
          html`<tbody>
            ${
              part !== undefined &&
              html`<tr class="part">
                <th scope="rowgroup" colspan="${columns.length}">${part}</th>
              </tr>`
            }
            ${own.map(
              (row) =>
                html`<tr data-key="${options.keyOf(row)}">
                  ${columns.map((column, index) => cell(column, row, index))}
                </tr>`,
            )}
          </tbody>`,
      )}
    </table>
  </div>`;
}

function partsOf<Row>(
  rows: readonly Row[],
  { partOf }: Pick<TableOptions<Row>, 'partOf'>,
): readonly (readonly [heading: string | undefined, rows: readonly Row[]])[] {
  return partOf === undefined ? [[undefined, rows]] : [...Map.groupBy(rows, partOf)];
}

function cell<Row>(column: Column<Row>, row: Row, index: number): Html {
  const content = column.cell(row);
  if (index === 0) return html`<th scope="row">${content}</th>`;
  const css = cssOf(column);
  return css === '' ? html`<td>${content}</td>` : html`<td class="${css}">${content}</td>`;
}

function heading<Row>(column: Column<Row>, { view, still = false }: TableOptions<Row>): Html {
  const css = cssOf(column);
  if (still || column.key === undefined || column.value === undefined)
    return html`<th scope="col" class="${css}">${column.label}</th>`;
  const sort = view.query['sort'];
  const lit = sort === column.key || sort === `-${column.key}`;
  const next = sort === column.key ? `-${column.key}` : column.key;
  const state = lit
    ? html` aria-sort="${(sort === column.key) === (column.align === 'number') ? 'descending' : 'ascending'}"`
    : null;
  return html`<th scope="col" class="${css}" ${state}>
    <a href="${pageAddress(view, { ...NO_PLACE, part: undefined, sort: next })}"
      >${column.label}${lit && html`<span aria-hidden="true">${(sort === column.key) === (column.align === 'number') ? ' ↓' : ' ↑'}</span>`}</a
    >
  </th>`;
}

/** Rows for `?format=csv`. */
export function sheetOf<Row>(rows: readonly Row[], columns: readonly Column<Row>[]): Sheet {
  const named = columns.filter((column) => column.key !== undefined && column.value !== undefined);
  return {
    columns: named.map((column) => column.key!),
    rows: rows.map((row) => named.map((column) => (column.file ?? column.value)!(row))),
  };
}

// No library: CSV has one rule of quoting, and packages leave formulas in cells unless told otherwise.
/** RFC 4180; cells that a spreadsheet would run as a formula are escaped. */
export function csvText({ columns, rows }: Sheet): string {
  const cellText = (value: string | number | undefined): string => {
    if (value === undefined) return '';
    if (typeof value === 'number') return String(value);
    const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
    return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  return [columns, ...rows].map((row) => `${row.map(cellText).join(',')}\r\n`).join('');
}
