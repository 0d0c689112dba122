import { describe, expect, it } from '@jest/globals';
import type { OperationFilter, OperationRow } from '../../../../otel/query.ts';
import { markedFailures } from '../../../../src/observatory/facts/marked-failures.ts';

const RANGE = { fromMillis: 0, toMillis: 6000 };
const MINUTES = [0, 1000, 2000, 3000, 4000, 5000];
const MAP = {
  bandEdgesMillis: [0, 1000],
  columns: MINUTES.map((startMillis) => ({ startMillis, widthMillis: 1000, counts: [200] })),
};
const failed = (startMillis: number): OperationRow => ({
  traceId: 'a'.repeat(32),
  spanId: 'b'.repeat(16),
  name: 'GET /',
  type: 'http',
  series: 'GET /',
  startMillis,
  durationMillis: 1,
  status: 'error',
  errorType: '500',
  errorMessage: undefined,
});
const marks = (everyMillis: number) => {
  const all = Array.from({ length: RANGE.toMillis / everyMillis }, (_, index) => failed(index * everyMillis));
  return markedFailures(
    {
      failures: ({ limit }: OperationFilter = {}) => ({
        rows: all.toReversed().slice(0, limit),
        total: all.length,
      }),
    },
    RANGE,
    MAP,
  );
};

describe('markedFailures', () => {
  it('marks the newest failure of each column, over all of the range', () => {
    const { rows, total, sinceMillis } = marks(20);
    expect(rows.map(({ startMillis }) => startMillis)).toEqual([5980, 4980, 3980, 2980, 1980, 980]);
    expect({ total, sinceMillis }).toEqual({ total: 300, sinceMillis: undefined });
  });

  it('says since when, if there are too many', () => {
    expect(marks(4)).toMatchObject({ total: 1500, sinceMillis: 4000 });
  });
});
