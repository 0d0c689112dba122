import { beforeAll, describe, expect, it } from '@jest/globals';
import { MeasuredBlog } from '../../fixtures/measured-blog.ts';
import { serveObservatory } from '../../fixtures/observatory-server.ts';
import { wordsOf } from '../../fixtures/page-text.ts';
import { NOW } from '../../fixtures/still-runtime.ts';

/** What was sent: a request each second, every second one with two statements, each of its own length. */
const LEDGER = Array.from({ length: 900 }, (_, index) => ({
  atMillis: NOW - 1_000_000 + index * 1000,
  route: index % 3 === 0 ? 'GET /search' : 'GET /posts/:slug',
  statement: index % 3 === 0 ? 'SELECT id FROM post_search' : 'SELECT * FROM posts WHERE id = ?',
  statements: Array.from({ length: 1 + (index % 2) }, (_, number) => (index * 7 + number * 11) % 90),
}));
type Sent = (typeof LEDGER)[number];
/** Eight of the quarter of an hour, over before now. */
const PAST = { from: '2026-11-23T13:36:00Z', to: '2026-11-23T13:44:00Z' };
const HAPPENED = LEDGER.map(({ atMillis, route, statement, statements }) => ({
  startMillis: atMillis,
  spans: [
    { name: route, type: 'http' as const, at: 0, millis: requestMillis(statements) },
    ...statements.map((millis, index) => ({
      name: statement,
      type: 'database' as const,
      at: 1 + index * 100,
      millis,
    })),
  ],
}));
const NEVER_SLOW = { METRICS_SLOW_QUERY_THRESHOLD: '3600', METRICS_SLOW_HTTP_THRESHOLD: '3600' };

function requestMillis(statements: readonly number[]): number {
  return Math.max(...statements.map((millis, index) => index * 100 + millis)) + 10;
}

async function pagesOf(env: Readonly<Record<string, string>>): Promise<(query: string) => Promise<string>> {
  const { origin } = await serveObservatory(new MeasuredBlog({ env, happened: HAPPENED }).telemetry);
  return async (query) => {
    const address = `${origin}/admin/metrics-dashboard/traces${query}`;
    const answer = await fetch(address, { headers: { accept: 'text/html' } });
    return wordsOf(await answer.text());
  };
}

const requests = (isOne: (row: Sent) => boolean): number => LEDGER.filter(isOne).length;
const statements = (isOne: (millis: number, row: Sent) => boolean): number =>
  LEDGER.reduce((sum, row) => sum + row.statements.filter((millis) => isOne(millis, row)).length, 0);
const hasOver = (bound: number) => (row: Sent) => row.statements.some((millis) => millis > bound);

interface Said {
  readonly from: number;
  readonly to: number;
}

/** Of `12`, `12 to 15` or `at most 15` before the words. */
function range(words: string, before: string): Said {
  const [, most, from, to = from] =
    new RegExp(String.raw`(at most )?(\d+)(?: to (\d+))? ${before}`, 'i').exec(words) ?? [];
  return { from: most === undefined ? Number(from) : 0, to: Number(to) };
}

describe('a search for what took long, with an eighth to a half of it kept', () => {
  let words: (query: string) => Promise<string>;
  beforeAll(async () => {
    const rates = 'database=0.5,http=0.2,render=0.125,other=0.2';
    words = await pagesOf({ METRICS_SAMPLING_RATE: rates, ...NEVER_SLOW });
  });

  it.each<[string, string, (row: Sent) => boolean]>([
    [
      '?q=db%3E30.5ms',
      'requests had a statement that took longer than 30.5 ms in the last hour',
      hasOver(30.5),
    ],
    ['?q=db%3E%3D60.5', 'requests had a statement that took at least 60.5 ms', hasOver(60.5)],
    [
      `?q=db%3E%3D30.5&${new URLSearchParams(PAST).toString()}`,
      'requests had a statement that took at least 30.5 ms between 13:36:00 and 13:44:00',
      (row) =>
        hasOver(30.5)(row) && row.atMillis >= Date.parse(PAST.from) && row.atMillis < Date.parse(PAST.to),
    ],
    ['?type=database&min=30.5', 'requests had a statement that took at least', hasOver(30.5)],
    [
      '?q=db%3E30.5+db:post_search',
      'requests match',
      (row) => hasOver(30.5)(row) && row.route === 'GET /search',
    ],
    [
      '?q=db%3E30.5+route:/search',
      'requests match',
      (row) => hasOver(30.5)(row) && row.route === 'GET /search',
    ],
    [
      '?q=db%3E30.5+-route:/search',
      'requests match',
      (row) => hasOver(30.5)(row) && row.route !== 'GET /search',
    ],
    ['?q=db%3E30.5+status:200', 'requests match', hasOver(30.5)],
    ['?q=db%3E30.5+-status:4xx', 'requests match', hasOver(30.5)],
    [
      '?q=query%3E30.5+code:200+route:/search',
      'requests match',
      (row) => hasOver(30.5)(row) && row.route === 'GET /search',
    ],
  ])(
    '%s says between which numbers of requests had one, and how many of them are listed',
    async (query, said, isOne) => {
      const page = await words(query);
      const all = requests(isOne);
      const { from, to } = range(page, said);
      expect(from).toBeLessThanOrEqual(all);
      expect(to).toBeGreaterThanOrEqual(all);
      expect(to - from).toBeGreaterThan(0);
      expect(to - from).toBeLessThan(all);
      expect(page).toContain('(estimated from those kept, right in 95 of 100 cases)');
      const listed = range(page, 'traces match').from;
      expect(listed).toBeLessThan(all);
      expect(range(page, 'of them are kept and listed here').from).toBe(listed);
    },
  );

  it.each<[string, string, number]>([
    ['?q=db%3E30.5ms', 'such statements ran in all', statements((millis) => millis > 30.5)],
    ['?q=db%3E%3D60.5', 'such statements ran in all', statements((millis) => millis > 60.5)],
    [
      '?q=dur%3E70.5',
      'requests took longer than 70.5 ms',
      requests((row) => requestMillis(row.statements) > 70.5),
    ],
    [
      '?q=dur%3E70.5+route:/search',
      'requests match',
      requests((row) => requestMillis(row.statements) > 70.5 && row.route === 'GET /search'),
    ],
    [
      '?q=dur%3E70.5+-route:/search',
      'requests match',
      requests((row) => requestMillis(row.statements) > 70.5 && row.route !== 'GET /search'),
    ],
    [
      '?q=db%3E30.5+db:post_search',
      'of these statements took longer',
      statements((millis, row) => millis > 30.5 && row.route === 'GET /search'),
    ],
  ])('%s says how many %s were counted, within the steps of their durations', async (query, said, all) => {
    const { from, to } = range(await words(query), said);
    expect(from).toBeLessThanOrEqual(all);
    expect(to).toBeGreaterThanOrEqual(all);
    // One length of this ledger at most is within 2 % of the bound.
    expect(to - from).toBeLessThanOrEqual(20);
  });

  it('says one number where nothing took about as long as the bound, and never about', async () => {
    const far = await words('?q=db%3E5.5');
    const all = statements((millis) => millis > 5.5);
    expect(far).toContain(`${all.toLocaleString('en')} such statements ran in all (each one is counted).`);
    const near = await words('?q=db%3E80.1');
    expect(near).toContain('such statements ran in all (each one is counted, its time to within 2 %).');
    expect(near).not.toMatch(/In all, kept or not,[^<]* about /);
  });

  it.each(['?q=glass', ''])('%s says nothing that neither counts nor weights tell', async (query) => {
    const page = await words(query);
    expect(page).not.toContain('In all, kept or not');
    expect(page).not.toContain('Only kept traces are counted');
  });

  it('says that no request matches if the route had none, and at most so many if none is kept', async () => {
    expect(await words('?q=db%3E30+route:/nowhere')).toContain(
      'In all, kept or not, no request matches in the last hour.',
    );
    const { from, to } = range(await words('?q=db%3E30+route:/search+status:404'), 'requests match');
    expect([from, to > 0, to <= requests(({ route }) => route === 'GET /search')]).toEqual([0, true, true]);
  });

  it.each([
    '?q=-db%3E30',
    '?q=db%3C30',
    '?q=db%3E30+dur%3E40',
    '?q=db%3E30+agent:bot',
    '?q=dur%3E30+status:200',
    '?q=db%3E30+error:*',
  ])('%s says that kept traces alone are counted, and of how many they are', async (query) => {
    const page = await words(query);
    expect(page).not.toContain('In all, kept or not');
    const held = range(await words(''), 'traces are held').from;
    expect(held).toBeLessThan(LEDGER.length);
    expect(page).toContain(
      `Only kept traces are counted here: those of ${held} of 900 requests in the last hour.`,
    );
  });
});

describe('a search for what took long, of which every one is kept', () => {
  it.each([
    ['all', { METRICS_SAMPLING_RATE: '1', ...NEVER_SLOW }],
    ['what is slow', { METRICS_SAMPLING_RATE: '0.1', METRICS_SLOW_QUERY_THRESHOLD: '0.03' }],
  ])('says one number of requests, all of them listed, if %s is kept', async (_, env) => {
    const words = await pagesOf(env);
    const all = requests(hasOver(30.5));
    const page = await words('?q=db%3E30.5ms');
    expect(page).toContain(`In all, kept or not, ${all} requests had a statement that took longer`);
    expect(page).toContain(`in the last hour (every one is kept); ${all} of them are kept and listed here.`);
  });
});

describe('a search for what took long, of which nothing is kept', () => {
  it('says how many there were at most', async () => {
    const words = await pagesOf({ METRICS_SAMPLING_RATE: '0', ...NEVER_SLOW });
    const all = statements((millis) => millis > 80.5);
    const page = await words('?q=db%3E80.5ms');
    expect(page).toContain('No held trace matches in the last hour.');
    expect(page).toContain('none of them is kept');
    expect(range(page, 'requests had a statement').to).toBeGreaterThanOrEqual(all);
  });
});
