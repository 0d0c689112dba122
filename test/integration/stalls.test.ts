import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Stall, StallFacts } from '../../otel/query.ts';
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
  readonly delayed: readonly { readonly trace_id: string; readonly route: string }[];
}

type StallPage = PageDocument<Pick<StallFacts, 'watch'> & { readonly rows: readonly ToldStall[] }>;

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
    line: 'return JSON.parse(huge)',
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
    await site.blog.stop();
  });

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
        location: `${PLANTED}:${lineOf(line)}`,
        type,
        series: true,
        route: `GET /planted/${way}`,
      });
      expect(stall.delayed.every(({ route }) => route === 'GET /health')).toBe(true);
    },
  );
});

describe.each(['own', 'stock'])('a stall, with spans of METRICS_SPANS=%s', (spans) => {
  it('is told by the pages of the process, the overview, and the trace that waited; after a restart too', async () => {
    const dataDir = temporaryFolder();
    // On a machine that is busy with other things there are shorter ones.
    const env = { METRICS_SPANS: spans, METRICS_LOOP_STALL: '1' };
    const first = await (await StalledBlog.start(env, dataDir)).watched();
    await Promise.all([first.blog.ask('/planted/render?millis=1500'), first.blog.ask('/health')]);
    const named = (stall: ToldStall): boolean => stall.place?.name === 'spin' && stall.holder !== undefined;
    const { facts, summary } = await first.until((page) => page.facts.rows.some(named));
    const stall = facts.rows.find(named)!;
    expect([stall.holder?.series, stall.holder?.route]).toEqual(['planted', 'GET /planted/render']);
    expect(summary).toContain(`most of that time in spin ${PLANTED}:`);
    const text = async (path: string): Promise<string> =>
      (await pageDocument<unknown>(first.owner, `${first.blog.address}${BASE}${path}`)).summary;
    expect(await text('')).toMatch(/^Nothing was answered for .* by spin /);
    expect(await text(`/traces/${stall.holder!.trace_id}`)).toMatch(
      /It blocked the event loop for .* in spin /,
    );
    for (const { trace_id: traceId } of stall.delayed)
      expect(await text(`/traces/${traceId}`)).toMatch(
        /It waited up to .* for the event loop, held by spin /,
      );
    expect(stall.delayed.length).toBeGreaterThan(0);
    expect(await first.blog.stop()).toBe(0);

    const blog = await BlogProcess.start(dataDir, { LOG_LEVEL: 'warn', ...env });
    const again = await pageDocument<StallPage['facts']>(first.owner, `${blog.address}${BASE}/stalls`);
    expect(again.facts.rows.filter(named)).toHaveLength(facts.rows.filter(named).length);
    expect(await blog.stop()).toBe(0);
  });
});
