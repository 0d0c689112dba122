import { describe, expect, it } from '@jest/globals';
import type { Marker, TimelinePoint } from '../../../../otel/query.ts';
import { markerLines, timeAxis, type ChartTime } from '../../../../src/observatory/charts/frame.ts';
import { heatMapChart, occupiedBands } from '../../../../src/observatory/charts/heat-map-chart.ts';
import { lineChart } from '../../../../src/observatory/charts/line-chart.ts';
import { logScale, logTicks, timeScale, zeroScale } from '../../../../src/observatory/charts/scales.ts';
import { rateBars, rateLegend, stackedRates } from '../../../../src/observatory/charts/stacked-rates.ts';
import { segments, timeSeries } from '../../../../src/observatory/charts/time-series.ts';
import { barGeometry } from '../../../../src/observatory/charts/bar-geometry.ts';
import { wordsOf } from '../../../fixtures/page-text.ts';

const time: ChartTime = { range: { fromMillis: 0, toMillis: 1000 }, markers: [], now: 1000 };

function point(startMillis: number, more: Partial<TimelinePoint> = {}): TimelinePoint {
  const durationMillis = { avg: 1, min: 1, max: 100, p50: 1, p75: 2, p90: 5, p95: 10, p99: 100 };
  return {
    startMillis,
    widthMillis: 100,
    partial: false,
    count: 10,
    errors: 0,
    clientErrors: 0,
    aborted: 0,
    slow: 0,
    totalMillis: 1,
    durationMillis,
    kept: 1,
    rate: 1,
    ...more,
  };
}

describe('scales', () => {
  it('map time to 0–1000', () => {
    const x = timeScale(1000, 3000);
    expect([x(1000), x(2000), x(3000), x(9000)]).toEqual([0, 500, 1000, 1000]);
  });

  it('give a decade of a logarithmic scale the same height everywhere', () => {
    const { y } = logScale([1, 10, 100, 1000], 90);
    expect(y(1) - y(10)).toBeCloseTo(y(100) - y(1000), 6);
  });

  it('start at zero if they are linear', () => {
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

describe('lines', () => {
  it('are dots where they would be too short to see', () => {
    const sample = (fromMillis: number, atMillis: number, of: number) => ({
      fromMillis,
      atMillis,
      of,
      value: 1,
    });
    const samples = [
      sample(0, 0, 1),
      sample(0, 1, 1),
      sample(500, 500, 2),
      sample(600, 600, 3),
      sample(600, 900, 3),
    ];
    const drawn = lineChart('Memory', [{ label: 'x', tone: 'http', samples }], time, String).text;
    expect(drawn.match(/class="stroke dot type-http"/g)).toHaveLength(2);
    expect(drawn.match(/class="stroke type-http"/g)).toHaveLength(1);
  });
});

describe('timeAxis', () => {
  const MINUTE = 60_000;
  const labelsOf = (
    fromMillis: number,
    toMillis: number,
    pixels: number,
  ): readonly { text: string; from: number; to: number }[] => {
    const { text } = timeAxis({ range: { fromMillis, toMillis }, markers: [], now: toMillis }, 100);
    return [
      ...text.matchAll(
        /<text class="axis ?(\w*)" x="([\d.]+)%?" y="115"(?: text-anchor="(\w+)")?\s*>([^<]+)<\/text\s*>/g,
      ),
    ]
      .filter(
        ([, room]) => room === '' || (room === 'mid' && pixels >= 270) || (room === 'wide' && pixels >= 420),
      )
      .map(([, , x, anchor, label]) => {
        const at = (Number(x) / 100) * pixels;
        const width = label!.length * 6.2;
        const from = anchor === undefined ? at : anchor === 'end' ? at - width : at - width / 2;
        return { text: label!, from, to: from + width };
      })
      .sort((a, b) => a.from - b.from);
  };

  it.each([
    [15_000, 226],
    [47_000, 226],
    [2 * MINUTE, 184],
    [5 * MINUTE, 226],
    [5 * MINUTE, 280],
    [15 * MINUTE, 252],
    [60 * MINUTE, 620],
    [360 * MINUTE, 226],
    [1440 * MINUTE, 430],
    [7 * 1440 * MINUTE, 270],
    [30 * 1440 * MINUTE, 620],
  ])('keeps the labels of %d ms apart on %d pixels', (length, pixels) => {
    const now = Date.UTC(2026, 10, 23, 14, 3, 27);
    const labels = labelsOf(now - length, now, pixels);
    expect(labels.length).toBeGreaterThanOrEqual(2);
    expect(labels.at(-1)!.text).toBe('now');
    labels.slice(1).forEach((label, index) => expect(label.from - labels[index]!.to).toBeGreaterThan(4));
  });

  it('shows seconds if both ends are in the same minute', () => {
    const now = Date.UTC(2026, 10, 23, 14, 3, 27);
    expect(labelsOf(now - 15_000, now, 620)[0]!.text).toMatch(/:03:12$/);
    expect(labelsOf(now - 60 * MINUTE, now, 620)[0]!.text).toMatch(/^\d\d:03$/);
  });
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

  it('has a description of what it shows', () => {
    expect(timeSeries('http', [], time).text).toContain('nothing in this range');
    expect(timeSeries('http', [point(0)], time).text).toMatch(
      /aria-label="Durations over time, p50, p95 and p99\. Highest p99 100.ms/,
    );
  });
});

describe('stackedRates', () => {
  it('has a legend of the parts that exist', () => {
    const legend = (more: Partial<TimelinePoint>): string =>
      wordsOf(rateLegend([point(0, more)]).text).trim();
    expect(legend({})).toBe('2xx 3xx');
    expect(legend({ errors: 1, aborted: 2 })).toBe('2xx 3xx aborted failed');
    expect(legend({ count: 0 })).toBe('');
  });

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

  const LINKS = { hrefOf: () => '/', tracesHref: '/traces' };

  it('merges bands that would be too thin, and sums their counts', () => {
    const bandEdgesMillis = Array.from({ length: 101 }, (_, band) => 1.1 ** band);
    const fine = {
      bandEdgesMillis,
      columns: [{ startMillis: 0, widthMillis: 500, counts: Array<number>(100).fill(1) }],
    };
    const { text } = heatMapChart('http', fine, time, { ...LINKS, height: 140 });
    const cells = [...text.matchAll(/class="shade-\d" d="([^"]*)"/g)].flatMap(([, d]) =>
      d!.split('z').filter(Boolean),
    );
    expect(cells).toHaveLength(20);
    for (const cell of cells) expect(Number(/h[\d.]+v([\d.]+)/.exec(cell)![1])).toBeGreaterThanOrEqual(6);
  });

  it('marks one operation at its place, and links to it', () => {
    const mark = { atMillis: 500, durationMillis: 4, href: '/traces/ab', label: 'failed: GET /' };
    const { text } = heatMapChart('http', map, time, { ...LINKS, singled: [mark], height: 100 });
    expect(text).toMatch(
      /<svg x="50%" y="66\.67"[^>]*>\s*<a href="\/traces\/ab"[^>]* aria-label="failed: GET \/"/,
    );
    expect(
      heatMapChart('http', { ...map, columns: [] }, time, { ...LINKS, singled: [mark] }).text,
    ).not.toContain('/traces/ab');
  });

  it('gives the fullest cell the deepest shade, and links to its traces', () => {
    const { text } = heatMapChart('http', map, time, {
      ...LINKS,
      hrefOf: (from, to) => `/traces?from=${from}&to=${to}`,
    });
    expect(text).toContain('class="shade-6"');
    expect(text).toContain('href="/traces?from=0&amp;to=500"');
  });
});

describe('markerLines', () => {
  const SECOND = 1000;
  const at = (atMillis: number, more: Partial<Marker> = {}): Marker => ({
    atMillis,
    kind: 'start',
    label: 'start',
    ...more,
  });
  const shown = (...markers: readonly Marker[]): readonly (string | undefined)[] => {
    const range = { fromMillis: 0, toMillis: 3600 * SECOND };
    const { labels } = markerLines({ range, markers, now: range.toMillis }, 100);
    return [...labels.text.matchAll(/class="axis marker-label"[^>]*>([^<]*)</g)].map(([, label]) => label);
  };
  const version = (atMillis: number, after: string): Marker =>
    at(atMillis, {
      label: `start of version ${after}, before it 1.0.0`,
      versions: { before: '1.0.0', after },
    });

  it('labels the start of another version with it, before other markers nearby', () => {
    expect(shown(at(1000 * SECOND), version(1100 * SECOND, '1.5.0'))).toEqual(['1.5.0']);
    expect(shown(version(1000 * SECOND, '1.5.0'), at(1100 * SECOND))).toEqual(['1.5.0']);
    expect(shown(version(1000 * SECOND, '1.4.0'), version(1100 * SECOND, '1.5.0'))).toEqual(['1.5.0']);
  });

  it('labels the newest of several starts that are close to each other, and each that has room', () => {
    const settings = at(1100 * SECOND, { kind: 'settings', label: 'rate 0.1' });
    expect(shown(at(1000 * SECOND), settings)).toEqual(['settings']);
    expect(shown(version(600 * SECOND, '1.5.0'), at(2400 * SECOND))).toEqual(['1.5.0', 'start']);
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
