import { describe, expect, it } from '@jest/globals';
import { slowGroups, type WaitedRow } from '../../../../src/observatory/facts/slow-groups.ts';

function row(series: string, durationMillis: number, more: Partial<WaitedRow> = {}): WaitedRow {
  return {
    traceId: `${series} ${durationMillis}`,
    spanId: '1',
    name: series,
    type: 'http',
    series,
    startMillis: durationMillis,
    durationMillis,
    status: 'unset',
    errorType: undefined,
    errorMessage: undefined,
    waitedMillis: 0,
    ...more,
  };
}

describe('slowGroups', () => {
  it('has every operation in one group, with the worst of each and shares of its type', () => {
    const rows = [
      row('GET /a', 1000),
      row('GET /b', 2000),
      row('GET /a', 3000, { path: '/a', query: 'x=1', waitedMillis: 2900 }),
      row('SELECT a', 500, { type: 'database' }),
    ];
    const groups = slowGroups(rows);
    expect(groups.map(({ series, count, share }) => [series, count, share])).toEqual([
      ['GET /a', 2, 4000 / 6000],
      ['GET /b', 1, 2000 / 6000],
      ['SELECT a', 1, 1],
    ]);
    expect(groups[0]).toMatchObject({
      durationMillis: 3000,
      waitedMillis: 2900,
      lastMillis: 3000,
      worst: { query: 'x=1' },
    });
    expect(groups.reduce((sum, { count }) => sum + count, 0)).toBe(rows.length);
    expect(slowGroups([])).toEqual([]);
  });
});
