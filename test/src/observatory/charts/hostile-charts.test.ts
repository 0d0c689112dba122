import { describe, expect, it } from '@jest/globals';
import type { HeatMap, TimelinePoint } from '../../../../otel/query.ts';
import type { ChartTime } from '../../../../src/observatory/charts/frame.ts';
import { heatMapChart, heatMapTable } from '../../../../src/observatory/charts/heat-map-chart.ts';
import { histogram } from '../../../../src/observatory/charts/histogram.ts';
import { lineChart } from '../../../../src/observatory/charts/line-chart.ts';
import { shareBar, sparkline } from '../../../../src/observatory/charts/sparkline.ts';
import { stackedRates } from '../../../../src/observatory/charts/stacked-rates.ts';
import { timeSeries } from '../../../../src/observatory/charts/time-series.ts';
import type { Html } from '../../../../src/markup/html.ts';

const NOW = 1_000_000;
const time: ChartTime = {
  range: { fromMillis: 0, toMillis: NOW },
  markers: [{ atMillis: 500_000, kind: 'settings', label: '<b>"مرحبا"'.repeat(40) }],
  now: NOW,
};

function point(startMillis: number, p50: number, p99 = p50 * 10, count = 10): TimelinePoint {
  const durationMillis = { avg: p50, min: p50, max: p99, p50, p75: p50 * 2, p90: p50 * 3, p95: p50 * 5, p99 };
  return {
    startMillis,
    widthMillis: 100_000,
    partial: false,
    count,
    errors: 1,
    clientErrors: 2,
    aborted: 1,
    slow: 0,
    totalMillis: 1,
    durationMillis,
    kept: 1,
    rate: 1,
  };
}

const POINTS: Readonly<Record<string, readonly TimelinePoint[]>> = {
  'no points': [],
  'one point': [point(0, 5)],
  'one point of nothing': [point(0, 0, 0, 0)],
  'a gap': [point(0, 5), point(100_000, 5), point(500_000, 5)],
  'six decades': [point(0, 0.001, 0.002), point(100_000, 500, 1000)],
  'what is not a number': [
    point(0, NaN, NaN),
    point(100_000, 5),
    point(200_000, Infinity, Infinity),
    point(300_000, -5, -1),
    { ...point(400_000, 5), count: NaN },
  ],
  'points outside the range': [point(-900_000, 5), point(5_000_000, 5)],
  'more failures than requests': [{ ...point(0, 5), count: 1, errors: 99 }],
  'no width': [{ ...point(0, 5), widthMillis: 0 }],
};

const MAPS: Readonly<Record<string, HeatMap>> = {
  nothing: { bandEdgesMillis: [], columns: [] },
  'one band': { bandEdgesMillis: [1, 2], columns: [{ startMillis: 0, widthMillis: 1000, counts: [1] }] },
  'an edge of zero': {
    bandEdgesMillis: [0, 1, 10],
    columns: [{ startMillis: 0, widthMillis: 1000, counts: [3, 4] }],
  },
  'counts that are not numbers': {
    bandEdgesMillis: [1, 2, 4],
    columns: [{ startMillis: 0, widthMillis: 1000, counts: [NaN, 1] }],
  },
  'missing counts': {
    bandEdgesMillis: [1, 2, 4],
    columns: [{ startMillis: 0, widthMillis: 1000, counts: [] }],
  },
};

function expectDrawable(drawn: Html): void {
  expect(drawn.text).not.toMatch(/NaN|Infinity|undefined|<b>/);
  for (const [, name, value] of drawn.text.matchAll(/\s(width|height|y|x|x1|x2)="(-?[\d.]+)/g)) {
    expect({ name, value: Number(value) >= (name === 'x' ? -8 : -0.01) }).toEqual({ name, value: true });
  }
}

describe.each(Object.entries(POINTS))('charts of %s', (_, points) => {
  it('draws percentiles', () => expectDrawable(timeSeries('http', points, time)));
  it('draws rates', () => expectDrawable(stackedRates(points, time)));
  it('draws a sparkline', () =>
    expectDrawable(
      sparkline(
        'http',
        points.map((each) => each.durationMillis.p50),
      ),
    ));
  it('draws lines', () =>
    expectDrawable(
      lineChart(
        'Memory',
        [
          {
            label: 'x',
            tone: 'http',
            samples: points.map((each) => ({
              fromMillis: each.startMillis,
              atMillis: each.startMillis,
              of: 1,
              value: each.durationMillis.p50,
            })),
          },
        ],
        time,
        String,
      ),
    ));
});

describe.each(Object.entries(MAPS))('spread of %s', (_, map) => {
  it('draws a heat map', () =>
    expectDrawable(
      heatMapChart('http', map, time, {
        hrefOf: (from, to) => `/traces?from=${from}&to=${to}`,
        tracesHref: '/traces',
      }),
    ));
  it('draws a histogram', () =>
    expectDrawable(
      histogram('http', map, [
        { millis: 1e9, label: 'far' },
        { millis: NaN, label: 'none' },
        { millis: 0, label: 'zero' },
      ]),
    ));
  it('has a table of finite numbers', () =>
    expect(JSON.stringify(heatMapTable({ ...map, columns: map.columns.slice(0, 0) }, () => '/').rows)).toBe(
      '[]',
    ));
});

describe('shareBar', () => {
  it.each([0, 1, -1, 2, NaN, Infinity])('keeps %p inside its track', (part) =>
    expectDrawable(shareBar('http', part)),
  );
});
