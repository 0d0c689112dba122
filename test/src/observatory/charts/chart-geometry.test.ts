import { describe, expect, it } from '@jest/globals';
import type { TimelinePoint } from '../../../../otel/query.ts';
import type { ChartTime } from '../../../../src/observatory/charts/frame.ts';
import { heatMapChart, occupiedBands } from '../../../../src/observatory/charts/heat-map-chart.ts';
import { logScale, logTicks, timeScale, zeroScale } from '../../../../src/observatory/charts/scales.ts';
import { rateBars, stackedRates } from '../../../../src/observatory/charts/stacked-rates.ts';
import { segments, timeSeries } from '../../../../src/observatory/charts/time-series.ts';
import { barGeometry } from '../../../../src/observatory/charts/bar-geometry.ts';

const time: ChartTime = { range: { fromMillis: 0, toMillis: 1000 }, markers: [], now: 1000 };

function point(startMillis: number, more: Partial<TimelinePoint> = {}): TimelinePoint {
  const durationMillis = { avg: 1, min: 1, max: 100, p50: 1, p90: 5, p95: 10, p99: 100 };
  return {
    startMillis,
    widthMillis: 100,
    partial: false,
    count: 10,
    errors: 0,
    clientErrors: 0,
    aborted: 0,
    totalMillis: 1,
    durationMillis,
    kept: 1,
    rate: 1,
    ...more,
  };
}

describe('scales', () => {
  it('put time on a thousand', () => {
    const x = timeScale(1000, 3000);
    expect([x(1000), x(2000), x(3000), x(9000)]).toEqual([0, 500, 1000, 1000]);
  });

  it('give a decade of a logarithmic scale the same height everywhere', () => {
    const { y } = logScale([1, 10, 100, 1000], 90);
    expect(y(1) - y(10)).toBeCloseTo(y(100) - y(1000), 6);
  });

  it('stand on zero where they are linear', () => {
    const { y, ticks } = zeroScale([7], 100);
    expect(y(0)).toBe(100);
    expect(ticks[0]).toBe(0);
  });

  it.each([
    [1, 100, [1, 10, 100]],
    [0.8, 12, [1, 2, 5, 10]],
    [0.8, 60, [1, 5, 10, 50]],
    [1e-3, 1e6, [0.001, 1, 1000, 1_000_000]],
  ])('mark %p to %p at round numbers', (low, high, expected) =>
    expect(logTicks(low, high)).toEqual(expected),
  );
});

describe('timeSeries', () => {
  it('breaks the line where buckets are missing or empty', () => {
    expect(
      segments([point(0), point(100), point(300), point(400, { count: 0 }), point(500)]).map((part) =>
        part.map((each) => each.startMillis),
      ),
    ).toEqual([[0, 100], [300], [500]]);
  });

  it('dashes the running bucket', () => {
    expect(timeSeries('http', [point(0), point(100)], time).text).not.toContain('stroke partial');
    expect(timeSeries('http', [point(0), point(100, { partial: true })], time).text).toContain(
      'stroke partial',
    );
  });

  it('says in words what it shows', () => {
    expect(timeSeries('http', [], time).text).toContain('nothing in this range');
    expect(timeSeries('http', [point(0)], time).text).toMatch(
      /aria-label="Durations over time, p50, p95 and p99\. Highest p99 100.ms/,
    );
  });
});

describe('stackedRates', () => {
  it('divides a running bucket by the time it has run', () => {
    const [whole, running] = rateBars(
      [point(0, { widthMillis: 10_000 }), point(10_000, { widthMillis: 10_000, partial: true })],
      12_000,
    );
    expect([whole?.fine, running?.fine]).toEqual([1, 5]);
  });

  it('stacks parts up to the whole', () => {
    const { text } = stackedRates(
      [point(0, { widthMillis: 1000, count: 10, errors: 2, clientErrors: 3, aborted: 1 })],
      time,
      100,
    );
    const heights = [...text.matchAll(/class="rate (\w+)"[^>]*height="([\d.]+)"/gs)].map((match) => [
      match[1],
      Number(match[2]),
    ]);
    expect(heights).toEqual([
      ['fine', 40],
      ['clientErrors', 30],
      ['aborted', 10],
      ['failed', 20],
    ]);
  });
});

describe('heatMapChart', () => {
  const map = {
    bandEdgesMillis: [1, 2, 4, 8, 16],
    columns: [{ startMillis: 0, widthMillis: 500, counts: [0, 0, 9, 0] }],
  };

  it('shows the bands in use and one on each side', () => expect(occupiedBands(map)).toEqual([1, 4]));

  it('gives the fullest cell the deepest shade and leads to its traces', () => {
    const { text } = heatMapChart(
      'http',
      map,
      time,
      (from, to) => `/traces?from=${from}&to=${to}`,
      '/traces',
    );
    expect(text).toContain('class="shade-6"');
    expect(text).toContain('href="/traces?from=0&amp;to=500"');
  });
});

describe('barGeometry', () => {
  it.each([
    ['the whole', 0, 100, { left: 0, width: 100 }],
    ['the middle', 25, 50, { left: 25, width: 50 }],
    ['an instant at the end, still seen', 100, 0, { left: 99.7, width: 0.3 }],
    ['what outlives the trace', 50, 500, { left: 50, width: 50 }],
    ['what began before it', -50, 100, { left: 0, width: 50 }],
    ['no number', NaN, NaN, { left: 0, width: 0.3 }],
  ])('%s', (_, startMillis, durationMillis, expected) =>
    expect(barGeometry({ startMillis, durationMillis }, 0, 100)).toEqual(expected),
  );
});
