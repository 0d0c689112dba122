import { describe, expect, it } from '@jest/globals';
import type { Stall } from '../../../../otel/query.ts';
import { clockText, momentText } from '../../../../src/observatory/format/moment.ts';
import { Links } from '../../../../src/observatory/links.ts';
import { atLeastOver } from '../../../../src/observatory/sentences/overview-reasons.ts';
import { overviewSentence } from '../../../../src/observatory/sentences/overview-sentence.ts';
import type { OverviewSituation } from '../../../../src/observatory/sentences/overview-situation.ts';
import { sentenceText } from '../../../../src/observatory/sentences/sentence.ts';
import { longestTurn } from '../../../../src/observatory/facts/blocked-turns.ts';
import { NOW } from '../../../fixtures/still-runtime.ts';
import {
  DISAGREEING,
  EMPTY,
  GROWING_MEMORY,
  HOUR,
  memoryOf,
  metrics,
  series,
  situation,
  stallOf,
} from './situations.ts';

const LINKS = new Links('/o', {});
const say = (more: Partial<OverviewSituation> = {}): string =>
  sentenceText(overviewSentence(situation(more), LINKS));

describe('overviewSentence', () => {
  const slowRoute = series('http', 'GET /search', { count: 2000 }, 38, 900);
  const statement = series('database', 'SELECT posts_fts', { totalMillis: 740, callers: ['GET /search'] });
  const rest = series('database', 'SELECT posts', { totalMillis: 260, callers: ['GET /'] });
  const repeated = {
    route: 'GET /tags/:tag',
    series: 'SELECT tag FROM tags WHERE post_id = ?',
    name: 'SELECT tags',
    count: 24,
    totalMillis: 14,
    traceId: 'aa',
    spanId: 'bb',
    traces: 2,
  };

  const after = (stall: Stall, durationMillis: number): Stall => ({
    ...stallOf(durationMillis),
    atMillis: stall.atMillis + durationMillis,
  });

  it.each<readonly [string, Partial<OverviewSituation>, string]>([
    [
      'off',
      { metrics: metrics({}, { sampling: { ...EMPTY.sampling, enabled: false } }) },
      'Telemetry is off, because METRICS_ENABLED is false.',
    ],
    ['quiet', { metrics: EMPTY }, 'Quiet. No requests in the last hour.'],
    [
      'quiet just after the start',
      { metrics: EMPTY, startedAtMillis: NOW - 200, countedFromMillis: NOW - 200 },
      'Quiet. No requests since the start just now.',
    ],
    [
      'counts that begin with telemetry, a moment after the process',
      { startedAtMillis: NOW - 150_000, countedFromMillis: NOW - 149_900 },
      'All fine. 32,410 requests since the start 2 minutes ago, none failed. One in twenty took longer than 19 ms.',
    ],
    [
      'quiet in the first minute',
      { metrics: EMPTY, startedAtMillis: NOW - 41_000, countedFromMillis: NOW - 41_000 },
      'Quiet. No requests since the start 41 seconds ago.',
    ],
    [
      'one request',
      { metrics: metrics({ count: 1, max: 3.8 }) },
      'Too little traffic to judge: 1 request in the last hour, none failed. The longest took 3.8 ms.',
    ],
    [
      'few requests',
      { metrics: metrics({ count: 19, max: 1040, slow: 1 }) },
      'Too little traffic to judge: 19 requests in the last hour, none failed. The longest took 1.04 s.',
    ],
    [
      'the first minutes',
      { startedAtMillis: NOW - 150_000, countedFromMillis: NOW - 150_000 },
      'All fine. 32,410 requests since the start 2 minutes ago, none failed. One in twenty took longer than 19 ms.',
    ],
    [
      'a good day',
      {},
      'All fine. 32,410 requests in the last hour, none failed. One in twenty took longer than 19 ms.',
    ],
    [
      'a few failures',
      { metrics: metrics({ errors: 3 }) },
      'Fine. 32,410 requests in the last hour, 3 failed. One in twenty took longer than 19 ms.',
    ],
    [
      'failures at one place',
      { metrics: metrics({ errors: 3 }), routes: [series('http', 'GET /tags/:tag', { errors: 3 })] },
      'Fine. 32,410 requests in the last hour, 3 failed, all of them at /tags/:tag. One in twenty took longer than 19 ms.',
    ],
    [
      'one failure',
      { metrics: metrics({ errors: 1 }), routes: [series('http', 'POST /x', { errors: 1 })] },
      'Fine. 32,410 requests in the last hour, 1 failed, at POST /x. One in twenty took longer than 19 ms.',
    ],
    [
      'failures mostly at one place',
      {
        metrics: metrics({ errors: 10 }),
        routes: [series('http', 'GET /a', { errors: 2 }), series('http', 'GET /b', { errors: 8 })],
      },
      'Fine. 32,410 requests in the last hour, 10 failed, most of them at /b. One in twenty took longer than 19 ms.',
    ],
    [
      'failures spread wide',
      {
        metrics: metrics({ errors: 10 }),
        routes: [
          series('http', 'GET /a', { errors: 4 }),
          series('http', 'GET /b', { errors: 3 }),
          series('http', 'GET /c', { errors: 3 }),
        ],
      },
      'Fine. 32,410 requests in the last hour, 10 failed. One in twenty took longer than 19 ms.',
    ],
    [
      'one in a hundred fails',
      { metrics: metrics({ errors: 400 }) },
      'Some requests fail. 32,410 requests in the last hour, 400 failed. One in twenty took longer than 19 ms.',
    ],
    [
      'a storm',
      { metrics: metrics({ errors: 20_000 }) },
      'Many requests fail. 32,410 requests in the last hour, 20,000 failed. One in twenty took longer than 19 ms.',
    ],
    [
      'books of sampling that disagree',
      { audit: DISAGREEING },
      'Sampling is biased. 32,410 requests in the last hour, none failed. Sampling deviates from the counts: for GET /search, operations kept stand for 102,000, but 100,000 were counted, 6.3 standard deviations off. One in twenty took longer than 19 ms.',
    ],
    [
      'a storm that is cut',
      { metrics: metrics({ errors: 20_000 }), storm: { probability: 0.04 } },
      'Many requests fail. 32,410 requests in the last hour, 20,000 failed. So much fails or is slow that only 4 % of it is kept in detail; all of it is counted. One in twenty took longer than 19 ms.',
    ],
    [
      'a storm of what is slow',
      { storm: { probability: 0.3 } },
      'Not every failure is kept. 32,410 requests in the last hour, none failed. So much fails or is slow that only 30 % of it is kept in detail; all of it is counted. One in twenty took longer than 19 ms.',
    ],
    [
      'a download of few',
      { metrics: metrics({ count: 19, max: 20_000 }) },
      'Too little traffic to judge: 19 requests in the last hour, none failed. The longest took 20 s to the last byte; none waited a second or longer for the first byte.',
    ],
    [
      'slow through its readers',
      {
        metrics: metrics({ count: 300, slow: 2, p95: 5970 }),
        routes: [series('http', 'GET /media/*name', { count: 40 }, 6100, 9000)],
      },
      'All fine. 300 requests in the last hour, none failed. One in twenty took longer than 5.97 s to the last byte, most of them at /media/*name; 2 waited a second or longer for the first byte.',
    ],
    [
      'answers 4xx to most',
      {
        metrics: metrics({ count: 1000, client_errors: 580 }),
        routes: [
          series('http', 'unknown paths', {
            clientErrors: 500,
            statuses: [
              { status: 404, count: 480 },
              { status: 405, count: 20 },
            ],
          }),
          series('http', 'POST /admin/sign-in', {
            clientErrors: 80,
            statuses: [
              { status: 200, count: 20 },
              { status: 403, count: 80 },
            ],
          }),
        ],
      },
      'Nothing failed, but many requests got a 4xx. 1,000 requests in the last hour, none failed. 58 % got a 4xx, most of them 404, most at unknown paths. One in twenty took longer than 19 ms.',
    ],
    [
      'the usual few 4xx',
      { metrics: metrics({ count: 1000, client_errors: 199 }) },
      'All fine. 1,000 requests in the last hour, none failed. One in twenty took longer than 19 ms.',
    ],
    [
      'saturated',
      { saturatedMillis: 40_000 },
      'Requests waited before they were read. 32,410 requests in the last hour, none failed. The event loop was saturated for 40 seconds: durations do not include the time that requests waited to be read. One in twenty took longer than 19 ms.',
    ],
    [
      'slow as a whole',
      { metrics: metrics({ slow: 1700, p95: 2300 }) },
      'Working, but slow. 32,410 requests in the last hour, none failed. One in twenty took longer than 2.3 s.',
    ],
    [
      'failing and slow',
      { metrics: metrics({ slow: 1700, p95: 2300, errors: 1 }) },
      'Working, but slow. 32,410 requests in the last hour, 1 failed. One in twenty took longer than 2.3 s.',
    ],
    [
      'one slow route',
      { routes: [slowRoute] },
      'All fine. 32,410 requests in the last hour, none failed. One in twenty took longer than 19 ms, most of them at /search.',
    ],
    [
      'a slow route too rare to be the reason',
      { routes: [{ ...slowRoute, count: 5 }] },
      'All fine. 32,410 requests in the last hour, none failed. One in twenty took longer than 19 ms.',
    ],
    [
      'one slow statement of the slow route',
      { routes: [slowRoute], statements: [statement, rest] },
      'All fine. 32,410 requests in the last hour, none failed. One in twenty took longer than 19 ms, most of them at /search; its statement SELECT posts_fts took 74 % of all database time.',
    ],
    [
      'one slow statement of one route',
      { statements: [statement, rest] },
      'All fine. 32,410 requests in the last hour, none failed. One in twenty took longer than 19 ms; SELECT posts_fts, issued only by /search, took 74 % of all database time.',
    ],
    [
      'one slow statement of several routes',
      { statements: [{ ...statement, callers: ['GET /', 'GET /b'] }, rest] },
      'All fine. 32,410 requests in the last hour, none failed. One in twenty took longer than 19 ms; SELECT posts_fts took 74 % of all database time.',
    ],
    [
      'a statement without known callers',
      { statements: [series('database', 'SELECT jobs', { totalMillis: 1 })] },
      'All fine. 32,410 requests in the last hour, none failed. One in twenty took longer than 19 ms; SELECT jobs took 100 % of all database time.',
    ],
    [
      'statements that share the time',
      { statements: [series('database', 'A'), series('database', 'B'), series('database', 'C')] },
      'All fine. 32,410 requests in the last hour, none failed. One in twenty took longer than 19 ms.',
    ],
    [
      'N+1',
      { repeated: [repeated] },
      'All fine. 32,410 requests in the last hour, none failed. One in twenty took longer than 19 ms. /tags/:tag ran SELECT tags 24 times in one request.',
    ],
    [
      'a loop that costs next to nothing',
      { repeated: [{ ...repeated, totalMillis: 0.2 }] },
      'All fine. 32,410 requests in the last hour, none failed. One in twenty took longer than 19 ms.',
    ],
    [
      'growing memory',
      { memory: GROWING_MEMORY },
      `All fine. 32,410 requests in the last hour, none failed. One in twenty took longer than 19 ms. Memory grows by 12 ± 2 MB an hour since ${clockText(NOW - HOUR)}.`,
    ],
    [
      'a stalled loop',
      { stallMillis: 350 },
      'Fine. 32,410 requests in the last hour, none failed. One in twenty took longer than 19 ms. The event loop was blocked for up to 350 ms.',
    ],
    [
      'a stall of 300 ms',
      { stallMillis: 290, blocked: longestTurn([stallOf(300)]) },
      'Fine. 32,410 requests in the last hour, none failed. One in twenty took longer than 19 ms. The event loop was blocked for up to 300 ms from 13:20:19 by spin src/search/marks.ts:88 in SELECT posts_fts of /search; 3 requests had to wait for that.',
    ],
    [
      'a stall of 2 s',
      { stallMillis: 1980, blocked: longestTurn([stallOf(2000)]) },
      'Nothing was answered for 2 s. 32,410 requests in the last hour, none failed. The event loop was blocked for up to 2 s from 13:20:18 by spin src/search/marks.ts:88 in SELECT posts_fts of /search; 3 requests had to wait for that. One in twenty took longer than 19 ms.',
    ],
    [
      'a stall of 10.3 s, for which a timer was 10.5 s late',
      { stallMillis: 10_500, blocked: longestTurn([stallOf(10_300)]) },
      'Nothing was answered for 10.3 s. 32,410 requests in the last hour, none failed. The event loop was blocked for up to 10.3 s from 13:20:09 by spin src/search/marks.ts:88 in SELECT posts_fts of /search; 3 requests had to wait for that. One in twenty took longer than 19 ms.',
    ],
    [
      'two stalls in one turn, the longer one without a sample',
      {
        stallMillis: 810,
        blocked: longestTurn([
          stallOf(300),
          {
            ...after(stallOf(300), 500),
            place: undefined,
            sampledShare: 0,
            holder: { ...stallOf(500).holder!, type: 'http', coveredShare: 0 },
          },
        ]),
      },
      'Fine. 32,410 requests in the last hour, none failed. One in twenty took longer than 19 ms. The event loop was blocked for up to 800 ms by 2 stalls in a row from 13:20:19, the longest, 500 ms from 13:20:20, without a sample of what ran, during /search; up to 6 requests had to wait (of each stall, the hundred that waited longest are told apart).',
    ],
    [
      'two stalls in one turn',
      { stallMillis: 810, blocked: longestTurn([stallOf(300), after(stallOf(300), 500)]) },
      'Fine. 32,410 requests in the last hour, none failed. One in twenty took longer than 19 ms. The event loop was blocked for up to 800 ms by 2 stalls in a row from 13:20:19, the longest, 500 ms from 13:20:20, by spin src/search/marks.ts:88 in SELECT posts_fts of /search; up to 6 requests had to wait (of each stall, the hundred that waited longest are told apart).',
    ],
    [
      'a stall of the start: what ran is not to blame',
      {
        stallMillis: 1700,
        blocked: longestTurn([
          {
            ...stallOf(1700),
            place: undefined,
            sampledShare: 0,
            holder: { ...stallOf(1700).holder!, type: 'http' },
            processStartedAtMillis: stallOf(1700).atMillis - 1700 - 13_600,
          },
        ]),
      },
      'Nothing was answered for 1.7 s. 32,410 requests in the last hour, none failed. The event loop was blocked for up to 1.7 s from 13:20:18 while the server started, before the thread that samples ran; 3 requests had to wait for that. One in twenty took longer than 19 ms.',
    ],
    [
      'a stall of 29 s that nobody sampled',
      { stallMillis: 29_000, blocked: longestTurn([stallOf(300)]) },
      'Nothing was answered for 29 s. 32,410 requests in the last hour, none failed. The event loop was blocked for up to 29 s. One in twenty took longer than 19 ms.',
    ],
    [
      'a stall of 29 s among failures',
      { stallMillis: 29_000, metrics: metrics({ errors: 3000 }) },
      'Some requests fail. 32,410 requests in the last hour, 3,000 failed. The event loop was blocked for up to 29 s. One in twenty took longer than 19 ms.',
    ],
    [
      'no file descriptor left',
      { openFiles: { used: 1024, limit: 1024, atMillis: NOW, ranOut: true } },
      `File descriptors ran out. 32,410 requests in the last hour, none failed. 1,024 of 1,024 were open at ${momentText(NOW, NOW)}; refused connections are not counted. One in twenty took longer than 19 ms.`,
    ],
    [
      'few file descriptors left',
      { openFiles: { used: 950, limit: 1024, atMillis: NOW, ranOut: false } },
      `File descriptors nearly ran out. 32,410 requests in the last hour, none failed. 950 of 1,024 were open at ${momentText(NOW, NOW)}. One in twenty took longer than 19 ms.`,
    ],
    [
      'a loop that is not measured',
      { stallMillis: NaN },
      'All fine. 32,410 requests in the last hour, none failed. One in twenty took longer than 19 ms.',
    ],
    [
      'a dead exporter',
      {
        exportFailing: {
          endpoint: 'http://c:4318',
          sinceMillis: NOW - 2 * HOUR,
          failingSinceMillis: NOW - HOUR,
        },
      },
      'The export fails. 32,410 requests in the last hour, none failed. The export endpoint http://c:4318 last accepted an export 2 hours ago; these pages are not affected. One in twenty took longer than 19 ms.',
    ],
    [
      'an exporter that never worked, on a quiet blog',
      {
        metrics: EMPTY,
        exportFailing: { endpoint: '', sinceMillis: undefined, failingSinceMillis: NOW - HOUR },
      },
      'The export fails. No requests in the last hour. The export endpoint has not accepted an export yet; these pages are not affected.',
    ],
    [
      'all at once: three reasons, not five',
      {
        stallMillis: 350,
        memory: GROWING_MEMORY,
        repeated: [repeated],
      },
      `Fine. 32,410 requests in the last hour, none failed. One in twenty took longer than 19 ms. The event loop was blocked for up to 350 ms. Memory grows by 12 ± 2 MB an hour since ${clockText(NOW - HOUR)}.`,
    ],
  ])('%s', (_, more, expected) => expect(say(more)).toBe(expected));

  it('reports no data for a time before the first count, and does not call it quiet', () => {
    const range = { fromMillis: NOW - 9 * HOUR, toMillis: NOW - 8 * HOUR, words: 'then' };
    const countedFromMillis = NOW - HOUR;
    expect(say({ metrics: EMPTY, range, countedFromMillis, startedAtMillis: countedFromMillis })).toMatch(
      /^There is no data for that time: counts begin \d\d:\d\d:\d\d\.$/,
    );
  });

  it('says when telemetry itself fails, rather than that all is quiet', () => {
    const faults = { count: 1204, place: 'http start' };
    expect(say({ metrics: EMPTY, faults })).toBe(
      'These numbers may be too low. No request was counted in the last hour. Telemetry itself failed 1,204 times since the start, most at “http start”: the blog is not affected.',
    );
    expect(say({ faults })).toMatch(/^These numbers may be too low\. .* Telemetry itself failed/);
  });

  it('states the first reason with the verdict, the others separately', () => {
    const parts = overviewSentence(
      situation({ stallMillis: 600, repeated: [repeated], statements: [statement, rest] }),
      LINKS,
    );
    const words = (aside: boolean): string =>
      sentenceText(parts.filter((part) => (part.aside ?? false) === aside)).trim();
    expect(words(false)).toMatch(/^Fine\. .* of all database time\.$/);
    expect(words(true)).toBe(
      'The event loop was blocked for up to 600 ms. /tags/:tag ran SELECT tags 24 times in one request.',
    );
  });

  const soonFull = memoryOf(
    { isGrowing: true, bytesPerHour: 970_000_000, plusMinus: 20_000_000 },
    { heapBytes: 1_000_000_000, heapLimitBytes: 4_000_000_000 },
  );
  const memorySince: OverviewSituation['memorySince'] = {
    version: '1.5.0',
    atMillis: NOW - 2 * HOUR,
    growth: soonFull.heap!,
    of: 'heap',
    startedAtMillis: NOW - 2 * HOUR,
    endedAtMillis: undefined,
    isLatest: true,
    before: 'level',
  };
  const manyBroken: Partial<OverviewSituation> = {
    metrics: metrics({ errors: 3000, p95: 9000, slow: 9000 }),
    routes: [series('http', 'GET /x', { count: 6000, errors: 3000 })],
    stallMillis: 29_000,
    saturatedMillis: HOUR,
  };

  it('says all that is known of memory that runs out, whatever else is worse in a longer range', () => {
    const FULL = 'At this rate the limit of the heap (4 GB) is reached in 3 hours.';
    const saidOf = (more: Partial<OverviewSituation>): readonly [string, string | undefined] => {
      const parts = overviewSentence(situation({ ...manyBroken, ...more }), new Links('/o', { from: '-6h' }));
      return [sentenceText(parts), parts.find(({ text }) => text.startsWith('Memory '))?.href];
    };
    const href = '/o/process?from=-6h#memory';
    const [since, sinceHref] = saidOf({ memory: soonFull, memorySince });
    expect(since).toContain(
      `Memory grows since version 1.5.0 (${momentText(NOW - 2 * HOUR, NOW)}): 970 ± 20 MB an hour; level before. ${FULL}`,
    );
    expect(since).not.toContain('Memory runs out.');
    expect(sinceHref).toBe(href);
    const own = saidOf({ memory: { ...soonFull, version: '1.5.0' } });
    expect(own[0]).toContain(
      `Memory grows by 970 ± 20 MB an hour since ${clockText(NOW - HOUR)}, in version 1.5.0; at this rate the limit of the heap (4 GB) is reached in 3 hours.`,
    );
    expect(own[1]).toBe(href);
    const { heap, ...young } = soonFull;
    const ofVersion = { version: '1.5.0', growth: heap!, overMillis: HOUR, usedBytes: 1_000_000_000 };
    const [ofOther, otherHref] = saidOf({ memory: { ...young, heap: undefined, ofVersion } });
    expect(ofOther).toContain(
      `Memory of version 1.5.0 grew by 970 ± 20 MB an hour in 1 hour of an earlier process. ${FULL}`,
    );
    expect(otherHref).toBe(href);
  });

  it('leads from a limit that it only names to the page with its evidence', () => {
    const parts = overviewSentence(situation(manyBroken), new Links('/o', { from: '-6h' }));
    const named = parts.find(({ text }) => text === 'Requests waited before they were read.');
    expect(named?.href).toBe('/o/process?from=-6h');
  });

  it('links every part to its evidence', () => {
    const parts = overviewSentence(
      situation({
        metrics: metrics({ errors: 3 }),
        routes: [slowRoute, series('http', 'GET /tags/:tag', { errors: 3 })],
        statements: [statement],
        repeated: [repeated],
      }),
      new Links('/o', { from: '-6h' }),
    );
    expect(parts.filter((part) => part.href !== undefined).map((part) => [part.text, part.href])).toEqual([
      ['3 failed', '/o/failures?from=-6h'],
      ['/tags/:tag', '/o/route?name=GET+%2Ftags%2F%3Atag&from=-6h'],
      ['/search', '/o/route?name=GET+%2Fsearch&from=-6h'],
      ['SELECT posts_fts', '/o/statement?name=SELECT+posts_fts&from=-6h'],
      ['/tags/:tag', '/o/route?name=GET+%2Ftags%2F%3Atag&from=-6h'],
      ['SELECT tags 24 times', '/o/traces/aa?span=bb&from=-6h'],
    ]);
  });
});

describe('atLeastOver', () => {
  it('is a lower bound by the percentiles', () => {
    const row = series('http', 'x', { count: 1000 }, 10, 100);
    expect([5, 50, 100].map((millis) => atLeastOver(row, millis))).toEqual([500, 100, 0]);
  });
});
