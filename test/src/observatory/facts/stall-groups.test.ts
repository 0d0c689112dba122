import { expect, it } from '@jest/globals';
import type { Stall } from '../../../../otel/query.ts';
import { Links } from '../../../../src/observatory/links.ts';
import { blogFirst, ownGroup, stallGroups } from '../../../../src/observatory/facts/stall-groups.ts';
import { untracedWords } from '../../../../src/observatory/facts/untraced-work.ts';
import { sinceStart } from '../../../../src/observatory/facts/time-range.ts';
import {
  heldBy,
  stallsOfTraceWords,
  stallsSentence,
} from '../../../../src/observatory/sentences/stall-sentence.ts';
import { sentenceText } from '../../../../src/observatory/sentences/sentence.ts';
import { loopWaits, withWaits } from '../../../../src/observatory/facts/loop-waits.ts';
import { totalMillis } from '../../../../src/observatory/trace/intervals.ts';
import { spanTree } from '../../../../src/observatory/trace/span-tree.ts';
import { FAILING_TRACE, STALLS } from '../../../fixtures/busy-blog.ts';
import { NOW } from '../../../fixtures/still-runtime.ts';
import { sketchTrace } from '../../../fixtures/trace-sketches.ts';

const [first] = STALLS;
const unsampled = { ...first!, place: undefined, placeShare: 0, sampledShare: 0, callers: [] };

it('stalls without a known function are one row per route', () => {
  const holder = first!.holder!;
  const stalls = ['GET /report', 'GET /list', 'GET /report'].map((route) => ({
    ...unsampled,
    holder: { ...holder, route },
  }));
  const groups = stallGroups([...stalls, { ...unsampled, holder: undefined }]);
  expect(groups.map(({ route, count }) => [route, count])).toEqual([
    ['GET /report', 2],
    ['GET /list', 1],
    [undefined, 1],
  ]);
});

const LINKS = new Links('/base', {});
/** A request of 900 ms. */
const trace = sketchTrace(FAILING_TRACE, NOW - 10_000, [
  { name: 'GET /tags/:tag', type: 'http', at: 0, millis: 900 },
]);
const [request] = trace.spans;
const waiting = (sinceMillis: number, millis: number, of: Stall = unsampled, before = 0): Stall => ({
  ...of,
  durationMillis: millis + before,
  delayed: [
    {
      ...of.delayed[0]!,
      spanId: request!.spanId,
      waitedMillis: before + millis,
      within: { sinceMillis, millis },
    },
  ],
});
const words = (...stalls: readonly Stall[]): string => sentenceText(stallsOfTraceWords(trace, stalls, LINKS));

it('a wait for a loop that nobody is known to have held is a whole sentence', () => {
  expect(words(waiting(100, 350, { ...unsampled, holder: undefined }))).toBe(
    ' It waited up to 350 ms for the event loop.',
  );
});

it('a wait before a request was read is apart from what is within it, and at most so long', () => {
  expect(words(waiting(0, 0, first, 2020))).toBe(
    ' It waited up to 2.02 s for the event loop before it was read, blocked by spliceMarks src/search/marks.ts:88 in SELECT posts_fts of /search.',
  );
});

it('a statement has one name, that of its spans, or of an earlier version’s text', () => {
  const series = 'WITH RECURSIVE n(i) AS (SELECT ? UNION ALL SELECT i + ? FROM n) SELECT at FROM position, n';
  const of = (name?: string): Stall => ({
    ...first!,
    holder: { ...first!.holder!, series, ...(name !== undefined && { name }) },
  });
  for (const stall of [of(), of('SELECT position')])
    expect(sentenceText(heldBy(stall, LINKS))).toMatch(/ in SELECT position of \/search$/);
  expect(sentenceText(heldBy(of('SELECT position shelf'), LINKS))).toContain(' in SELECT position shelf of ');
});

it('several waits are one sentence, and their sum is within the request', () => {
  expect(words(waiting(0, 200, first), waiting(300, 500, first))).toMatch(
    /^ It waited 700 ms for the event loop: 500 ms blocked by spliceMarks .*, 200 ms blocked by spliceMarks [^:]*:88 in .* of \/search\.$/,
  );
  const { spans } = withWaits(trace, [waiting(0, 200, first), waiting(300, 500, first)]);
  const [node] = spanTree(spans);
  expect([node?.waitedMillis, node?.selfMillis, node?.criticalMillis]).toEqual([700, 200, 200]);
});

it('statements of a request that ran in one turn with the one that is blamed waited for nobody', () => {
  const busy = sketchTrace(FAILING_TRACE, NOW - 10_000, [
    { name: 'GET /tags/:tag', type: 'http', at: 0, millis: 900 },
    { name: 'SELECT 1', type: 'database', at: 20, millis: 400, parent: 0 },
    { name: 'SELECT 2', type: 'database', at: 420, millis: 470, parent: 0 },
  ]);
  const stall = waiting(0, 900, { ...first!, holder: { ...first!.holder!, traceId: 'f'.repeat(32) } });
  const own = { ...stall, delayed: [{ ...stall.delayed[0]!, spanId: busy.spans[0]!.spanId }] };
  expect(withWaits(busy, [own]).spans[0]?.waits).toMatchObject([{ durationMillis: expect.closeTo(30) }]);
  expect(sentenceText(stallsOfTraceWords(busy, [own], LINKS))).toMatch(
    /^ It waited 30.* ms for the event loop, /,
  );
});

it('a stall of an earlier version, or one that does not list all, is compared by the time of day', () => {
  const { startMillis } = trace;
  const old = { ...first!, delayed: [], durationMillis: 1000, processStartedAtMillis: 0 };
  const waited = (stall: Stall): number =>
    totalMillis(loopWaits([stall])({ traceId: trace.traceId, ...request! }));
  expect(waited({ ...old, atMillis: startMillis + 400 })).toBe(400);
  expect(waited({ ...old, atMillis: startMillis + 1300 })).toBe(600);
  expect(waited({ ...old, atMillis: startMillis - 1 })).toBe(0);
  expect(waited({ ...old, atMillis: startMillis + 1901 })).toBe(0);
  expect(waited({ ...old, atMillis: startMillis + 400, delayedCount: 0 })).toBe(0);
});

it('a function without a name is told by its place, a stall without samples by its route', () => {
  const unnamed = { ...first!, place: { ...first!.place!, name: '(anonymous)' } };
  expect(stallGroups([unnamed])).toMatchObject([
    { place: 'function at src/search/marks.ts:88', functionName: 'function' },
  ]);
  expect(stallGroups([unsampled])[0]?.place).toMatch(/^no sample: /);
});

it('stalls of the observatory’s own pages are named as such, others are not', () => {
  const callers: Stall['callers'] = [
    { name: 'draw', location: 'src/observatory/pages/routes-page.ts:31', origin: 'app' },
  ];
  const place: Stall['place'] = {
    name: 'mergedSummary',
    location: 'otel/aggregate/list-summary.ts:40',
    origin: 'app',
  };
  const own = { ...STALLS[0]!, holder: undefined, place, callers, sampledShare: 1 };
  expect(stallGroups([own])).toMatchObject([{ isOwnView: true, operation: undefined }]);
  expect(stallGroups([{ ...own, callers: [] }])).toMatchObject([{ isOwnView: false }]);
  expect(stallGroups([{ ...STALLS[0]!, callers }])).toMatchObject([{ isOwnView: false }]);
});

it('a stall of a page that is not traced is told by its path, sampled or not', () => {
  const own = { ...unsampled, holder: undefined, untracedPath: '/base/admin/metrics-dashboard/changes' };
  const scrape = { ...own, untracedPath: '/metrics' };
  const groups = stallGroups([own, own, scrape, { ...unsampled, holder: undefined }]);
  expect(groups.map((group) => [untracedWords(group), group.count])).toEqual([
    ['the observatory’s page /changes', 2],
    ['/metrics, which is not traced', 1],
    [undefined, 1],
  ]);
  const facts = {
    rows: [own],
    thresholdMillis: 250,
    watch: { is: 'watching' },
    heldSinceMillis: undefined,
  } as const;
  const sentence = stallsSentence(facts, sinceStart(NOW - 3_600_000, NOW), NOW, LINKS);
  expect(sentenceText(sentence)).toContain(
    '; most of that time without a sample of what ran, during the observatory’s page /changes.',
  );
});

it('a stall of telemetry itself says so, and is none of a request that it ran for', () => {
  const place = { name: '#quietly', location: 'otel/store/history.ts:279', origin: 'kit' } as const;
  const stall = { ...STALLS[0]!, holder: undefined, place, sampledShare: 1, placeShare: 1, callers: [] };
  expect(stallGroups([stall]).map(untracedWords)).toEqual(['telemetry']);
  expect(sentenceText(heldBy(stall, LINKS))).toBe(' by #quietly otel/store/history.ts:279, for telemetry');
  const { holder } = STALLS[0]!;
  expect(stallGroups([{ ...stall, holder }]).map(untracedWords)).toEqual([undefined]);
  expect(stallGroups([{ ...stall, untracedPath: '/metrics' }]).map(untracedWords)).toEqual([
    '/metrics, which is not traced',
  ]);
});

it('a function that ran for several pages is of none of them, a live update of no request', () => {
  const { place } = STALLS[0]!;
  const own = { ...STALLS[0]!, holder: undefined, place, sampledShare: 1, placeShare: 0.5, callers: [] };
  const at = (untracedPath: string): Stall => ({ ...own, untracedPath });
  const overview = at('/admin/metrics-dashboard');
  const wordsOf = (...stalls: readonly Stall[]): unknown => stallGroups(stalls).map(untracedWords);
  expect(wordsOf(overview, overview)).toEqual(['the observatory’s overview']);
  expect(wordsOf(overview, at('/admin/metrics-dashboard/queries'))).toEqual([
    'several pages of the observatory',
  ]);
  expect(wordsOf(overview, at('/metrics'))).toEqual(['several requests that are not traced']);
  const live = {
    ...overview,
    callers: [{ name: 'step', location: 'src/observatory/live/live-streams.ts:160', origin: 'app' }] as const,
  };
  expect(wordsOf(live)).toEqual(['a page of the observatory']);
  expect(sentenceText(heldBy(live, LINKS))).toMatch(/, for a page of the observatory$/);
});

/** Planted: the function, how long, and what part of the samples was in it. */
const ledger = (...planted: readonly (readonly [string, number, number])[]): readonly Stall[] =>
  planted.map(([name, durationMillis, placeShare], index) => ({
    ...first!,
    atMillis: NOW - 60_000 * index,
    durationMillis,
    sampledShare: 1,
    placeShare,
    place: { name, location: `src/${name}.ts:7`, origin: 'app' },
    holder: undefined,
  }));
const said = (rows: readonly Stall[]): string => {
  const facts = {
    rows,
    thresholdMillis: 250,
    watch: { is: 'watching' },
    heldSinceMillis: undefined,
  } as const;
  return sentenceText(stallsSentence(facts, sinceStart(NOW - 3_600_000, NOW), NOW, LINKS));
};

it('only more than half of the time is called most, and what is not recorded is said', () => {
  expect(said(ledger(['rank', 400, 1], ['count', 300, 1], ['rank', 300, 1], ['pack', 800, 1]))).toMatch(
    /, for up to 800 ms from [\d:]+; the largest part of that time \(44 %: 800 ms of 1\.8 s\) in pack src\/pack\.ts:7\. .* What blocked it for less than 250 ms is not recorded\.$/,
  );
  expect(said(ledger(['rank', 600, 1], ['count', 300, 1], ['rank', 500, 1]))).toContain(
    '; most of that time (79 %: 1.1 s of 1.4 s) in rank src/rank.ts:7.',
  );
  // As much as the others together is no more than half.
  expect(said(ledger(['rank', 500, 1], ['count', 500, 1]))).toContain('; the largest part of that time ');
  // Nor is a function that a quarter of the samples were in.
  expect(said(ledger(['rank', 500, 0.25]))).toContain(
    '; the largest part of that time (25 % of the samples) in rank src/rank.ts:7.',
  );
  expect(said(ledger(['rank', 500, 0.75]))).toContain('; most of that time in rank src/rank.ts:7.');
});

it('a stall without a sample while the server started says so, and blames no request that ran then', () => {
  const early = (sinceStartMillis: number): Stall => ({
    ...unsampled,
    holder: { ...first!.holder!, type: 'http', series: 'GET /feed.atom', route: 'GET /feed.atom' },
    processStartedAtMillis: first!.atMillis - first!.durationMillis - sinceStartMillis,
  });
  const [group] = stallGroups([early(13_600)]);
  expect(group).toMatchObject({ route: undefined, operation: undefined, isOfStart: true });
  expect(group?.place).toBe('while the server started, before the thread that samples ran');
  expect(group?.sinceStartMillis).toBeCloseTo(13_600);
  expect(said([early(13_600)])).toContain('; most of that time while the server started, before the thread');
  expect(said([early(13_600)])).not.toMatch(/feed|posts_fts/);
  expect(heldBy({ ...early(6000), place: undefined }, LINKS)).toEqual([]);
  const own = { ...early(6000), holder: { ...first!.holder!, traceId: trace.traceId }, delayed: [] };
  expect(words(own)).toMatch(/^ The event loop was blocked for [\d.]+ ms while the server started, /);
  expect(stallGroups([early(600_000)])).toMatchObject([
    { route: undefined, during: [{ route: 'GET /feed.atom', count: 1 }], isOfStart: false },
  ]);
  expect(stallGroups([early(2000), { ...early(4000), durationMillis: 5000 }])).toMatchObject([
    { count: 2, sinceStartMillis: expect.closeTo(4000 + first!.durationMillis - 5000) },
  ]);
});

it('a statement that took most of a stall of the start is known without a sample', () => {
  const early = (series: string): Stall => ({
    ...unsampled,
    holder: { ...first!.holder!, series },
    processStartedAtMillis: first!.atMillis - first!.durationMillis - 900,
  });
  const stalls = [early('CREATE INDEX post_by_day ON posts (day)'), early('ANALYZE')];
  expect(stallGroups(stalls)).toMatchObject(
    stalls.map(({ holder }) => ({ isOfStart: true, operation: { series: holder?.series } })),
  );
  expect(said([stalls[1]!])).toContain(
    '; most of that time in ANALYZE of /search while the server started, before the thread that samples ran.',
  );
  expect(sentenceText(heldBy(stalls[1]!, LINKS))).toBe(' in ANALYZE of /search');
});

it('the pages of the observatory are one row after those of the blog, and nothing is lost of the sums', () => {
  const own = (path: string, durationMillis: number): Stall => ({
    ...first!,
    holder: undefined,
    durationMillis,
    place: { name: path.slice(1), location: `src/observatory/pages${path}-page.ts:9`, origin: 'app' },
    untracedPath: `/admin/metrics-dashboard${path}`,
  });
  const stalls = [own('/changes', 900), first!, own('/routes', 700), own('/routes', 300)];
  const groups = stallGroups(stalls);
  const shown = blogFirst(groups, ownGroup(stalls));
  expect(
    shown.map(({ place, places, count, worstMillis, totalMillis }) => [
      place,
      places,
      count,
      worstMillis,
      totalMillis,
    ]),
  ).toEqual([
    [
      groups.find(({ isOwnView }) => !isOwnView)?.place,
      undefined,
      1,
      first!.durationMillis,
      first!.durationMillis,
    ],
    ['the observatory’s own pages', 2, 3, 900, 1900],
  ]);
  // All delayed the same request.
  expect(groups.map(({ delayed }) => delayed)).toEqual([1, 1, 1]);
  expect(shown.map(({ delayed }) => delayed)).toEqual([1, 1]);
  // One alone keeps its name.
  const two = [own('/changes', 900), first!];
  expect(blogFirst(stallGroups(two), ownGroup(two)).map(({ place }) => place)).toEqual([
    expect.stringContaining('spliceMarks'),
    'changes src/observatory/pages/changes-page.ts:9',
  ]);
});

it('a function is one row, whichever line of it ran, with the line of its longest stall', () => {
  const at = (line: number, durationMillis: number): Stall => ({
    ...first!,
    durationMillis,
    place: { name: 'rank', location: 'src/rank.ts:110', line, origin: 'app' },
  });
  expect(stallGroups([at(115, 300), at(117, 500), at(115, 260)])).toMatchObject([
    { place: 'rank src/rank.ts:110', line: 117, count: 3 },
  ]);
});

it('stalls in which the system ran other programs tell which requests were going on, and blame none', () => {
  const others = (route: string | undefined): Stall => ({
    ...first!,
    sampledShare: 0,
    holder: route === undefined ? undefined : { ...first!.holder!, type: 'http', route },
  });
  const [group] = stallGroups(['GET /b', 'GET /a', 'GET /a', undefined].map(others));
  expect(group).toMatchObject({
    place: 'other programs',
    operation: undefined,
    route: undefined,
    count: 4,
    during: [
      { route: 'GET /a', count: 2 },
      { route: 'GET /b', count: 1 },
    ],
  });
});

it('the share of the samples in a place is over all of its time', () => {
  const [stall] = STALLS;
  const [group] = stallGroups([
    { ...stall!, sampledShare: 1, placeShare: 0.2, durationMillis: 300 },
    { ...stall!, sampledShare: 1, placeShare: 0.8, durationMillis: 100 },
  ]);
  expect(group?.placeShare).toBeCloseTo(0.35);
});

it('a request that waited before and after it ran itself waited for both', () => {
  const before = waiting(0, 200, first);
  const [delayed] = before.delayed;
  const stall = { ...before, delayed: [{ ...delayed!, alsoWithin: { sinceMillis: 400, millis: 300 } }] };
  expect(loopWaits([stall])({ traceId: trace.traceId, ...request! })).toMatchObject([
    { startMillis: request!.startMillis, durationMillis: 200 },
    { startMillis: request!.startMillis + 400, durationMillis: 300 },
  ]);
});

/** Without a usable sample: `share` of the stall is covered by the span of its holder. */
const blind = (share: number, more: Partial<Stall> = {}): Stall => ({
  ...unsampled,
  holder: { ...first!.holder!, coveredShare: share },
  ...more,
});

it('a request that was going on in a stall without a sample is not blamed for it', () => {
  const holder = { ...first!.holder!, type: 'http', series: 'GET /report', route: 'GET /report' } as const;
  const stall = blind(0, { holder: { ...holder, coveredShare: 0 } });
  expect(stallGroups([stall, { ...stall, holder: undefined }])).toMatchObject([
    {
      isKnown: false,
      operation: undefined,
      route: undefined,
      functionName: undefined,
      during: [{ route: 'GET /report', count: 1 }],
      count: 2,
    },
  ]);
  expect(said([stall])).toContain('; most of that time without a sample of what ran, during /report.');
  expect(heldBy(stall, LINKS)).toEqual([]);
  expect(words({ ...stall, holder: { ...stall.holder!, traceId: trace.traceId }, delayed: [] })).toMatch(
    /^ Meanwhile the event loop was blocked for .* without a sample of what ran\.$/,
  );
});

it('a statement that took most of a stall held it, whatever the samples are', () => {
  const busy = { place: first!.place, sampledShare: 0.1, durationMillis: 1310 };
  const groups = stallGroups([
    first!,
    blind(0.9, busy),
    blind(0.9, { durationMillis: 900 }),
    blind(0.3, { ...busy, durationMillis: 500 }),
  ]);
  expect(groups.map(({ partlyRun }) => partlyRun)).toEqual([1, 0]);
  // A part of it does not say who held the loop for the rest.
  expect(groups.map(({ place, count, worstMillis }) => [place, count, worstMillis])).toEqual([
    ['spliceMarks src/search/marks.ts:88', 3, 1310],
    ['other programs', 1, 500],
  ]);
  expect(sentenceText(heldBy(blind(0.9, busy), LINKS))).toBe(
    ' by spliceMarks src/search/marks.ts:88 in SELECT posts_fts of /search, other programs for part of it',
  );
  expect(sentenceText(heldBy(blind(0.9), LINKS))).toBe(' in SELECT posts_fts of /search');
  // Without any function, it has a row of its own.
  expect(stallGroups([blind(0.9)])).toMatchObject([
    { functionName: undefined, isKnown: true, route: 'GET /search' },
  ]);
});
