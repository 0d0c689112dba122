import { describe, expect, it } from '@jest/globals';
import { failedOperations, operationList, slowOperations } from '../../../otel/store/operation-rows.ts';
import type { FoundOperation } from '../../../otel/store/operation-rows.ts';
import { TraceRecord } from '../../../otel/store/trace-record.ts';
import { spanRecord, START_MILLIS, traceIdOf, WHOLE } from './kept-span-fixture.ts';
import type { SpanSketch } from './kept-span-fixture.ts';

const rowsOf = (found: readonly FoundOperation[], limit = 100) =>
  operationList(found, found.length, limit).rows;
const THRESHOLDS = { http: 1, database: 1, render: 0.25 };

function traces(...sketches: readonly SpanSketch[]): TraceRecord[] {
  return sketches.map((sketch, i) => {
    const trace = new TraceRecord(traceIdOf(i + 1));
    trace.append([spanRecord(sketch)], WHOLE);
    return trace;
  });
}

describe('slowOperations', () => {
  it('lists what was kept for being slow, slowest first', () => {
    const slow = slowOperations(
      traces(
        { name: 'slow', reason: 'slow', durationMillis: 1500 },
        { name: 'slowest', reason: 'slow', durationMillis: 3000 },
        { name: 'its ancestor', reason: 'ancestor', durationMillis: 5000 },
        { name: 'ordinary', durationMillis: 5 },
      ),
      THRESHOLDS,
    );
    const rows = rowsOf(slow);
    expect(rows.map((row) => row.name)).toEqual(['slowest', 'slow']);
    expect(rows[0]).toMatchObject({
      traceId: traceIdOf(2),
      type: 'http',
      durationMillis: 3000,
      status: 'unset',
    });
  });

  it.each<[string, SpanSketch, boolean]>([
    ['failed and at the threshold', { reason: 'error', failed: true, durationMillis: 1000 }, true],
    ['failed below it', { reason: 'error', failed: true, durationMillis: 999 }, false],
    ['late and slow', { reason: 'late', type: 'render', durationMillis: 250 }, true],
    [
      'failed, a download with a quick first byte',
      { reason: 'error', durationMillis: 60_000, attributes: { 'operation.time_to_first_byte': 0.01 } },
      false,
    ],
    [
      'failed, a slow first byte',
      { reason: 'error', durationMillis: 60_000, attributes: { 'operation.time_to_first_byte': 1.2 } },
      true,
    ],
    ['of no type with a threshold', { reason: 'error', type: 'other', durationMillis: 60_000 }, false],
  ])('includes what was %s: %#', (_name, sketch, expected) => {
    expect(slowOperations(traces(sketch), THRESHOLDS)).toHaveLength(expected ? 1 : 0);
  });

  it('filters by the end of the operation, and stops at the limit', () => {
    const found = traces(
      { reason: 'slow', startMillis: START_MILLIS, durationMillis: 1000 },
      { reason: 'slow', startMillis: START_MILLIS, durationMillis: 2000 },
    );
    const range = { fromMillis: START_MILLIS + 1000, toMillis: START_MILLIS + 2000 };
    expect(rowsOf(slowOperations(found, THRESHOLDS, { range }))).toMatchObject([{ durationMillis: 1000 }]);
    expect(rowsOf(slowOperations(found, THRESHOLDS), 1)).toMatchObject([{ durationMillis: 2000 }]);
  });
});

describe('failedOperations', () => {
  it('lists failures, newest first, with what is known of the error', () => {
    const exception = (type: string, message: string) => ({
      name: 'exception',
      time: [1, 0] as [number, number],
      attributes: { 'exception.type': type, 'exception.message': message },
    });
    const failed = failedOperations(
      traces(
        {
          failed: true,
          startMillis: START_MILLIS,
          message: 'locked',
          attributes: { 'error.type': 'SQLITE_BUSY' },
        },
        {
          failed: true,
          startMillis: START_MILLIS + 5,
          events: [exception('Error', 'inner'), exception('TypeError', 'outer')],
        },
        { failed: true, startMillis: START_MILLIS + 2 },
        { failed: false, startMillis: START_MILLIS + 9 },
      ),
    );
    expect(rowsOf(failed).map((row) => [row.traceId, row.errorType, row.errorMessage])).toEqual([
      [traceIdOf(2), 'TypeError', 'outer'],
      [traceIdOf(3), undefined, undefined],
      [traceIdOf(1), 'SQLITE_BUSY', 'locked'],
    ]);
  });

  it('lists each failed operation of a trace, in the range only, up to the limit', () => {
    const trace = new TraceRecord(traceIdOf(1));
    trace.append(
      [0, 10, 20].map((offset) =>
        spanRecord({ failed: true, startMillis: START_MILLIS + offset, durationMillis: 5 }),
      ),
      WHOLE,
    );
    const range = { fromMillis: START_MILLIS + 5, toMillis: START_MILLIS + 25 };
    expect(rowsOf(failedOperations([trace], { range })).map((row) => row.startMillis - START_MILLIS)).toEqual(
      [10, 0],
    );
    expect(rowsOf(failedOperations([trace]), 2)).toHaveLength(2);
    expect(failedOperations([])).toEqual([]);
  });
});
