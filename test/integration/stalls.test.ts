import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import type { Stall, StallFacts } from '../../otel/query.ts';
import { afterTests } from '../fixtures/after-tests.ts';
import { until } from '../fixtures/until.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';
import { BlogProcess, ROOT, START_ARGUMENTS, WATCHED } from './blog-process.ts';
import { pageDocument, type PageDocument } from './page-document.ts';
import { becomeOwner } from './signed-in-owner.ts';
import type { Visitor } from './visitor.ts';

const PLANTED = 'test/integration/planted-stalls.ts';
const ARGUMENTS = [...START_ARGUMENTS.slice(0, 3), '--import', `./${PLANTED}`, ...START_ARGUMENTS.slice(3)];
const BASE = '/admin/metrics-dashboard';
/** A stall as JSON has it. */
interface ToldStall extends Pick<Stall, 'place' | 'callers'> {
  readonly holder?: {
    readonly trace_id: string;
    readonly type: string;
    readonly series: string;
    readonly route?: string;
  };
  readonly at_millis: number;
  readonly duration_millis: number;
  readonly untraced_path?: string;
  readonly delayed_count: number;
  readonly delayed: readonly {
    readonly trace_id: string;
    readonly route: string;
    readonly path: string;
    readonly waited_millis: number;
    readonly within: { readonly since_millis: number; readonly millis: number };
  }[];
}

type StallPage = PageDocument<
  Pick<StallFacts, 'watch'> & {
    readonly rows: readonly ToldStall[];
    readonly groups: readonly { readonly untraced_paths: readonly string[] }[];
  }
>;

/** What each way of blocking has to be called: its function, the line that says so in its file, and what was running. */
const WAYS = [
  {
    way: 'render',
    name: 'spin',
    line: 'while (performance.now() < until)',
    type: 'render',
    series: 'planted',
  },
  {
    way: 'parse',
    name: 'parseHuge',
    line: 'JSON.parse(huge)',
    type: 'http',
    series: 'GET /planted/parse',
  },
  {
    way: 'statement',
    name: 'countSlowly',
    line: 'return statement!.get(',
    type: 'database',
    series: 'WITH RECURSIVE planted',
  },
] as const;

/** The blog with planted stalls, and its owner. */
class StalledBlog {
  readonly blog: BlogProcess;
  readonly owner: Visitor;
  readonly #held: (() => Promise<void>)[] = [];

  private constructor(blog: BlogProcess, owner: Visitor) {
    this.blog = blog;
    this.owner = owner;
  }

  static async start(
    env: Readonly<Record<string, string>> = {},
    dataDir = temporaryFolder(),
  ): Promise<StalledBlog> {
    const blog = await BlogProcess.start(dataDir, { LOG_LEVEL: 'warn', ...WATCHED, ...env }, ARGUMENTS);
    return new StalledBlog(blog, await becomeOwner(blog));
  }

  /** With requests that a failed test still holds, the blog would not end. */
  async stop(): Promise<number | null> {
    for (const release of this.#held) await release();
    return this.blog.stop();
  }

  page(range = ''): Promise<StallPage> {
    return pageDocument(this.owner, `${this.blog.address}${BASE}/stalls${range}`);
  }

  until(isThere: (page: StallPage) => boolean): Promise<StallPage> {
    return until(() => this.page(), isThere);
  }

  async watched(): Promise<this> {
    await this.until(({ facts }) => facts.watch.is === 'watching');
    return this;
  }

  /** A request that is answered when `release` is called. */
  async hold(): Promise<{ readonly release: () => Promise<void> }> {
    const answer = this.blog.ask('/planted/hold');
    await until(
      () => this.blog.ask('/planted/count'),
      ({ body }) => body.toString() === '1',
    );
    const release = async (): Promise<void> => {
      await this.blog.ask('/planted/release');
      await answer;
    };
    this.#held.push(release);
    return { release };
  }

  async stalls(): Promise<readonly ToldStall[]> {
    return (await this.page()).facts.rows;
  }
}

const lines = readFileSync(join(ROOT, PLANTED), 'utf8').split('\n');
const lineOf = (text: string): number => lines.findIndex((line) => line.includes(text)) + 1;

describe('a planted stall', () => {
  let site: StalledBlog;
  beforeAll(async () => {
    site = await (await StalledBlog.start()).watched();
    for (const way of ['parse', 'statement']) await site.blog.ask(`/planted/${way}/prepare?millis=300`);
  });
  afterAll(async () => {
    await site.stop();
  });

  const within: (number | undefined)[] = [];
  // 3 × 7: one more than twenty.
  it.each(Array.from({ length: 7 }, (_, round) => WAYS.map((way) => ({ ...way, round }))).flat())(
    'in $way is named, round $round',
    async ({ way, name, line, type, series }) => {
      const before = (await site.stalls()).length;
      const answers = await Promise.all([
        site.blog.ask(`/planted/${way}?millis=300`),
        ...[1, 2, 3].map(() => site.blog.ask('/health')),
      ]);
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
      const isIt = ({ holder, callers, place }: ToldStall): boolean =>
        holder?.route === `GET /planted/${way}` || [place, ...callers].some((frame) => frame?.name === name);
      const { facts } = await site.until(({ facts: { rows } }) =>
        rows.slice(0, rows.length - before).some(isIt),
      );
      const stall = facts.rows.find(isIt)!;
      expect({
        function: stall.place?.name,
        location: stall.place?.location,
        type: stall.holder?.type,
        series: stall.holder?.series.startsWith(series),
        route: stall.holder?.route,
      }).toEqual({
        function: name,
        location: `${PLANTED}:${lineOf(`function ${name}(`)}`,
        type,
        series: true,
        route: `GET /planted/${way}`,
      });
      expect(stall.delayed.every(({ route }) => route === 'GET /health')).toBe(true);
      // Of a function that is compiled anew meanwhile, V8 may not know the line within.
      expect([lineOf(line), undefined]).toContain(stall.place?.line);
      within.push(stall.place?.line);
    },
  );

  it('is known by the line within its function, but for a few', () => {
    expect(within.filter((line) => line !== undefined).length).toBeGreaterThan(within.length / 2);
  });

  it('is one for each of two requests that run in one turn, and neither waited for itself', async () => {
    const routes = ['GET /planted/first', 'GET /planted/second'];
    await Promise.all(['first', 'second'].map((way) => site.blog.ask(`/planted/${way}?millis=300`)));
    const heldBy = (rows: readonly ToldStall[], route: string): ToldStall | undefined =>
      rows.find(({ holder }) => holder?.route === route);
    const { facts } = await site.until(({ facts: { rows } }) =>
      routes.every((route) => heldBy(rows, route) !== undefined),
    );
    const page = await pageDocument<{
      readonly routes: readonly {
        readonly name: string;
        readonly total_millis: number;
        readonly waited_millis: number;
      }[];
    }>(site.owner, `${site.blog.address}${BASE}/routes`);
    const [first, second] = routes.map((route) => ({
      stall: heldBy(facts.rows, route)!,
      row: page.facts.routes.find(({ name }) => name === route)!,
    }));
    // On a busy machine, the first one's answer may wait for the second, too, and either may come first.
    const delayed = [first!, second!].map(({ stall }) => stall.delayed.map(({ route }) => route));
    expect(delayed[0]).not.toContain(routes[0]);
    expect(delayed[1]).not.toContain(routes[1]);
    expect(delayed.flat().filter((route) => routes.includes(route)).length).toBeGreaterThan(0);
    expect(first!.row.waited_millis + second!.row.waited_millis).toBeGreaterThan(0);
    for (const { row, stall } of [first!, second!])
      // To the precision of samples.
      expect(row.waited_millis + stall.duration_millis).toBeLessThan(row.total_millis * 1.1);
  });

  it('by a page that is not traced names the page', async () => {
    const path = `${BASE}/slow`;
    await site.blog.ask(`${path}?spin=400`);
    const isIt = (stall: ToldStall): boolean => stall.untraced_path === path;
    const { facts } = await site.until((page) => page.facts.rows.some(isIt));
    expect(facts.rows.find(isIt)?.holder).toBeUndefined();
    expect(facts.groups.flatMap((group) => group.untraced_paths)).toContain(path);
  });

  /** Resolves when the request is with the system of the blog. */
  async function sent(socket: Socket, path: string): Promise<void> {
    await new Promise<void>((resolve) =>
      socket.write(`GET ${path} HTTP/1.1\r\nhost: blog\r\n\r\n`, () => resolve()),
    );
  }
  async function connected(): Promise<Socket> {
    const { hostname, port } = new URL(site.blog.address);
    const socket = connect(Number(port), hostname);
    afterTests(() => void socket.destroy());
    await once(socket, 'connect');
    return socket;
  }

  const begun = (file: string): Promise<boolean> =>
    until(
      () => Promise.resolve(existsSync(`${file}.begun`)),
      (hasBegun) => hasBegun,
    );

  it('is named in a row that lasts for seconds, and delayed what had come before its own end', async () => {
    const [one, two] = ['one', 'two'].map((name) => join(temporaryFolder(), name));
    /** One connection after the other, so that they wait in this order. */
    const send = async (...paths: readonly string[]): Promise<readonly Promise<unknown>[]> => {
      const answers: Promise<unknown>[] = [];
      for (const path of paths) {
        const socket = await connected();
        answers.push(once(socket, 'data'));
        await sent(socket, path);
      }
      return answers;
    };
    const first = site.blog.ask(`/planted/until?millis=400&file=${one}`);
    await begun(one!);
    const early = ['/row/early/0', '/row/early/1'];
    const others = await send(
      `/planted/until?millis=400&file=${two}`,
      ...Array.from({ length: 5 }, () => '/planted/render?millis=1000'),
      ...early,
    );
    writeFileSync(one!, '');
    await begun(two!);
    const late = ['/row/late/0', '/row/late/1'];
    const answers = [...others, ...(await send(...late))];
    writeFileSync(two!, '');
    await first;
    const inRow = ({ path }: ToldStall['delayed'][number]): boolean => path.startsWith('/row/');
    const isFirst = ({ delayed, place, callers }: ToldStall): boolean =>
      delayed.some(inRow) && [place, ...callers].some((frame) => frame?.name === 'spinUntil');
    const { facts } = await site.until((page) => page.facts.rows.filter(isFirst).length === 2);
    await Promise.all(answers);
    const paths = facts.rows.filter(isFirst).map(({ delayed }) =>
      delayed
        .filter(inRow)
        .map(({ path }) => path)
        .sort(),
    );
    // Elsewhere, how many connections waited is not known.
    expect(paths).toEqual([[...early, ...late], process.platform === 'linux' ? early : [...early, ...late]]);
  });

  it('delayed the requests that overlap with it, for no longer than they do, and no others', async () => {
    const file = join(temporaryFolder(), 'sent');
    const known = await connected();
    const answered = once(known, 'data');
    for (const name of ['one', 'two']) await site.blog.ask(`/before/${name}`);
    await sent(known, '/before/three');
    await answered;
    const across = await site.hold();
    // Some turns of the loop, in which it sleeps.
    let turns = 0;
    await until(
      () => site.blog.ask('/planted/count'),
      () => ++turns > 4,
    );
    const blocking = site.blog.ask(`/planted/until?millis=400&file=${file}`);
    await begun(file);
    const news = await Promise.all([connected(), connected(), connected(), connected()]);
    await Promise.all([known, ...news].map((socket, index) => sent(socket, `/during/${index}`)));
    writeFileSync(file, '');
    await blocking;
    // On a machine that is busy with other things, its function and its holder may stay unknown.
    const isIt = ({ delayed }: ToldStall): boolean => delayed.some(({ path }) => path === '/during/0');
    const { facts } = await site.until((page) => page.facts.rows.some(isIt));
    for (const name of ['one', 'two', 'three']) await site.blog.ask(`/after/${name}`);
    await across.release();

    const stall = facts.rows.findLast(isIt)!;
    const besides = new Set(['/planted/until', '/planted/count']);
    const paths = stall.delayed.map(({ path }) => path).filter((path) => !besides.has(path));
    expect(paths.sort()).toEqual([...[0, 1, 2, 3, 4].map((index) => `/during/${index}`), '/planted/hold']);
    expect(stall.delayed_count).toBe(stall.delayed.length);
    const { summary, facts: after } = await site.page();
    const others = after.rows.flatMap(({ delayed }) => delayed.map(({ path }) => path));
    expect(others.filter((path) => /^\/(?:before|after)\//.test(path))).toEqual([]);
    expect(summary).toContain('requests had to wait');
    for (const { path, waited_millis: waited, within } of stall.delayed) {
      expect(waited).toBeLessThanOrEqual(stall.duration_millis);
      expect(within.millis).toBeLessThanOrEqual(waited);
      // To the precision of samples, it may have begun when the stall did.
      if (path === '/planted/hold') expect(within.millis).toBeGreaterThan(stall.duration_millis / 2);
    }

    const { trace_id: traceId, within } = stall.delayed.find(({ path }) => path === '/planted/hold')!;
    const trace = await pageDocument<{
      readonly trace: {
        readonly duration_millis: number;
        readonly spans: readonly { readonly waits?: readonly { readonly duration_millis: number }[] }[];
      };
      readonly parts: readonly { readonly self_millis: number; readonly waited_millis: number }[];
    }>(site.owner, `${site.blog.address}${BASE}/traces/${traceId}`);
    const [span] = trace.facts.trace.spans;
    const [part] = trace.facts.parts;
    const waits = span!.waits!.reduce((sum, { duration_millis: millis }) => sum + millis, 0);
    expect(waits).toBeGreaterThanOrEqual(within.millis);
    expect(waits).toBeLessThanOrEqual(trace.facts.trace.duration_millis);
    expect(part!.self_millis + part!.waited_millis).toBeCloseTo(trace.facts.trace.duration_millis, 3);
    expect(trace.summary).toMatch(/waited .* for the event loop/);
  });
});

describe.each(['own', 'stock'])('a stall, with spans of METRICS_SPANS=%s', (spans) => {
  it('is told by the pages of the process, the overview, and the trace that waited; after a restart too', async () => {
    const dataDir = temporaryFolder();
    // On a machine that is busy with other things there are shorter ones.
    const env = { METRICS_SPANS: spans, METRICS_LOOP_STALL: '1' };
    const first = await (await StalledBlog.start(env, dataDir)).watched();
    const across = await first.hold();
    await first.blog.ask('/planted/render?millis=4000');
    const named = (stall: ToldStall): boolean => stall.place?.name === 'spin' && stall.holder !== undefined;
    const { facts } = await first.until((page) => page.facts.rows.some(named));
    await across.release();
    const stall = facts.rows.find(named)!;
    // On such a machine there may be one at the start, too.
    const began = new Date(stall.at_millis - stall.duration_millis - 500).toISOString();
    const { summary } = await first.page(`?from=${began}`);
    expect([stall.holder?.series, stall.holder?.route]).toEqual(['planted', 'GET /planted/render']);
    expect(summary).toMatch(/; most of that time .*in spin test\/integration\/planted-stalls\.ts:/);
    const text = async (path: string): Promise<string> =>
      (await pageDocument<unknown>(first.owner, `${first.blog.address}${BASE}${path}`)).summary;
    expect(await text('')).toMatch(/^Nothing was answered for .* by spin /);
    expect(await text(`/traces/${stall.holder!.trace_id}`)).toMatch(
      /It blocked the event loop for .* in spin /,
    );
    for (const { trace_id: traceId } of stall.delayed)
      expect(await text(`/traces/${traceId}`)).toMatch(/It waited .* for the event loop.*, blocked by spin /);
    expect(stall.delayed.length).toBeGreaterThan(0);
    expect(await first.blog.stop()).toBe(0);

    const blog = await BlogProcess.start(dataDir, { LOG_LEVEL: 'warn', ...env });
    const again = await pageDocument<StallPage['facts']>(first.owner, `${blog.address}${BASE}/stalls`);
    expect(again.facts.rows.filter(named)).toHaveLength(facts.rows.filter(named).length);
    expect(await blog.stop()).toBe(0);
  });
});
