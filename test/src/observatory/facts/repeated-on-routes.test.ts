import { describe, expect, it, jest } from '@jest/globals';
import {
  prepareRepeatedOnRoutes,
  repeatedOnRoutes,
  type RepetitionSearch,
} from '../../../../src/observatory/facts/repeated-on-routes.ts';
import { busyBlog, SEARCH_TRACE } from '../../../fixtures/busy-blog.ts';
import { MeasuredBlog } from '../../../fixtures/measured-blog.ts';
import { NOW } from '../../../fixtures/still-runtime.ts';
import { PLAIN, SEARCH, type SpanSketch, TAGS_TEXT } from '../../../fixtures/trace-sketches.ts';

const HOUR = { fromMillis: NOW - 3_600_000, toMillis: NOW + 1 };

/** A search and the tags of so many hits: a repetition from five on. */
const spans = SEARCH.filter(({ name }) => name !== 'layout').slice(0, 16);

const CHEAP: SpanSketch = { name: TAGS_TEXT, type: 'database', at: 0, millis: 0.004 };

function searched(count: number): MeasuredBlog['telemetry'] {
  const happened = Array.from({ length: count }, (_, index) => ({ startMillis: NOW - 2000 - index, spans }));
  return new MeasuredBlog({ env: { METRICS_BUFFER_SIZE: '2000' }, happened }).telemetry;
}

/** What a page says. */
function look(telemetry: MeasuredBlog['telemetry'], maxSpans?: number): RepetitionSearch {
  for (const _ of prepareRepeatedOnRoutes(telemetry, HOUR, maxSpans));
  return repeatedOnRoutes(telemetry, HOUR);
}

function repeatedlyAsked(telemetry: MeasuredBlog['telemetry']): RepetitionSearch {
  for (let page = 0; page < 4; page++) look(telemetry, Infinity);
  return look(telemetry, Infinity);
}

describe('repeatedOnRoutes', () => {
  it('names the route, the worst example and how many traces show it', () => {
    const { rows, looked, total } = look(busyBlog().telemetry);
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({
      route: 'GET /search',
      series: TAGS_TEXT,
      count: 24,
      traces: 5,
      traceId: SEARCH_TRACE,
    });
    expect(looked).toBe(total);
  });

  it('counts a trace once, however many loops of one statement it has', () => {
    const loop = (from: number): SpanSketch[] =>
      Array.from({ length: 10 }, (_, index) => ({ ...CHEAP, at: from + index }));
    const other: SpanSketch = { ...CHEAP, name: 'SELECT posts', at: 30 };
    const { telemetry } = new MeasuredBlog({
      happened: [{ startMillis: NOW - 2000, spans: [...PLAIN.slice(0, 1), ...loop(10), other, ...loop(40)] }],
    });
    expect(look(telemetry).rows).toMatchObject([{ count: 10, traces: 1 }]);
  });

  it('checks the newest 1,000 and the slowest 200 in a few looks, and says of how many', () => {
    const telemetry = searched(1300);
    const first = look(telemetry, Infinity);
    expect([first.looked >= 200 && first.looked <= 240, first.wanted, first.total]).toEqual([
      true,
      1000,
      1300,
    ]);
    const { looked, wanted, total } = repeatedlyAsked(telemetry);
    expect([looked, total]).toEqual([wanted, 1300]);
    expect(wanted).toBeGreaterThanOrEqual(1000);
    expect(wanted).toBeLessThanOrEqual(1200);
  });

  it('finds one that ordinary requests have pushed out of the newest', () => {
    const plain = Array.from({ length: 1100 }, (_, index) => ({
      startMillis: NOW - 1000 - index,
      spans: PLAIN,
    }));
    const happened = [{ startMillis: NOW - 60_000, spans }, ...plain];
    const { telemetry } = new MeasuredBlog({ env: { METRICS_BUFFER_SIZE: '2000' }, happened });
    expect(repeatedlyAsked(telemetry).rows).toMatchObject([{ route: 'GET /search', traces: 1 }]);
  });

  it('reads a bounded number of spans per look, remembers them, and continues with the next look', () => {
    const telemetry = searched(20);
    const reading = jest.spyOn(telemetry, 'trace');
    const looked = Array.from({ length: 4 }, () => look(telemetry, spans.length * 8).looked);
    expect(looked).toEqual([8, 16, 20, 20]);
    expect(reading).toHaveBeenCalledTimes(20);
    expect(repeatedOnRoutes(telemetry, HOUR).rows[0]).toMatchObject({ traces: 20 });
  });

  it('reads a few spans in each step, and none to say what it found', () => {
    const telemetry = searched(200);
    const reading = jest.spyOn(telemetry, 'trace');
    const perStep: number[] = [];
    for (const _ of prepareRepeatedOnRoutes(telemetry, HOUR)) {
      perStep.push(reading.mock.calls.length * spans.length);
      reading.mockClear();
    }
    expect(perStep.length).toBeGreaterThanOrEqual(10);
    expect(Math.max(...perStep)).toBeLessThan(200 + spans.length);
    reading.mockClear();
    expect(repeatedOnRoutes(telemetry, HOUR).looked).toBeGreaterThanOrEqual(100);
    expect(reading).not.toHaveBeenCalled();
  });
});
