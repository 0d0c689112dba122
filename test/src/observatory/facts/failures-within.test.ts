import { describe, expect, it } from '@jest/globals';
import type { OperationRow } from '../../../../otel/query.ts';
import { failuresWithin } from '../../../../src/observatory/facts/failures-within.ts';

const row = (more: Partial<OperationRow>): OperationRow => ({
  traceId: 'a',
  spanId: 'b',
  name: 'GET /',
  type: 'http',
  series: 'GET /',
  startMillis: 1,
  durationMillis: 1,
  status: 'error',
  errorType: 'TypeError',
  errorMessage: 'no title',
  ...more,
});
const rendering = (more: Partial<OperationRow> = {}): OperationRow =>
  row({ type: 'render', name: 'render post', series: 'post', ...more });

describe('failuresWithin', () => {
  it.each<[what: string, request: Partial<OperationRow>, other: Partial<OperationRow>, isOne: boolean]>([
    ['the same exception', {}, {}, true],
    ['a status code instead of its type', { errorType: '500' }, {}, true],
    [
      'a status code alone',
      { errorType: '500', errorMessage: undefined },
      { errorMessage: undefined },
      false,
    ],
    ['another type', { errorType: 'RangeError' }, {}, false],
    ['another message', { errorMessage: 'no path' }, {}, false],
    ['another trace', { traceId: 'c' }, {}, false],
    ['the same place', { thrownAt: 'a b.ts:1' }, { thrownAt: 'a b.ts:1' }, true],
    ['another place', { thrownAt: 'a b.ts:1' }, { thrownAt: 'c d.ts:1' }, false],
    [
      'a statement whose message quotes a value',
      { errorType: 'SQLITE_ERROR', thrownAt: 'a b.ts:1' },
      { type: 'database', errorType: 'SQLITE_ERROR', errorMessage: undefined, thrownAt: 'a b.ts:1' },
      true,
    ],
    [
      'such a statement elsewhere',
      { errorType: 'SQLITE_ERROR' },
      { type: 'database', errorType: 'SQLITE_ERROR', errorMessage: undefined, thrownAt: 'a b.ts:1' },
      false,
    ],
  ])('of %s', (_, request, other, isOne) => {
    const { own, within } = failuresWithin([rendering(other), row(request)]);
    expect([own.length, [...within.values()].flat().length]).toEqual(isOne ? [1, 1] : [2, 0]);
  });

  it('gives a request the place that only the operation in it tells, and counts all of failed requests', () => {
    const other = rendering({ errorType: 'RangeError' });
    const alone = rendering({ traceId: 'c' });
    const { own, inRequests } = failuresWithin([row({}), rendering({ thrownAt: 'a b.ts:1' }), other, alone]);
    expect(own).toEqual([row({ thrownAt: 'a b.ts:1' }), other, alone]);
    expect(inRequests).toBe(2);
  });
});
