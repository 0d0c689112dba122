import { expect, it } from '@jest/globals';
import type { OperationFilter } from '../../../../otel/query.ts';
import { markedFailures } from '../../../../src/observatory/facts/marked-failures.ts';
import { MeasuredBlog } from '../../../fixtures/measured-blog.ts';
import { HOUR_MILLIS, NOW } from '../../../fixtures/still-runtime.ts';

/** A request each two seconds of an hour: more failed than a list has rows. */
const LEDGER = Array.from({ length: 1800 }, (_, index) => ({
  startMillis: NOW - HOUR_MILLIS + index * 2000,
  isFailed: index % 7 !== 0,
}));
const RANGE = { fromMillis: NOW - HOUR_MILLIS, toMillis: NOW };

function blog(): MeasuredBlog {
  return new MeasuredBlog({
    env: { METRICS_BUFFER_SIZE: '4000' },
    happened: LEDGER.map(({ startMillis, isFailed }) => ({
      startMillis,
      spans: [
        { name: 'GET /', type: 'http' as const, at: 0, millis: 1, ...(isFailed && { error: 'broken' }) },
      ],
    })),
  });
}

it('marks the newest failure of each column over all of the range, however many are held', () => {
  const { telemetry } = blog();
  const heatMap = telemetry.heatMap('http', RANGE, { maxColumns: 60 });
  const asked: OperationFilter[] = [];
  const failures: typeof telemetry.failures = (filter = {}) => {
    asked.push(filter);
    return telemetry.failures(filter);
  };
  const { rows, total } = markedFailures({ failures }, RANGE, heatMap);
  const failed = LEDGER.filter(({ isFailed }) => isFailed);
  expect(total).toBe(failed.length);
  const starts = heatMap.columns.map(({ startMillis }) => startMillis);
  expect(starts.length).toBeGreaterThan(50);
  expect(rows.map(({ startMillis }) => Math.round(startMillis))).toEqual(
    starts
      .flatMap((from, place) => {
        const until = starts[place + 1] ?? Infinity;
        return failed.findLast(({ startMillis }) => startMillis + 1 >= from && startMillis + 1 < until) ?? [];
      })
      .map(({ startMillis }) => startMillis)
      .toReversed(),
  );
  // No row is made of a failure that gets no mark.
  expect(asked).toMatchObject([{ limit: starts.length, newestSince: starts }]);
});
