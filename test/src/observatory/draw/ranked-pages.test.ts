import { describe, expect, it } from '@jest/globals';
import { pageByRank } from '../../../../src/observatory/draw/ranked-pages.ts';
import type { Column } from '../../../../src/observatory/draw/table.ts';

interface Row {
  readonly id: string;
  readonly millis: number;
  readonly status?: string;
}
type Query = Readonly<Record<string, string | undefined>>;

const COLUMNS: readonly Column<Row>[] = [
  { label: 'status', key: 'status', value: ({ status }) => status, cell: () => '' },
  { label: 'ms', key: 'ms', value: ({ millis }) => millis, cell: () => '' },
];
const page = (rows: readonly Row[], query: Query, size = 10) =>
  pageByRank(rows, { query }, { valueOf: ({ millis }) => millis, idOf: ({ id }) => id, size }, COLUMNS);
/** Thirty-seven rows, some of one length, all of one of two statuses. */
const ROWS = Array.from({ length: 37 }, (_, index): Row => ({
  id: `r${String((index * 7) % 37).padStart(2, '0')}`,
  millis: Math.floor(index / 3) / 8,
  status: index % 2 === 0 ? '200' : '500',
}));

/** From the first page to the last one. @param meanwhile What the rows are at each page. */
function walk(query: Query, meanwhile: (page: number) => readonly Row[] = () => ROWS): readonly string[] {
  const seen: string[] = [];
  for (let number = 0, below: string | undefined; number < 10; number++) {
    const { rows, page: facts } = page(meanwhile(number), { ...query, below });
    seen.push(...rows.map(({ id }) => id));
    below = facts.next;
    if (below === undefined) break;
  }
  return seen;
}

describe('pages of a list in order of a value', () => {
  it.each<[string, Query]>([
    ['its own order', {}],
    ['a column of few values', { sort: 'status' }],
    ['that column reversed', { sort: '-status' }],
    ['a column of numbers, the smallest first', { sort: '-ms' }],
    ['an unknown column', { sort: 'colour' }],
  ])('have each row once, in %s', (_, query) => {
    const seen = walk(query);
    expect(seen).toHaveLength(ROWS.length);
    expect(new Set(seen)).toEqual(new Set(ROWS.map(({ id }) => id)));
    expect(page(ROWS, query).page).toMatchObject({ shown: 10, ahead: 0, total: 37 });
  });

  it('are in the order asked for, the largest first without one', () => {
    const millisOf = new Map(ROWS.map(({ id, millis }) => [id, millis]));
    const lengths = (query: Query) => walk(query).map((id) => millisOf.get(id)!);
    expect(lengths({})).toEqual(lengths({}).toSorted((a, b) => b - a));
    expect(lengths({ sort: '-ms' })).toEqual(lengths({}).toReversed());
  });

  it('show no row twice and leave none out when others come before them meanwhile', () => {
    const more = (number: number) => [
      ...Array.from({ length: number * 4 }, (_, index): Row => ({ id: `n${index}`, millis: 100 + index })),
      ...ROWS,
    ];
    expect(walk({}, more)).toEqual(walk({}));
  });

  it('go back as they came, and to the first from what is none', () => {
    const second = page(ROWS, { below: page(ROWS, {}).page.next });
    const third = page(ROWS, { below: second.page.next });
    expect(page(ROWS, { above: third.page.previous }).rows).toEqual(second.rows);
    expect(second.page.previous).toBeUndefined();
    for (const below of ['', 'x', '[1]', '{"a":1}', '[null,"a"]', '[1,2]'])
      expect(page(ROWS, { below }).rows).toEqual(page(ROWS, {}).rows);
  });

  it('are empty below the last place', () => {
    expect(page(ROWS, { below: '[-1,"z"]' })).toMatchObject({ rows: [], page: { shown: 0, ahead: 37 } });
  });
});
