import { describe, expect, it } from '@jest/globals';
import { fc } from '../../fixtures/properties.ts';
import type { Operation } from '../../../otel/spans/operation.ts';
import { RedAggregator } from '../../../otel/aggregate/red-aggregator.ts';
import { OVERFLOW_SERIES } from '../../../otel/aggregate/series-book.ts';
import type { OperationType } from '../../../otel/query.ts';
import { namesOfSource } from '../../../otel/sql/statement-names.ts';

const RATES: Readonly<Record<OperationType, number>> = { http: 1, database: 0.1, render: 1, other: 1 };
const START = Date.UTC(2026, 2, 14, 12, 0, 0);
const HOUR = 3_600_000;

/** A clock that is set by hand. */
interface FakeClock {
  millis: number;
  now(): number;
  monotonicNanos(): number;
}
const fake: FakeClock = { millis: START, now: () => fake.millis, monotonicNanos: () => fake.millis * 1e6 };

function operation(part: Partial<Operation> = {}): Operation {
  return {
    type: 'http',
    series: 'GET /',
    endMillis: fake.millis,
    durationNanos: 5e6,
    failed: false,
    clientError: false,
    aborted: false,
    ...part,
  };
}

/** Names of a statement as instrumentations record them. */
function told(source: string): Pick<Operation, 'series' | 'statement'> {
  const statement = namesOfSource(source);
  return { series: statement.series, statement };
}

function aggregator(options: { maxSeries?: number } = {}) {
  fake.millis = START;
  return new RedAggregator({ clock: fake, rates: () => RATES, ...options });
}

describe('RedAggregator', () => {
  it('counts operations, failures, client errors, aborts and kept ones by type', () => {
    const red = aggregator();
    red.record(operation({ failed: true }));
    red.record(operation({ clientError: true, durationNanos: 1e6 }));
    red.record(operation({ aborted: true, durationNanos: 3e6 }));
    red.recordKept('http', 'GET /', red.record(operation({ durationNanos: 4e6 })));
    const { http, database } = red.operations();
    expect(http).toMatchObject({
      count: 4,
      errors: 1,
      clientErrors: 1,
      aborted: 1,
      kept: 1,
      rate: 1,
      totalMillis: 13,
    });
    expect(http.durationMillis).toMatchObject({ avg: 3.25, min: 1, max: 5 });
    expect(database).toMatchObject({ count: 0, rate: 0.1, durationMillis: { p99: 0 } });
  });

  it('keeps totals exact beyond the cap of series, in an overflow row', () => {
    const red = aggregator({ maxSeries: 20 });
    for (let i = 0; i < 2000; i++) red.record(operation({ series: `GET /${i}` }));
    const rows = red.series('http');
    expect(rows).toHaveLength(21);
    expect(rows.reduce((sum, row) => sum + row.count, 0)).toBe(2000);
    expect(rows.find((row) => row.name === OVERFLOW_SERIES)?.count).toBe(1980);
    expect(red.operations().http.count).toBe(2000);
  });

  it('counts operations of idle series in the second they ended in, whenever they are read', () => {
    const red = aggregator();
    red.record(operation({ series: 'GET /idle' }));
    for (let second = 1; second <= 30; second++) {
      fake.millis = START + second * 1000;
      red.record(operation({ series: 'GET /busy' }));
    }
    const points = red.timeline('http', { fromMillis: START, toMillis: START + 31_000 });
    expect(points.map((point) => point.count)).toEqual(Array.from({ length: 31 }, () => 1));
    expect(points.filter((point) => point.partial).map((point) => point.startMillis)).toEqual([
      START + 30_000,
    ]);
  });

  it('gives the same total over any range that covers all, whatever the tier', () => {
    const red = aggregator();
    const offsets = [0, 1, 59, 61, 600, 3599, 3601, 7200, 80_000];
    for (const offset of offsets) {
      fake.millis = START + offset * 1000;
      red.record(operation());
    }
    for (const hours of [24, 24 * 7, 24 * 30]) {
      const range = { fromMillis: fake.millis - hours * HOUR, toMillis: fake.millis + 1 };
      expect(red.operations(range).http.count).toBe(offsets.length);
      expect(red.timeline('http', range).reduce((sum, point) => sum + point.count, 0)).toBe(offsets.length);
      expect(red.series('http', range)[0]?.count).toBe(offsets.length);
    }
  });

  it('never returns more points than requested, and includes empty buckets', () => {
    const red = aggregator();
    red.record(operation());
    fake.millis += 1000;
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 200 }),
        fc.integer({ min: 1, max: 40 * 24 * HOUR }),
        (maxPoints, span) => {
          const points = red.timeline(
            'http',
            { fromMillis: fake.millis - span, toMillis: fake.millis },
            { maxPoints },
          );
          expect(points.length).toBeLessThanOrEqual(maxPoints + 1);
          for (const [i, point] of points.slice(1).entries())
            expect(point.startMillis).toBe(points[i]!.startMillis + points[i]!.widthMillis);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('remembers a statement with its text, rows and most frequent callers', () => {
    const red = aggregator();
    const statement = {
      type: 'database',
      rows: 2,
      ...told('SELECT * FROM posts WHERE id = ?'),
    } as const;
    for (const caller of ['GET /', 'GET /:path', 'GET /:path'])
      red.record(operation({ ...statement, caller }));
    expect(red.series('database')[0]).toMatchObject({
      name: 'SELECT * FROM posts WHERE id = ?',
      text: 'SELECT * FROM posts WHERE id = ?',
      summary: 'SELECT posts',
      rows: 6,
      callers: ['GET /:path', 'GET /'],
    });
  });

  it('counts each text separately, percentiles and callers included, and merges those of one summary for export', () => {
    const red = aggregator();
    const run = (text: string, millis: number, caller: string) =>
      red.record(operation({ type: 'database', durationNanos: millis * 1e6, caller, ...told(text) }));
    for (let i = 0; i < 99; i++) run('SELECT * FROM posts WHERE id = ?', 1, 'GET /:path');
    for (let i = 0; i < 11; i++) run('SELECT * FROM posts WHERE body LIKE ?', 100, 'GET /search');
    expect(red.series('database')).toMatchObject([
      { summary: 'SELECT posts', text: 'SELECT * FROM posts WHERE body LIKE ?', callers: ['GET /search'] },
      { summary: 'SELECT posts', text: 'SELECT * FROM posts WHERE id = ?', callers: ['GET /:path'] },
    ]);
    const [like, byId] = red.series('database');
    expect(like!.durationMillis).toMatchObject({ min: 100, max: 100, avg: 100 });
    expect(byId!.durationMillis.p99).toBeLessThan(1.02);
    const [merged, ...others] = red.metricPoints('database');
    expect([merged!.name, merged!.durations.count, others]).toEqual(['SELECT posts', 110, []]);
    expect(merged!.durations.sumNanos / 1e6).toBeCloseTo(99 + 1100, 6);
    // Percentiles of the merged series, not a mean of two: nine in ten were short, the rest long.
    expect(merged!.durations.quantileNanos(0.5)).toBeLessThan(1.02e6);
    expect(merged!.durations.quantileNanos(0.95)).toBeGreaterThan(98e6);
  });

  it('gives the overflow row no text of any statement', () => {
    const red = aggregator({ maxSeries: 2 });
    for (let i = 0; i < 5; i++)
      red.record(operation({ type: 'database', rows: 1, ...told(`SELECT c${i} FROM posts`) }));
    const row = red.series('database').find(({ name }) => name === OVERFLOW_SERIES);
    expect(row).toMatchObject({ count: 3, summary: OVERFLOW_SERIES });
    expect(row).not.toHaveProperty('text');
    expect(red.metricPoints('database').map(({ name, durations }) => [name, durations.count])).toEqual([
      ['SELECT posts', 2],
      [OVERFLOW_SERIES, 3],
    ]);
  });

  it('has a heat map whose cells add up to the count', () => {
    const red = aggregator();
    for (const millis of [0.1, 1, 1, 10, 100, 1000]) red.record(operation({ durationNanos: millis * 1e6 }));
    const map = red.heatMap('http', { fromMillis: START, toMillis: START + 60_000 });
    expect(map.columns.flatMap((column) => column.counts).reduce((a, b) => a + b, 0)).toBe(6);
    expect(map.bandEdgesMillis).toHaveLength(map.columns[0]!.counts.length + 1);
    expect(map.bandEdgesMillis.toSorted((a, b) => a - b)).toEqual(map.bandEdgesMillis);
    expect(red.heatMap('render', { fromMillis: START, toMillis: START + 1 })).toEqual({
      bandEdgesMillis: [],
      columns: [],
    });
  });

  it('returns the rank of a duration within its series', () => {
    const red = aggregator();
    for (let i = 1; i <= 100; i++) red.record(operation({ durationNanos: i * 1e6 }));
    expect(red.percentileOf('http', 'GET /', 50)).toBeCloseTo(0.49, 1);
    expect(red.percentileOf('http', 'GET /nowhere', 50)).toBeUndefined();
  });
});
