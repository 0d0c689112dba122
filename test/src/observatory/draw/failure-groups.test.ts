import { describe, expect, it } from '@jest/globals';
import type { OperationRow, TraceDetail } from '../../../../otel/query.ts';
import { groupFailures, withExceptions } from '../../../../src/observatory/draw/failure-groups.ts';
import { sketchTrace } from '../../../fixtures/trace-sketches.ts';

const ID = 'ab'.repeat(16);
const RANGE = { fromMillis: 0, toMillis: 100_000 };

function row(more: Partial<OperationRow> = {}): OperationRow {
  return {
    traceId: ID,
    spanId: `${ID.slice(0, 12)}0000`,
    name: 'GET /guestbook',
    type: 'http',
    series: 'GET /guestbook',
    startMillis: 5000,
    durationMillis: 3,
    status: 'error',
    errorType: '500',
    errorMessage: 'no signature',
    ...more,
  };
}

function failed(attributes: Record<string, string>): TraceDetail {
  return sketchTrace(ID, 5000, [
    {
      name: 'GET /guestbook',
      type: 'http',
      at: 0,
      millis: 3,
      error: '',
      events: [{ name: 'exception', at: 1, attributes }],
    },
  ]);
}

describe('groupFailures', () => {
  it('counts by type and place, most frequent first, with the newest as example', () => {
    const groups = groupFailures(
      [
        row({ startMillis: 1000 }),
        row({ startMillis: 9000, traceId: 'cd'.repeat(16), errorMessage: 'newest' }),
        row({ errorType: 'RangeError', startMillis: 20_000 }),
        row({ series: 'GET /other', startMillis: 30_000 }),
      ],
      RANGE,
    );
    expect(groups.map(({ errorType, series, count }) => [errorType, series, count])).toEqual([
      ['500', 'GET /guestbook', 2],
      ['500', 'GET /other', 1],
      ['RangeError', 'GET /guestbook', 1],
    ]);
    expect(groups[0]).toMatchObject({
      message: 'newest',
      firstMillis: 1000,
      lastMillis: 9000,
      traceId: 'cd'.repeat(16),
    });
    expect(groups[0]!.course.reduce((sum, each) => sum + each)).toBe(2);
  });

  it('is one row for a bug: by the place where it was thrown, whatever the route, the line and the numbers', () => {
    const thrown = (line: number, series: string, errorMessage: string): OperationRow =>
      row({
        errorType: 'RangeError',
        thrownAt: `read src/read.ts:${line}`,
        series,
        errorMessage,
        startMillis: line,
      });
    const groups = groupFailures(
      [
        thrown(7, 'GET /a', 'no post 7'),
        thrown(9, 'GET /b', 'no post 9'),
        row({ errorType: 'RangeError', thrownAt: 'write src/read.ts:9', series: 'GET /a' }),
      ],
      RANGE,
    );
    expect(groups).toHaveLength(2);
    expect(groups[0]).toMatchObject({
      count: 2,
      message: 'no post #',
      series: 'GET /b',
      otherSeries: 1,
      thrownAt: 'read src/read.ts:9',
      state: 'new',
    });
  });

  it('is one row for a function that another version named otherwise, if the same was thrown at the same line', () => {
    const thrown = (thrownAt: string, startMillis: number, errorMessage = 'no post 7'): OperationRow =>
      row({ errorType: 'RangeError', thrownAt, startMillis, errorMessage });
    const groups = groupFailures(
      [
        thrown('(anonymous) src/read.ts:9', 1000),
        thrown('callback of map() src/read.ts:9', 2000, 'no post 12'),
        thrown('callback of map() src/read.ts:11', 3000),
        thrown('other src/read.ts:9', 4000, 'no page'),
        thrown('callback of map() src/write.ts:9', 5000),
      ],
      RANGE,
      [thrown('fetch src/read.ts:9', 500)],
    );
    expect(groups.map(({ thrownAt, count }) => [thrownAt, count])).toEqual([
      ['callback of map() src/read.ts:11', 3],
      ['callback of map() src/write.ts:9', 1],
      ['other src/read.ts:9', 1],
    ]);
  });

  it('of a function that was renamed is not new', () => {
    const day = 86_400_000;
    const range = { fromMillis: 10 * day, toMillis: 10.1 * day };
    const at = (thrownAt: string, startMillis: number): OperationRow => row({ thrownAt, startMillis });
    const groups = groupFailures(
      [at('now src/read.ts:9', 10 * day)],
      range,
      [8.2, 9.1].map((days) => at('once src/read.ts:9', days * day)),
    );
    expect(groups.map(({ state }) => state)).toEqual([undefined]);
  });

  it('knows from earlier failures whether one is new', () => {
    const day = 86_400_000;
    const range = { fromMillis: 10 * day, toMillis: 10.1 * day };
    const stateAfter = (...earlier: readonly number[]) =>
      groupFailures(
        [row({ startMillis: 10 * day })],
        range,
        earlier.map((startMillis) => row({ startMillis })),
      )[0]!.state;
    expect(stateAfter()).toBe('new');
    expect(stateAfter(5 * day)).toBe('came back');
    expect(stateAfter(8.2 * day, 9.1 * day)).toBeUndefined();
  });
});

describe('withExceptions', () => {
  const [group] = groupFailures([row()], RANGE);
  const shown = (trace: TraceDetail) => withExceptions({ trace: () => trace }, [group!])[0]!;

  it('names what was thrown where the span has only a status code', () => {
    const thrown = failed({ 'exception.type': 'TypeError', 'exception.stacktrace': 'TypeError\n  at a' });
    expect(shown(thrown)).toEqual({ ...group, errorType: 'TypeError', stack: 'TypeError\n  at a' });
  });

  it('leaves a type that the span has, and a failure without an exception', () => {
    const named = { ...group!, errorType: 'SQLITE_BUSY' };
    const trace = failed({ 'exception.type': 'SqliteError' });
    expect(withExceptions({ trace: () => trace }, [named])).toEqual([named]);
    expect(shown(failed({}))).toEqual(group);
    expect(withExceptions({ trace: (traceId) => ({ traceId, reason: 'unknown' }) }, [group!])).toEqual([
      group,
    ]);
  });

  it('checks the first 20 groups only', () => {
    let asked = 0;
    const trace = (traceId: string) => {
      asked++;
      return { traceId, reason: 'unknown' as const };
    };
    withExceptions(
      { trace },
      Array.from({ length: 50 }, () => group!),
    );
    expect(asked).toBe(20);
  });
});
