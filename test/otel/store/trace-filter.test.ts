import { describe, expect, it } from '@jest/globals';
import type { TraceFilter, TraceList } from '../../../otel/query.ts';
import { clampLimit, matchTraces, traceRows } from '../../../otel/store/trace-filter.ts';
import { TraceRecord } from '../../../otel/store/trace-record.ts';
import { spanIdOf, spanRecord, START_MILLIS, traceIdOf, WHOLE } from './kept-span-fixture.ts';
import type { SpanSketch } from './kept-span-fixture.ts';

function trace(id: number, ...sketches: readonly SpanSketch[]): TraceRecord {
  const record = new TraceRecord(traceIdOf(id));
  const spans = sketches.map((sketch, i) =>
    spanRecord({
      spanId: spanIdOf(id * 100 + i),
      ...(i === 0 ? {} : { parentSpanId: spanIdOf(id * 100) }),
      ...sketch,
    }),
  );
  record.append(spans, WHOLE);
  return record;
}

const text = (text: string) => ({ field: 'text', text }) as const;
const attribute = (key: string, text: string) => ({ field: 'attribute', key, text }) as const;
const at = (seconds: number): number => START_MILLIS + seconds * 1000;
const range = (from: number, to: number) => ({ fromMillis: at(from), toMillis: at(to) });
const select = { name: 'SELECT posts', type: 'database', series: 'SELECT posts' } as const;

/** 1: an ordinary page; 2: slow by its statement; 3: a failing feed; 4: a long download over 10 s. */
const TRACES = [
  trace(
    1,
    { startMillis: at(1), durationMillis: 20, attributes: { 'url.path': '/2026/Glass' } },
    { ...select, startMillis: at(1), durationMillis: 2 },
  ),
  trace(
    2,
    { startMillis: at(2), durationMillis: 900, reason: 'ancestor' },
    { ...select, startMillis: at(2), durationMillis: 800, reason: 'slow' },
    { ...select, startMillis: at(2.8), durationMillis: 3 },
  ),
  trace(
    3,
    {
      name: 'GET /feed.rss',
      startMillis: at(3),
      durationMillis: 50,
      failed: true,
      reason: 'error',
      message: 'Broken pipe',
    },
    {
      name: 'feed.rss',
      type: 'render',
      startMillis: at(3),
      durationMillis: 40,
      failed: true,
      reason: 'error',
      events: [{ name: 'exception', time: [1, 0], attributes: { 'exception.type': 'RangeError' } }],
    },
  ),
  trace(4, {
    name: 'GET /media/*',
    startMillis: at(4),
    durationMillis: 10_000,
    attributes: { 'http.response.status_code': 206 },
  }),
];

function filterTraces(traces: readonly TraceRecord[], filter: TraceFilter): TraceList {
  const matches = matchTraces(traces, filter);
  const { rows, ahead } = traceRows(matches, filter);
  return { rows, ahead, total: matches.length };
}

function ids(filter: TraceFilter): number[] {
  return filterTraces(TRACES, filter).rows.map((row) => Number.parseInt(row.traceId, 16));
}

describe('matchTraces', () => {
  it.each<[string, TraceFilter, number[]]>([
    ['nothing: all, newest first', {}, [4, 3, 2, 1]],
    ['slowest first', { sort: 'slowest' }, [4, 2, 3, 1]],
    ['a range: what was active in it', { range: range(2, 3) }, [2]],
    ['a range inside a long trace', { range: range(8, 9) }, [4]],
    ['a range that a trace ends at', { range: range(1.02, 1.5) }, [1]],
    ['a range that a trace starts at the end of', { range: range(0, 1) }, []],
    ['an empty range', { range: range(2, 2) }, []],
    ['a type', { type: 'render' }, [3]],
    ['a type in a range: counted where it ended', { type: 'http', range: range(4, 5) }, []],
    ['a type in the range of its end', { type: 'http', range: range(14, 15) }, [4]],
    ['a series', { series: 'SELECT posts' }, [2, 1]],
    ['a series of another type', { series: 'SELECT posts', type: 'http' }, []],
    ['an unknown series', { series: 'nope' }, []],
    ['a reason of any span', { reason: 'slow' }, [2]],
    ['a reason that a trace shares with a stronger one', { reason: 'ancestor' }, [2]],
    ['a reason and a type: of that operation', { reason: 'slow', type: 'http' }, []],
    ['failed', { status: 'error' }, [3]],
    ['not failed', { status: 'ok' }, [4, 2, 1]],
    ['failed operations of a type', { status: 'error', type: 'database' }, []],
    ['a least duration, included', { minMillis: 900 }, [4, 2]],
    ['a most duration, included', { maxMillis: 50 }, [3, 1]],
    ['both', { minMillis: 21, maxMillis: 899 }, [3]],
    [
      'a duration and a series: of one operation',
      { series: 'SELECT posts', minMillis: 2, maxMillis: 3 },
      [2, 1],
    ],
    ['a duration no single operation has', { series: 'SELECT posts', minMillis: 4, maxMillis: 700 }, []],
    ['a series, slowest operation first', { type: 'database', sort: 'slowest' }, [2, 1]],
    ['text in a name', { terms: [text('feed')] }, [3]],
    ['text in any case', { terms: [text('gLaSs')] }, [1]],
    ['text in a message', { terms: [text('broken')] }, [3]],
    ['text in an event', { terms: [text('rangeerror')] }, [3]],
    ['text that is a whole number', { terms: [text('206')] }, [4]],
    ['text that is part of a number', { terms: [text('06')] }, []],
    ['an attribute by name and value', { terms: [attribute('http.response.status_code', '206')] }, [4]],
    ['an attribute of another value', { terms: [attribute('http.response.status_code', '20')] }, []],
    ['an attribute of an event, part of its text', { terms: [attribute('Exception.Type', 'range')] }, [3]],
    ['a value under another name', { terms: [attribute('http.status_code', '206')] }, []],
    ['every word', { terms: [text('get'), text('select')] }, [2, 1]],
    ['a word that is nowhere', { terms: [text('get'), text('nowhere')] }, []],
    ['a trace id', { terms: [text(traceIdOf(2))] }, [2]],
    ['a span id', { terms: [text(spanIdOf(301))] }, [3]],
    ['no term', { terms: [] }, [4, 3, 2, 1]],
    ['all but one', { terms: [{ ...text('feed'), negated: true }] }, [4, 2, 1]],
    ['text of a pattern', { terms: [text('.*')] }, []],
    ['a limit', { limit: 2 }, [4, 3]],
    [
      'everything together',
      {
        type: 'database',
        series: 'SELECT posts',
        reason: 'slow',
        status: 'ok',
        minMillis: 800,
        range: range(2, 3),
        terms: [text('posts')],
        sort: 'slowest',
        limit: 1,
      },
      [2],
    ],
  ])('answers %s', (_name, filter, expected) => {
    expect(ids(filter)).toEqual(expected);
  });

  it('counts all matches besides the first ones', () => {
    expect(filterTraces(TRACES, { limit: 1 })).toMatchObject({ total: 4, rows: [{ name: 'GET /media/*' }] });
    expect(filterTraces(TRACES, { limit: 0 })).toEqual({ total: 4, ahead: 0, rows: [] });
    expect(filterTraces([], {})).toEqual({ total: 0, ahead: 0, rows: [] });
  });
});

describe('clampLimit', () => {
  it.each([
    [undefined, 100],
    [NaN, 100],
    [1e9, 1000],
    [Infinity, 1000],
    [-5, 0],
    [2.9, 2],
  ])('turns %s into %s', (limit, expected) => {
    expect(clampLimit(limit)).toBe(expected);
  });
});
