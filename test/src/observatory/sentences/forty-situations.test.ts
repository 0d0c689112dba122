import { describe, expect, it } from '@jest/globals';
import type { Limits, Marker, SeriesSummary, Stall } from '../../../../otel/query.ts';
import type { DataFacts } from '../../../../src/observatory/facts/data-facts.ts';
import type { MemorySince } from '../../../../src/observatory/facts/memory-since.ts';
import { momentText } from '../../../../src/observatory/format/moment.ts';
import { Links } from '../../../../src/observatory/links.ts';
import { checksOf } from '../../../../src/observatory/sentences/checks.ts';
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
  LEVEL,
} from './situations.ts';

type Facts = Partial<OverviewSituation>;

const DAY = 24 * HOUR;
const LIMITS = situation().limits;
const limits = (more: Partial<Limits>): Facts => ({ limits: { ...LIMITS, ...more } });
const data = (more: Partial<DataFacts>): Facts => ({ data: { freeBytes: 9e9, backup: undefined, ...more } });
const started = (millisAgo: number): Facts => ({
  startedAtMillis: NOW - millisAgo,
  countedFromMillis: NOW - millisAgo,
});
const failing = (millis: number): Facts => ({
  exported: { lost: 0, all: 5000 },
  exportFailing: { endpoint: 'http://c:4318', sinceMillis: NOW - millis, failingSinceMillis: NOW - millis },
});
const slow = (type: 'database' | 'render', p95: number): Facts => {
  const { operations, ...rest } = metrics();
  const duration_ms = { ...operations[type].duration_ms, p95 };
  return {
    metrics: {
      ...rest,
      operations: { ...operations, [type]: { ...operations[type], count: 900, duration_ms } },
    },
  };
};
const crash: Marker = {
  atMillis: NOW - HOUR / 2,
  kind: 'start',
  label: 'start',
  before: { ended: 'not stopped', atMillis: NOW - HOUR / 2 - 4000, pid: 7 },
};
const ownStall = (delayedCount: number): Stall => ({
  ...stallOf(1200),
  holder: undefined,
  untracedPath: '/admin/metrics-dashboard',
  delayedCount,
});
const clock: Marker = { atMillis: NOW, kind: 'clock', label: 'clock set back by 2 h' };
const failingRoute = (path: string, errors: number, count: number): SeriesSummary =>
  series('http', `GET ${path}`, { errors, count });
const FULL_SOON = memoryOf({ isGrowing: true, bytesPerHour: 4e8, plusMinus: 1e7 });
const memorySinceOf = (endedAtMillis: number | undefined): MemorySince => ({
  version: '1.5.0',
  atMillis: NOW - HOUR,
  growth: { isGrowing: true, mayGrow: true, bytesPerHour: 9.7e8, plusMinus: 2e7, line: LEVEL },
  of: 'heap',
  startedAtMillis: NOW - HOUR,
  endedAtMillis,
  isLatest: true,
  before: 'level',
});
/** Too young to judge, of a version that grew. */
const LEAKING_BEFORE = memoryOf(
  {},
  {
    heap: undefined,
    ofVersion: {
      version: '1.5.0',
      growth: memorySinceOf(undefined).growth,
      overMillis: HOUR,
      usedBytes: 60_000_000,
    },
  },
);
const everything: Facts = {
  metrics: metrics({ count: 1000, errors: 30, client_errors: 400, slow: 100, p95: 4000 }),
  routes: [failingRoute('/a', 30, 40)],
  ...data({ freeBytes: 0, backup: { atMillis: NOW - 90 * DAY } }),
  openFiles: { used: 1023, limit: 1024, atMillis: NOW, ranOut: true },
  stallMillis: 29_000,
  crashes: [crash],
  memory: FULL_SOON,
  saturatedMillis: 90_000,
  missingShare: 0.5,
  faults: { count: 3, place: 'http start' },
  audit: DISAGREEING,
  storm: { probability: 0.2 },
  exported: { lost: 400, all: 1000 },
  exportFailing: { endpoint: 'x', sinceMillis: NOW - DAY, failingSinceMillis: NOW - DAY },
};

/** What an owner should read first, from the facts alone. */
const SITUATIONS: readonly (readonly [situation: string, facts: Facts, first: string])[] = [
  ['a good hour', {}, 'All fine.'],
  ['silence', { metrics: EMPTY }, 'Quiet.'],
  ['imported traces only: they are not counted', { metrics: EMPTY }, 'Quiet.'],
  [
    'telemetry off',
    { metrics: { ...EMPTY, sampling: { ...EMPTY.sampling, enabled: false } } },
    'Telemetry is off, because METRICS_ENABLED is false.',
  ],
  [
    'a range before all counts',
    { metrics: EMPTY, range: { fromMillis: 0, toMillis: 1, words: 'then' } },
    'There is no data for that time: counts begin',
  ],
  [
    'one request',
    { metrics: metrics({ count: 1 }) },
    'Too little traffic to judge: 1 request in the last hour, none failed.',
  ],
  [
    'one 500 of one request',
    { metrics: metrics({ count: 1, errors: 1 }), routes: [series('http', 'GET /x', { errors: 1 })] },
    'Too little traffic to judge, but not all is well: 1 request in the last hour, 1 failed, at /x.',
  ],
  [
    '19 requests, all failed',
    { metrics: metrics({ count: 19, errors: 19 }) },
    'Too little traffic to judge, but not all is well: 19 requests in the last hour, 19 failed.',
  ],
  ['20 requests, one failed', { metrics: metrics({ count: 20, errors: 1 }) }, 'Some requests fail.'],
  ['1 of 10,000 failed', { metrics: metrics({ count: 10_000, errors: 1 }) }, 'Fine.'],
  ['exactly one in a hundred failed', { metrics: metrics({ count: 10_000, errors: 100 }) }, 'Fine.'],
  ['one more than that', { metrics: metrics({ count: 10_000, errors: 101 }) }, 'Some requests fail.'],
  ['a tenth failed', { metrics: metrics({ count: 10_000, errors: 1000 }) }, 'Many requests fail.'],
  ['all 5xx', { metrics: metrics({ count: 500, errors: 500 }) }, 'Every request fails.'],
  [
    'one failure, where none is allowed',
    { metrics: metrics({ count: 10_000, errors: 1 }), ...limits({ failedShare: 0 }) },
    'Some requests fail.',
  ],
  [
    'failures that are not judged',
    { metrics: metrics({ count: 500, errors: 500 }), ...limits({ failedShare: Number.NaN }) },
    'Fine.',
  ],
  [
    'a route that fails for a quarter of its requests, a small share of all',
    { metrics: metrics({ count: 10_000, errors: 27 }), routes: [failingRoute('/preview', 27, 100)] },
    'One route fails often. 10,000 requests in the last hour, 27 failed, all of them at /preview. /preview failed for 27 % of its 100 requests.',
  ],
  [
    'two such routes',
    {
      metrics: metrics({ count: 10_000, errors: 50 }),
      routes: [failingRoute('/a', 10, 50), failingRoute('/b', 40, 50), series('http', 'GET /')],
    },
    '2 routes fail often. 10,000 requests in the last hour, 50 failed, most of them at /b. /b failed for 80 % of its 50 requests, and 1 more fails too often.',
  ],
  [
    'a route of which exactly a tenth failed',
    { metrics: metrics({ count: 10_000, errors: 10 }), routes: [failingRoute('/a', 10, 100)] },
    'Fine.',
  ],
  [
    'a route that was asked for too seldom to judge',
    { metrics: metrics({ count: 10_000, errors: 19 }), routes: [failingRoute('/a', 19, 19)] },
    'Fine.',
  ],
  [
    'a failing route that is not judged',
    {
      metrics: metrics({ count: 10_000, errors: 27 }),
      routes: [failingRoute('/a', 27, 100)],
      ...limits({ routeFailedShare: Number.NaN }),
    },
    'Fine.',
  ],
  [
    'one route that fails, and so many failures of all',
    { metrics: metrics({ count: 1000, errors: 30 }), routes: [failingRoute('/a', 30, 40)] },
    'Some requests fail. 1,000 requests in the last hour, 30 failed, all of them at /a. /a failed for 75 % of its 40 requests.',
  ],
  ['old failures, outside the range', { metrics: metrics({ errors: 0 }) }, 'All fine.'],
  [
    'a flood of 404s of bots',
    { metrics: metrics({ count: 10_000, client_errors: 9000 }), botsNotFound: 8900 },
    'All fine.',
  ],
  [
    'a flood of 404s of bots, and few readers',
    { metrics: metrics({ count: 10_000, client_errors: 9990 }), botsNotFound: 9985 },
    'All fine.',
  ],
  [
    '404s of readers',
    { metrics: metrics({ count: 1000, client_errors: 300 }), botsNotFound: 20 },
    'Nothing failed, but many requests got a 4xx.',
  ],
  [
    '4xx and some failures',
    { metrics: metrics({ count: 1000, client_errors: 300, errors: 5 }) },
    'Many requests got a 4xx.',
  ],
  ['readers who leave', { metrics: metrics({ count: 1000, aborted: 600 }) }, 'All fine.'],
  ['slow requests', { metrics: metrics({ count: 1000, slow: 60, p95: 1300 }) }, 'Working, but slow.'],
  ['slow downloads', { metrics: metrics({ count: 1000, slow: 2, p95: 9000 }) }, 'All fine.'],
  [
    'slow by a stricter limit',
    { metrics: metrics({ count: 1000, p95: 300 }), ...limits({ requestP95Millis: 200 }) },
    'Working, but slow.',
  ],
  ['slow statements', slow('database', 140), 'Statements are slow.'],
  ['slow renders', slow('render', 140), 'Renders are slow.'],
  ['the loop blocked for 0.3 s', { stallMillis: 300, blocked: longestTurn([stallOf(300)]) }, 'Fine.'],
  ['the loop blocked for 29 s', { stallMillis: 29_000 }, 'Nothing was answered for 29 s.'],
  [
    'the loop blocked by two stalls in a row, of which the first was answered before the second',
    {
      stallMillis: 5000,
      blocked: longestTurn([stallOf(4000), { ...stallOf(5000), atMillis: stallOf(4000).atMillis + 5000 }]),
    },
    'Almost nothing was answered for 9 s.',
  ],
  [
    'the loop blocked for 29 s, in silence',
    { metrics: EMPTY, stallMillis: 29_000 },
    'Nothing was answered for 29 s.',
  ],
  [
    'the loop blocked for 29 s, by one request',
    { metrics: metrics({ count: 1 }), stallMillis: 29_000 },
    'Nothing was answered for 29 s.',
  ],
  ['a saturated loop', { saturatedMillis: 30_000 }, 'Requests waited before they were read.'],
  ['an export that failed for a minute', failing(60_000), 'All fine.'],
  ['a dead export', failing(2 * HOUR), 'The export fails.'],
  ['an export that is rejected', { exported: { lost: 900, all: 1000 } }, 'The export loses data.'],
  ['a full disk', data({ freeBytes: 0 }), 'The disk is full.'],
  [
    'a disk that is full now, of an hour ago',
    { ...data({ freeBytes: 0 }), range: { fromMillis: NOW - 2 * HOUR, toMillis: NOW - HOUR, words: 'then' } },
    'All fine.',
  ],
  ['a nearly full disk', data({ freeBytes: 12_000_000 }), 'Only 12 MB are left on the disk.'],
  [
    'a history file that was set aside',
    { faults: { count: 1, place: 'history.open' } },
    'These numbers may be too low.',
  ],
  ['counts that did not fit', { missingShare: 0.2 }, 'Some counts are lost.'],
  ['a young process', started(41_000), 'All fine.'],
  ['after a crash', { crashes: [crash] }, 'The process ended without being stopped.'],
  [
    'after a kill',
    { crashes: [{ ...crash, before: { ended: 'killed', atMillis: NOW, pid: 7 } }] },
    'The process was killed.',
  ],
  ['after two', { crashes: [crash, crash] }, 'The process ended 2 times without being stopped.'],
  ['a clock that was set back', { clockSteps: [clock] }, 'All fine.'],
  ['a storm of which all is kept', { storm: { probability: 1 } }, 'All fine.'],
  ['a storm', { storm: { probability: 0.04 } }, 'Not every failure is kept.'],
  ['growing memory that lasts for days', { memory: GROWING_MEMORY }, 'All fine.'],
  ['memory that is full before tomorrow', { memory: FULL_SOON }, 'Memory runs out.'],
  ['the same, not judged', { memory: FULL_SOON, ...limits({ memoryFullMillis: Number.NaN }) }, 'All fine.'],
  ['a process too young to tell', { memory: memoryOf({}, { heap: undefined }) }, 'All fine.'],
  [
    'a young process after one that leaked',
    { memory: memoryOf({}, { heap: undefined }), leakBefore: 'The process before grew.' },
    'All fine. 32,410 requests in the last hour, none failed. One in twenty took longer than 19 ms. The process before grew.',
  ],
  [
    'memory that grows since a version',
    { memory: GROWING_MEMORY, memorySince: memorySinceOf(undefined) },
    `Every limit holds, but memory grows. 32,410 requests in the last hour, none failed. Memory grows since version 1.5.0 (${momentText(NOW - HOUR, NOW)}): 970 ± 20 MB an hour; level before. One in twenty took longer than 19 ms.`,
  ],
  [
    'memory that grows since a version, and is full before tomorrow',
    { memory: FULL_SOON, memorySince: memorySinceOf(undefined) },
    'Memory runs out. 32,410 requests in the last hour, none failed. Memory grows since version 1.5.0',
  ],
  [
    'a young process after one of a new version that leaked',
    {
      memory: memoryOf({}, { heap: undefined }),
      leakBefore: 'The process before grew.',
      memorySince: memorySinceOf(NOW - 60_000),
    },
    `Every limit holds, but memory grows. 32,410 requests in the last hour, none failed. Memory grows since version 1.5.0 (${momentText(NOW - HOUR, NOW)}): 970 ± 20 MB an hour in the process from ${momentText(NOW - HOUR, NOW)} to ${momentText(NOW - 60_000, NOW)}; level before. One in twenty took longer than 19 ms.`,
  ],
  [
    'a young process of a version that leaked, so that the heap is full before tomorrow',
    { memory: LEAKING_BEFORE, memorySince: memorySinceOf(NOW - 60_000) },
    `Memory runs out. 32,410 requests in the last hour, none failed. Memory grows since version 1.5.0 (${momentText(NOW - HOUR, NOW)}): 970 ± 20 MB an hour in the process from ${momentText(NOW - HOUR, NOW)} to ${momentText(NOW - 60_000, NOW)}; level before. At this rate the limit of the heap (4 GB) is reached in 4 hours.`,
  ],
  [
    'the same, when the version before is not known',
    { memory: LEAKING_BEFORE, leakBefore: 'The process before grew.' },
    'Memory runs out. 32,410 requests in the last hour, none failed. The process before grew. At this rate the limit of the heap (4 GB) is reached in 4 hours.',
  ],
  [
    'memory that grows since a version, when more is wrong than there is room for',
    {
      metrics: metrics({ errors: 3000 }),
      stallMillis: 29_000,
      crashes: [crash],
      saturatedMillis: 60_000,
      memory: GROWING_MEMORY,
      memorySince: memorySinceOf(undefined),
    },
    `Some requests fail. 32,410 requests in the last hour, 3,000 failed. Memory grows since version 1.5.0 (${momentText(NOW - HOUR, NOW)}): 970 ± 20 MB an hour; level before.`,
  ],
  ['books that do not balance', { audit: DISAGREEING }, 'Sampling is biased.'],
  [
    'no backup, on the first day',
    { ...data({ backup: { atMillis: undefined } }), ...started(DAY) },
    'All fine.',
  ],
  [
    'no backup in 40 days',
    { ...data({ backup: { atMillis: undefined } }), ...started(40 * DAY) },
    'There is no backup.',
  ],
  ['an old backup', data({ backup: { atMillis: NOW - 45 * DAY } }), 'The last backup is 45 days old.'],
  [
    'failures and a held loop',
    { metrics: metrics({ errors: 3000 }), stallMillis: 29_000 },
    'Some requests fail.',
  ],
  [
    'a kill that lasted longer than the longest stall',
    {
      crashes: [{ ...crash, before: { ended: 'killed', atMillis: NOW, pid: 7 } }],
      downMillis: 47_200,
      crashedMillis: 47_200,
      stallMillis: 1090,
    },
    'The process was killed. 32,410 requests in the last hour, none failed; the blog was down for 47.2 s.',
  ],
  [
    'a crash after which the next process started at once, and a long stall',
    { crashes: [crash], downMillis: 900, crashedMillis: 900, stallMillis: 1090 },
    'Nothing was answered for 1.09 s.',
  ],
  [
    'a deployment that lasted longer than the longest stall, which nobody calls a crash',
    { downMillis: 47_200, stallMillis: 1090 },
    'Nothing was answered for 1.09 s.',
  ],
  [
    'a failing blog that was down, too',
    { metrics: metrics({ errors: 3000 }), crashes: [crash], downMillis: 47_200, crashedMillis: 47_200 },
    'Some requests fail.',
  ],
  [
    'a route that fails, and a kill that kept more readers out: 427 of 32,410 an hour',
    {
      metrics: metrics({ errors: 138 }),
      routes: [failingRoute('/guestbook', 138, 504)],
      crashes: [crash],
      downMillis: 47_200,
      crashedMillis: 47_200,
      stallMillis: 1090,
    },
    'The process ended without being stopped. 32,410 requests in the last hour, 138 failed, all of them at /guestbook; the blog was down for 47.2 s.',
  ],
  [
    'the same of which more failed than found nobody',
    {
      metrics: metrics({ errors: 440 }),
      routes: [failingRoute('/guestbook', 440, 504)],
      crashes: [crash],
      downMillis: 47_200,
      crashedMillis: 47_200,
    },
    'Some requests fail.',
  ],
  [
    "a stall of the observatory's own page, for which little waited, and slow requests",
    { blocked: longestTurn([ownStall(19)]), stallMillis: 1200, metrics: metrics({ slow: 1700, p95: 4000 }) },
    'Working, but slow. 32,410 requests in the last hour, none failed. One in twenty took longer than 4 s. The event loop was blocked for up to 1.2 s',
  ],
  [
    'such a stall and a crash that was over soon',
    { blocked: longestTurn([ownStall(19)]), stallMillis: 1200, crashes: [crash], crashedMillis: 900 },
    'The process ended without being stopped.',
  ],
  [
    'such a stall alone',
    { blocked: longestTurn([ownStall(19)]), stallMillis: 1200 },
    'Nothing was answered for 1.2 s.',
  ],
  [
    'such a stall, for which many waited',
    { blocked: longestTurn([ownStall(20)]), stallMillis: 1200, metrics: metrics({ slow: 1700, p95: 4000 }) },
    'Nothing was answered for 1.2 s.',
  ],
  ['everything at once', everything, 'Some requests fail.'],
];

describe('the first sentence', () => {
  it.each(SITUATIONS)('of %s', (_, facts, first) => {
    const said = sentenceText(overviewSentence(situation(facts), new Links('/o', {})));
    expect(said.slice(0, first.length)).toBe(first);
  });

  it.each(SITUATIONS)('of %s has no link that is too long to be shown', (_, facts) => {
    const links = overviewSentence(situation(facts), new Links('/o', {})).filter(
      ({ href }) => href !== undefined,
    );
    expect(links.filter(({ text }) => text.length > 100)).toEqual([]);
  });

  it('calls fine only what holds, and holds each limit that it judges', () => {
    const verdicts = SITUATIONS.map(([, facts]) => {
      const said = sentenceText(overviewSentence(situation(facts), new Links('/o', {})));
      const isBroken = checksOf(situation(facts)).some(({ state }) => state === 'broken');
      return { isFine: /^(?:All fine|Fine|Quiet)\./.test(said), isBroken };
    });
    expect(verdicts.filter(({ isFine, isBroken }) => isFine && isBroken)).toEqual([]);
    expect(verdicts.filter(({ isBroken }) => isBroken).length).toBeGreaterThan(20);
  });

  it('names the worst first, in a stated order, and says how many more limits do not hold', () => {
    const broken = checksOf(situation(everything)).filter(({ state }) => state === 'broken');
    expect(broken.map(({ key }) => key)).toEqual([
      'failed',
      'route_failed',
      'disk',
      'open_files',
      'loop',
      'crashes',
      'memory',
      'request_p95',
      'saturated',
      'client_errors',
      'missing',
      'faults',
      'books',
      'storm',
      'backup',
      'export',
      'export_lost',
    ]);
    const said = sentenceText(overviewSentence(situation(everything), new Links('/o', {})));
    expect(said).toMatch(
      /Memory grows by 400 ± 10 MB an hour since .* Nothing was answered for 29 s\. The process ended without being stopped\. 10 more limits do not hold\.$/,
    );
  });
});
