import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';
import { until } from '../fixtures/until.ts';
import { BlogProcess, START_ARGUMENTS, WATCHED } from './blog-process.ts';
import { pageDocument, type PageDocument } from './page-document.ts';
import { becomeOwner } from './signed-in-owner.ts';
import type { Visitor } from './visitor.ts';

const PLANTED = 'test/integration/planted-stalls.ts';
const ARGUMENTS = [...START_ARGUMENTS.slice(0, 3), '--import', `./${PLANTED}`, ...START_ARGUMENTS.slice(3)];
const BASE = '/admin/metrics-dashboard';
/** So long that two requests after each other are none, on a slow machine, too. */
const STALL_SECONDS = 1;
/** Shorter than a stall, and longer than the time between two samples. */
const MILLIS = 70;
/** Of twenty: alone, all; a busy machine may take no sample for so long. */
const NEARLY_ALL = 15;

interface RouteCode {
  readonly requests: number;
  readonly unread: number;
  readonly unasked: number;
  readonly samples: number;
  readonly idle: number;
  readonly shared: number;
  readonly others: number;
  readonly functions: readonly {
    readonly place: string;
    readonly requests: number;
    readonly samples: number;
  }[];
}

type RoutePage = PageDocument<{
  readonly own: { readonly code: RouteCode };
  readonly slowest: readonly { readonly trace_id: string }[];
}>;

let blog: BlogProcess;
let owner: Visitor;
const dataDir = temporaryFolder();

async function start(env: Readonly<Record<string, string>> = {}): Promise<void> {
  blog = await BlogProcess.start(
    dataDir,
    { LOG_LEVEL: 'warn', ...WATCHED, METRICS_LOOP_STALL: String(STALL_SECONDS), ...env },
    ARGUMENTS,
  );
}

/** From then on everything is sampled. */
async function watched(): Promise<void> {
  await until(
    () => pageDocument<{ readonly watch: { readonly is: string } }>(owner, `${blog.address}${BASE}/stalls`),
    ({ facts }) => facts.watch.is === 'watching',
  );
}

const routePage = (way: string): Promise<RoutePage> =>
  pageDocument(owner, `${blog.address}${BASE}/route?name=${encodeURIComponent(`GET /planted/${way}`)}`);

/** A stall makes the thread read its samples; until then it does so once a minute. */
async function readOf(way: string, requests: number): Promise<RoutePage> {
  return until(
    async () => {
      await blog.ask(`/planted/render?millis=${STALL_SECONDS * 1300}`);
      return routePage(way);
    },
    ({ facts: { own } }) => own.code.requests + own.code.unread >= requests,
  );
}

const samplesOf = ({ functions, idle, shared, others }: RouteCode): number =>
  functions.reduce((sum, { samples }) => sum + samples, idle + shared + others);

beforeAll(async () => {
  await start();
  owner = await becomeOwner(blog);
  await watched();
});
afterAll(async () => {
  await blog.stop();
});

describe('a function of 70 ms that no stall names', () => {
  it('is named in nearly all requests that were sent, on the page of its route and of a trace', async () => {
    for (let sent = 0; sent < 20; sent++) await blog.ask(`/planted/rank?millis=${MILLIS}`);
    const { facts, summary } = await readOf('rank', 20);
    const { code } = facts.own;
    expect(code).toMatchObject({ requests: 20, unread: 0, unasked: 0 });
    expect(samplesOf(code)).toBe(code.samples);
    const [first] = code.functions;
    expect(first?.place).toMatch(/^rankListens test\/integration\/planted-stalls\.ts:\d+$/);
    expect(first?.requests).toBeGreaterThanOrEqual(NEARLY_ALL);
    expect(summary).toMatch(
      /Own code: rankListens test\/integration\/planted-stalls\.ts:\d+, about \d+.ms (on average|in all,) in (1[5-9]|20) of 20 requests that took 50.ms or more of their own/,
    );
    const traces = await Promise.all(
      facts.slowest.map(({ trace_id: id }) =>
        pageDocument<unknown>(owner, `${blog.address}${BASE}/traces/${id}`),
      ),
    );
    expect(traces.length).toBeGreaterThan(0);
    const named = traces.filter((trace) =>
      /It spent about \d+.ms of the [\d.]+.ms that are in none of its spans in rankListens \S+ \(\d+ samples?\)/.test(
        trace.summary,
      ),
    );
    expect(named.length).toBeGreaterThan(traces.length / 2);
  });

  it('is known after a restart', async () => {
    const before = (await routePage('rank')).facts.own.code;
    await blog.stop();
    // What follows is counted, and nothing of it is kept.
    await start({ METRICS_SAMPLING_RATE: '0' });
    const { code } = (await routePage('rank')).facts.own;
    expect(code).toEqual(before);
    await watched();
  });
});

describe('requests with others open', () => {
  it('are told apart if their handlers compute before they wait for something', async () => {
    const answer = blog.ask('/planted/hold');
    await until(
      () => blog.ask('/planted/count'),
      ({ body }) => body.toString() === '1',
    );
    for (let sent = 0; sent < 10; sent++)
      await Promise.all(['left', 'right'].map((way) => blog.ask(`/planted/${way}?millis=120&at=once`)));
    await blog.ask('/planted/release');
    await answer;
    const pages = await Promise.all(
      (
        [
          ['left', 10],
          ['right', 10],
          ['hold', 0],
        ] as const
      ).map(([way, requests]) => readOf(way, requests)),
    );
    const [left, right, held] = pages.map(({ facts }) => facts.own.code);
    for (const [code, name] of [
      [left, 'turnLeft'],
      [right, 'turnRight'],
    ] as const) {
      expect(code).toMatchObject({ requests: 10, unread: 0, unasked: 0 });
      const planted = (code?.functions ?? []).filter(({ place }) => /turn(Left|Right)/.test(place));
      expect(planted.map(({ place }) => place.split(' ')[0])).toEqual([name]);
      expect(planted[0]?.requests).toBeGreaterThanOrEqual(9);
    }
    // All that it did itself was to wait.
    expect(held?.functions.filter(({ place }) => /turn(Left|Right)/.test(place))).toEqual([]);
  });
});

describe('two requests at once', () => {
  it('never get each other’s function', async () => {
    for (let sent = 0; sent < 10; sent++)
      await Promise.all(['left', 'right'].map((way) => blog.ask(`/planted/${way}?millis=120`)));
    const [left, right] = [await readOf('left', 20), await readOf('right', 20)];
    for (const [page, name] of [
      [left, 'turnLeft'],
      [right, 'turnRight'],
    ] as const) {
      const { code } = page.facts.own;
      expect(code).toMatchObject({ requests: 20, unread: 0, unasked: 0 });
      expect(samplesOf(code)).toBe(code.samples);
      // The time of both is in each of them.
      expect(code.shared).toBeGreaterThan(0);
      const planted = code.functions.filter(({ place }) => /turn(Left|Right)/.test(place));
      expect(planted.every(({ place }) => place.startsWith(name))).toBe(true);
    }
  });
});
