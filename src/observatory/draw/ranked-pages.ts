import type { PageView } from '../page.ts';
import type { ListPage } from './list-pages.ts';
import { type Column, sortedBy } from './table.ts';

/** What a row stands at, and which of those that stand there it is. */
type Place = readonly [value: number | string, id: string];

export interface Ranking<Row> {
  /** What rows are in order of, the largest first, unless `?sort=` names a column. */
  valueOf(row: Row): number;
  /** Tells rows of one value apart; stays the same. */
  idOf(row: Row): string;
  readonly size: number;
}

/**
 * A page of rows in order, from a place in that order on: it is the same whatever rows come or go meanwhile, and one that moved is neither a reason to
 * show others twice nor to leave them out.
 */
export function pageByRank<Row>(
  rows: readonly Row[],
  { query }: Pick<PageView, 'query'>,
  { valueOf, idOf, size }: Ranking<Row>,
  columns: readonly Column<Row>[] = [],
): { readonly rows: readonly Row[]; readonly page: ListPage } {
  const column = sortedBy(columns, query['sort']);
  const turn = column !== undefined && query['sort']?.startsWith('-') === true ? -1 : 1;
  const order = (a: Place, b: Place): number => turn * byValue(a[0], b[0]) || compare(a[1], b[1]);
  const placed = rows
    .map((row) => ({
      row,
      place: [column?.value?.(row) ?? (column ? '' : valueOf(row)), idOf(row)] as const,
    }))
    .toSorted((a, b) => order(a.place, b.place));
  const [below, above] = [readPlace(query['below']), readPlace(query['above'])];
  const until = (place: Place): number => placed.filter((each) => order(each.place, place) <= 0).length;
  const before = (place: Place): number => placed.filter((each) => order(each.place, place) < 0).length;
  const from = below ? until(below) : above ? Math.max(0, before(above) - size) : 0;
  const shown = placed.slice(from, from + size);
  const [first, last] = [shown[0], shown.at(-1)];
  return {
    rows: shown.map(({ row }) => row),
    page: {
      shown: shown.length,
      ahead: from,
      total: placed.length,
      next: last !== undefined && from + size < placed.length ? placeText(last.place) : undefined,
      previous: first !== undefined && from > size ? placeText(first.place) : undefined,
    },
  };
}

/** As tables are sorted: the largest number first, texts from a to z. */
function byValue(a: Place[0], b: Place[0]): number {
  return typeof a === 'number' || typeof b === 'number'
    ? (Number(b) || 0) - (Number(a) || 0)
    : a.localeCompare(b, 'en') || compare(a, b);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

function placeText(place: Place): string {
  return JSON.stringify(place);
}

/** Undefined if it is none. */
function readPlace(text = ''): Place | undefined {
  const parts: unknown = parsed(text);
  if (!Array.isArray(parts)) return undefined;
  const [value, id]: readonly unknown[] = parts;
  const isValue = typeof value === 'number' || typeof value === 'string';
  return isValue && typeof id === 'string' ? [value, id] : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
