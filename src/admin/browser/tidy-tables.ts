import { replaceWith, unwrap } from './replaced-elements.ts';

/** What lays out a page, or has paragraphs in its cells, is no table of Markdown. */
export function tidyTables(body: HTMLElement): void {
  // The innermost first.
  for (const table of [...body.querySelectorAll('table')].toReversed()) {
    for (const caption of table.querySelectorAll('caption')) table.before(replaceWith(caption, 'p'));
    const rows = [...table.querySelectorAll('tr')];
    for (const row of rows)
      if (row.textContent.trim() === '' && row.querySelector('img') === null) row.remove();
    const isData =
      rows.some((row) => row.cells.length > 1) &&
      table.querySelector('table, ul, ol, pre, blockquote, hr, h1, h2, h3, h4, h5, h6') === null;
    if (isData) {
      for (const row of rows) fillBelow(row);
      table.dataset['columns'] = String(Math.max(...rows.map(columnsOf)));
      continue;
    }
    for (const cell of table.querySelectorAll('th, td')) replaceWith(cell, 'div');
    for (const part of table.querySelectorAll('colgroup, thead, tbody, tfoot, tr')) unwrap(part);
    unwrap(table);
  }
}

/** A hostile one would span millions. */
const MAX_COLUMNS = 50;

export function columnsOfCell(cell: HTMLTableCellElement): number {
  return Math.min(cell.colSpan, MAX_COLUMNS);
}

export function columnsOf(row: HTMLTableRowElement): number {
  return [...row.cells].reduce((sum, cell) => sum + columnsOfCell(cell), 0);
}

/** Markdown has no cell of several rows: the rows below get empty ones in its place. */
function fillBelow(row: HTMLTableRowElement): void {
  let column = 0;
  for (const cell of row.cells) {
    const columns = columnsOfCell(cell);
    const below = row.nextElementSibling;
    if (cell.rowSpan > 1 && below instanceof HTMLTableRowElement && columnsOf(below) < MAX_COLUMNS) {
      const empty = row.ownerDocument.createElement('td');
      empty.colSpan = columns;
      empty.rowSpan = cell.rowSpan - 1;
      below.insertBefore(empty, cellAt(below, column));
    }
    column += columns;
  }
}

/** The first cell at or behind a column. */
function cellAt(row: HTMLTableRowElement, column: number): HTMLTableCellElement | null {
  let before = 0;
  for (const cell of row.cells) {
    if (before >= column) return cell;
    before += columnsOfCell(cell);
  }
  return null;
}

type Side = 'left' | 'center' | 'right';

/** How the cells of each column are aligned: most of those below the head, as many a head is centred; without any, the head. */
export function sidesOf(table: HTMLTableElement, columns: number): readonly (Side | undefined)[] {
  const [head, ...rows] = table.rows;
  const counts = Array.from({ length: columns }, () => new Map<Side | undefined, number>());
  for (const row of rows.length > 0 ? rows : head === undefined ? [] : [head]) {
    let column = 0;
    for (const cell of row.cells) {
      const side = sideOf(cell);
      if (cell.colSpan === 1 && cell.textContent.trim() !== '')
        counts[column]?.set(side, (counts[column]?.get(side) ?? 0) + 1);
      column += columnsOfCell(cell);
    }
  }
  return counts.map((each) => [...each].toSorted(([, one], [, other]) => other - one)[0]?.[0]);
}

/** Word, LibreOffice and Google Docs align the paragraph in a cell, web pages the cell, old ones its row. */
function sideOf(cell: HTMLTableCellElement): Side | undefined {
  const inner = cell.querySelector('p, div, center');
  for (const element of [inner, cell, cell.parentElement]) {
    const style = element?.getAttribute('data-style') ?? '';
    const written =
      element?.tagName === 'CENTER'
        ? 'center'
        : (/(?:^|[;\s])text-align\s*:\s*([a-z]+)/i.exec(style)?.[1] ?? element?.getAttribute('align'));
    const side = written?.toLowerCase();
    if (side === 'left' || side === 'center' || side === 'right') return side;
    if (side === 'end') return 'right';
  }
  return undefined;
}
