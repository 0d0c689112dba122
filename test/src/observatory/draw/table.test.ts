import { describe, expect, it } from '@jest/globals';
import { csvText, sheetOf, sortRows, type Column } from '../../../../src/observatory/draw/table.ts';

interface Row {
  readonly name: string;
  readonly count: number | undefined;
}
const ROWS: readonly Row[] = [
  { name: 'b', count: 2 },
  { name: 'a', count: 30 },
  { name: 'c', count: undefined },
];
const COLUMNS: readonly Column<Row>[] = [
  { label: 'name', key: 'name', value: (row) => row.name, cell: (row) => row.name },
  { label: 'count', key: 'count', align: 'number', value: (row) => row.count, cell: (row) => row.count },
  { label: 'course', cell: () => 'picture' },
];
const names = (sort: string | undefined): string =>
  sortRows(ROWS, COLUMNS, sort)
    .map((row) => row.name)
    .join('');

describe('sortRows', () => {
  it.each([
    ['count', 'abc'],
    ['-count', 'cba'],
    ['name', 'abc'],
    ['-name', 'cba'],
    ['course', 'bac'],
    ['__proto__', 'bac'],
    [undefined, 'bac'],
  ])('by %p', (sort, expected) => expect(names(sort)).toBe(expected));
});

describe('csvText', () => {
  it('quotes what has commas, quotes or lines, and leaves out what has no value', () => {
    expect(
      csvText({
        columns: ['a', 'b'],
        rows: [
          ['x,y', 'say "hi"'],
          ['two\nlines', undefined],
        ],
      }),
    ).toBe('a,b\r\n"x,y","say ""hi"""\r\n"two\nlines",\r\n');
  });

  it.each(['=1+1', '+1', '-1', '@x', '\tx'])('disarms %p', (value) =>
    expect(csvText({ columns: ['a'], rows: [[value]] })).toBe(`a\r\n'${value}\r\n`),
  );

  it('keeps negative numbers numbers', () =>
    expect(csvText({ columns: ['a'], rows: [[-1]] })).toBe('a\r\n-1\r\n'));

  it('has the columns that have values', () =>
    expect(sheetOf(ROWS, COLUMNS)).toEqual({
      columns: ['name', 'count'],
      rows: [
        ['b', 2],
        ['a', 30],
        ['c', undefined],
      ],
    }));
});
