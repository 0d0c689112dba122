import { describe, expect, it } from '@jest/globals';
import type { MissingTrace, TraceDetail } from '../../../../otel/query.ts';
import { Links } from '../../../../src/observatory/links.ts';
import { sentenceText } from '../../../../src/observatory/sentences/sentence.ts';
import { missingTraceSentence, traceSentence } from '../../../../src/observatory/sentences/trace-sentence.ts';
import { repeatedStatements } from '../../../../src/observatory/trace/repeated-statements.ts';
import { spanTree } from '../../../../src/observatory/trace/span-tree.ts';
import {
  abortedTrace,
  failingTrace,
  plainTrace,
  searchTrace,
  sketchTrace,
} from '../../../fixtures/trace-sketches.ts';

const NOW = new Date(2026, 10, 23, 14).getTime();
const LINKS = new Links('/o', {});
const ID = 'ab'.repeat(16);

const say = (trace: TraceDetail, among = 100): string =>
  sentenceText(
    traceSentence(trace, spanTree(trace.spans), repeatedStatements(trace.spans), LINKS, () => ({
      count: among,
    })),
  );

function requestWith(
  spans: Parameters<typeof sketchTrace>[2],
  millis = 100,
  more: Partial<TraceDetail> = {},
): TraceDetail {
  return sketchTrace(ID, NOW, [{ name: 'GET /a', type: 'http', at: 0, millis }, ...spans], more);
}

/** Its request counted in another series. */
function withSeries(trace: TraceDetail, series: string): TraceDetail {
  return {
    ...trace,
    series,
    spans: trace.spans.map((span) => (span.type === 'http' ? { ...span, series } : span)),
  };
}

describe('traceSentence', () => {
  it.each<readonly [string, TraceDetail, string]>([
    [
      'a slow statement',
      searchTrace(ID, NOW),
      "1.04 s, of which SELECT posts_fts took 961 ms. That is slower than 99.2 % of this statement's runs; the whole is slower than 99.4 % of the requests of this route.",
    ],
    [
      'a failure',
      failingTrace(ID, NOW),
      "Failed after 7.4 ms in render tag: TypeError: Cannot read properties of undefined (reading 'title').",
    ],
    [
      'an aborted download',
      abortedTrace(ID, NOW),
      '2.31 s, all of it work in its code, or waiting for what is not recorded (a timer, a file, a process, a short stall). That is slower than 99.9 % of the requests of this route. The client disconnected before the response was complete, after 10.5 MB.',
    ],
    [
      'an ordinary page',
      plainTrace(ID, NOW),
      '4.1 ms, most of it in GET /:year/:month/:slug itself: work in its code, or waiting for what is not recorded (a timer, a file, a process, a short stall). That is usual for the requests of this route.',
    ],
    [
      'an address that the blog has not',
      withSeries(plainTrace(ID, NOW), 'unknown paths'),
      '4.1 ms, most of it in the request itself: work in its code, or waiting for what is not recorded (a timer, a file, a process, a short stall). That is usual for the requests of this route.',
    ],
    [
      'one span',
      requestWith([]),
      '100 ms, all of it work in its code, or waiting for what is not recorded (a timer, a file, a process, a short stall). That is usual for the requests of this route.',
    ],
    [
      'a faster one than most',
      requestWith([{ name: 'render', type: 'render', at: 0, millis: 90, percentile: 0.02 }]),
      "100 ms, of which render took 90 ms. That is faster than most of this page's renderings; the whole is usual for the requests of this route.",
    ],
    [
      'many small parts',
      requestWith(
        [0, 1, 2, 3].map((index) => ({
          name: `S${index}`,
          type: 'database' as const,
          at: index * 25,
          millis: 24 + index / 10,
        })),
      ),
      '100 ms, spread over 5 operations; the largest, S3, took 24.3 ms. The whole is usual for the requests of this route.',
    ],
    [
      'N+1 as the reason',
      requestWith(
        Array.from({ length: 9 }, (_, index) => ({
          name: 'SELECT tags',
          type: 'database' as const,
          at: index * 10,
          millis: 9,
        })),
      ),
      '100 ms; SELECT tags ran 9 times one after the other, 81 ms in total. One query could replace them. The whole is usual for the requests of this route.',
    ],
    [
      'a few of one statement',
      requestWith(
        [0, 1].map((index) => ({ name: 'SELECT x', type: 'database' as const, at: index * 40, millis: 39 })),
      ),
      '100 ms; SELECT x ran 2 times, 78 ms in total. The whole is usual for the requests of this route.',
    ],
    [
      'spans that were not kept',
      requestWith([], 100, { droppedSpans: 12 }),
      '100 ms. That is usual for the requests of this route. 12 spans of it were counted but not kept.',
    ],
    [
      'one span that was not kept',
      requestWith([], 100, { droppedSpans: 1 }),
      '100 ms. That is usual for the requests of this route. 1 span of it was counted but not kept.',
    ],
    [
      'cut short',
      requestWith([], 100, { truncated: true, droppedSpans: 3 }),
      '100 ms. That is usual for the requests of this route. The trace was cut at the limit of spans or age, so the rest is missing.',
    ],
    ['no spans at all', { ...requestWith([]), spans: [] }, 'Its spans are no longer held.'],
    [
      'a failure without words',
      sketchTrace(ID, NOW, [{ name: 'GET /a', type: 'http', at: 0, millis: 3, error: '' }]),
      'Failed after 3 ms in GET /a.',
    ],
    [
      'the slowest ever',
      sketchTrace(ID, NOW, [{ name: 'job', type: 'other', at: 0, millis: 3, percentile: 1 }]),
      '3 ms. That is slower than nearly all of its kind.',
    ],
  ])('%s', (_, trace, expected) => expect(say(trace)).toBe(expected));

  it.each([
    [0.099, 'all of it waiting for what is not recorded (a timer, a file, a process): the event loop slept.'],
    [
      0.06,
      'all of it waiting for what is not recorded (a timer, a file, a process): the event loop slept for 60 ms of it.',
    ],
    [
      0.02,
      'all of it work in its code, or waiting for what is not recorded (a timer, a file, a process, a short stall).',
    ],
  ])(
    'says of a request of 100 ms in which the event loop slept for %d s what it waited for',
    (seconds, words) => {
      const trace = requestWith([]);
      const spans = trace.spans.map((span) => ({
        ...span,
        attributes: { ...span.attributes, 'operation.loop_idle': seconds },
      }));
      expect(say({ ...trace, spans }, 1)).toBe(`100 ms, ${words}`);
    },
  );

  it('says of which of two groups a request is, and calls nothing usual that three of four are faster than', () => {
    const groups = {
      fast: { count: 1158, medianMillis: 6.2 },
      slow: { count: 330, medianMillis: 131 },
      betweenMillis: 40,
    };
    const of = (millis: number, percentile: number, known?: typeof groups): string => {
      const trace = sketchTrace(ID, NOW, [{ name: 'GET /a', type: 'http', at: 0, millis, percentile }]);
      return sentenceText(
        traceSentence(trace, spanTree(trace.spans), [], LINKS, () => ({ count: 1488, groups: known })),
      );
    };
    const slower =
      ' That is of the slower group of the requests of this route: 330 of 1,488 take about 131 ms.';
    expect(of(118, 0.82, groups)).toContain(slower);
    expect(of(160, 0.93, groups)).toContain(slower);
    expect(of(900, 0.995, groups)).toContain(' That is slower than 99.5 % of the requests of this route.');
    expect(of(6, 0.4, groups)).toContain(' That is usual for the requests of this route.');
    const few = { ...groups, fast: { count: 100, medianMillis: 6.2 } };
    expect(of(6, 0.2, few)).toContain(
      ' That is of the faster group of the requests of this route: 100 of 430',
    );
    expect(of(118, 0.82)).toContain(' That is slower than 82 % of the requests of this route.');
    expect(of(118, 0.75)).toContain(' That is usual for ');
  });

  it('does not say how unusual something is among a few', () => {
    expect(say(searchTrace(ID, NOW), 19)).toBe('1.04 s, of which SELECT posts_fts took 961 ms.');
  });

  it('says among which others, and what is known of either', () => {
    const trace = searchTrace(ID, NOW);
    const among = (fewOf: string): string =>
      sentenceText(
        traceSentence(trace, spanTree(trace.spans), [], LINKS, ({ type }) => ({
          count: type === fewOf ? 19 : 100,
          when: ' in the last hour',
        })),
      );
    expect(among('')).toMatch(
      / runs; the whole is slower than 99\.4 % of the requests of this route in the last hour\.$/,
    );
    expect(among('http')).toMatch(
      / That is slower than 99\.2 % of this statement's runs in the last hour\.$/,
    );
    expect(among('database')).toMatch(
      /961 ms\. The whole is slower than 99\.4 % of the requests of this route in the last hour\.$/,
    );
  });

  it('cuts a message that would fill the page', () => {
    const text = say(
      sketchTrace(ID, NOW, [{ name: 'GET /a', type: 'http', at: 0, millis: 3, error: 'x'.repeat(5000) }]),
    );
    expect(text.length).toBeLessThan(260);
    expect(text.endsWith('…')).toBe(true);
  });

  it('says since which version a statement runs', () => {
    const trace = searchTrace(ID, NOW);
    const began = 'version 3.1 at 14:00';
    const parts = traceSentence(trace, spanTree(trace.spans), [], LINKS, () => ({ count: 100, began }));
    expect(sentenceText(parts)).toContain(
      "99.2 % of this statement's runs, new since version 3.1 at 14:00; the whole",
    );
  });

  it('links to the span it names', () => {
    const trace = searchTrace(ID, NOW);
    const parts = traceSentence(trace, spanTree(trace.spans), [], LINKS, () => ({ count: 100 }));
    expect(parts.find((part) => part.href !== undefined)).toEqual({
      text: 'SELECT posts_fts',
      href: `/o/traces/${ID}?span=${trace.spans[2]!.spanId}`,
      tone: 'database',
    });
  });
});

describe('missingTraceSentence', () => {
  const say = (missing: Omit<MissingTrace, 'traceId'>): string =>
    sentenceText(missingTraceSentence({ traceId: ID, ...missing }, LINKS, NOW));

  it.each(['count', 'bytes', 'age'] as const)('says when and why it left: %s', (reason) => {
    const words = {
      count: 'the buffer was full',
      bytes: 'the buffer reached its size limit',
      age: 'it aged out',
    };
    const evicted = { atMillis: NOW - 60_000, reason, name: 'GET /search', startMillis: NOW - 3_600_000 };
    expect(say({ reason: 'evicted', evicted })).toBe(
      `This trace was GET /search at 13:00:00. It was evicted from memory at 13:59:00 because ${words[reason]}, and is not on disk. Other traces around 13:00 may show the same.`,
    );
  });

  it.each([
    ['running', 'This trace is still running. Its spans are shown once it has ended.'],
    [
      'never-kept',
      'This trace was counted but its detail was not kept: sampling dropped it. See the traces that are here.',
    ],
    [
      'unknown',
      'There is no trace with this ID in memory or on disk. Dropped and evicted traces are remembered only for a while, so it may have existed. See the traces that are here.',
    ],
    [
      'evicted',
      'There is no trace with this ID in memory or on disk. Dropped and evicted traces are remembered only for a while, so it may have existed. See the traces that are here.',
    ],
  ] as const)('%s', (reason, expected) => expect(say({ reason })).toBe(expected));

  it('says since when evictions are remembered', () => {
    expect(say({ reason: 'unknown', rememberedFromMillis: NOW - 3_600_000 })).toContain(
      'remembered only for a while, and not from before the start at 13:00:00, so it may have existed.',
    );
  });
});
