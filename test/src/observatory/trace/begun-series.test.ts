import { describe, expect, it } from '@jest/globals';
import type { TimeRange, TelemetryQuery } from '../../../../otel/query.ts';
import { begunSeries } from '../../../../src/observatory/trace/begun-series.ts';
import { fakeAggregates, storeWith } from '../../../otel/store/store-fixture.ts';
import { searchTrace } from '../../../fixtures/trace-sketches.ts';

const BUCKET_MILLIS = 10_000;
const START_MILLIS = 1_000_003_000;
const TRACE = searchTrace('ab'.repeat(16), START_MILLIS + 60_000);

/** A version that started within a bucket, and statements that first ran before and after. */
function telemetry(isKnown = true): Pick<TelemetryQuery, 'markers' | 'series' | 'coverage'> {
  const up = (millis: number): number => Math.ceil(millis / BUCKET_MILLIS) * BUCKET_MILLIS;
  const ledger = [
    { name: 'SELECT tags', atMillis: START_MILLIS - 60_000 },
    { name: 'SELECT posts_fts', atMillis: START_MILLIS + 1 },
  ];
  const { store } = storeWith();
  const [row] = fakeAggregates.series('database', { fromMillis: 0, toMillis: START_MILLIS });
  return {
    markers: () => [
      { atMillis: START_MILLIS, kind: 'start', label: '', versions: { before: '3.0', after: '3.1' } },
    ],
    coverage: (range: TimeRange) => ({ ...store.coverage(range), toMillis: up(range.toMillis) }),
    series: (type, { toMillis } = { fromMillis: 0, toMillis: Infinity }) =>
      isKnown && type === 'database'
        ? ledger
            .filter(({ atMillis }) => atMillis < up(toMillis))
            .map(({ name }) => ({ ...row!, name, count: 1 }))
        : [],
  };
}

describe('begunSeries', () => {
  it('names what first ran with the version, in the bucket of its start as well', () => {
    const begun = begunSeries(telemetry(), TRACE);
    expect(begun).toMatchObject({ version: '3.1', atMillis: START_MILLIS });
    expect(begun?.series).toContain('database SELECT posts_fts');
    expect(begun?.series).not.toContain('database SELECT tags');
  });

  it('claims nothing if nothing is counted before, or no other version ran', () => {
    expect(begunSeries(telemetry(false), TRACE)).toBeUndefined();
    expect(begunSeries({ ...telemetry(), markers: () => [] }, TRACE)).toBeUndefined();
  });
});
