import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { MetricsDocument } from '../../src/observatory/facts/metrics-document.ts';
import { PAGES } from '../../src/observatory/pages/all-pages.ts';
import { BlogProcess } from './blog-process.ts';
import { pageDocument } from './page-document.ts';
import { becomeOwner } from './signed-in-owner.ts';
import type { Visitor } from './visitor.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';

const VIEWS = 50;

describe('after 50 page views on a fresh process at default settings', () => {
  const dataDir = temporaryFolder();
  let blog: BlogProcess;
  beforeAll(async () => {
    blog = await BlogProcess.start(dataDir);
  });
  afterAll(async () => {
    await blog.stop();
  });

  it('counts exactly the requests, statements and pages there were', async () => {
    // The first view prepares what is prepared once, and renders the front page for all others.
    for (const path of ['/', '/search']) await blog.ask(path);
    const before = await blog.metrics<MetricsDocument>();
    for (let i = 0; i < VIEWS; i++)
      for (const path of ['/', '/search']) expect((await blog.ask(path)).status).toBe(200);
    const { operations, spans } = await blog.metrics<MetricsDocument>();
    const grown = (type: 'http' | 'database' | 'render'): number =>
      operations[type].count - before.operations[type].count;
    expect(grown('http')).toBe(2 * VIEWS);
    expect(grown('render')).toBe(VIEWS);
    expect(grown('database')).toBeGreaterThan(0);
    // Every view issues the same statements.
    expect(grown('database') % VIEWS).toBe(0);
    expect(operations.http).toMatchObject({ errors: 0, kept: 2 * VIEWS + 2, rate: 1 });
    expect(operations.database.duration_ms.p99).toBeGreaterThan(0);
    expect(spans.live).toBe(0);
  });
});

const POLLS = 100;
/** At once: what is new comes once in a second, so a hundred one after the other would take minutes. */
const STREAMS = 25;

describe(`the observatory, polled ${POLLS} times`, () => {
  const dataDir = temporaryFolder();
  let visitor: Visitor;
  let blog: BlogProcess;
  let traceId: string;
  let statement: string;
  beforeAll(async () => {
    blog = await BlogProcess.start(dataDir);
    traceId = String((await blog.ask('/')).headers['x-request-id']);
    visitor = await becomeOwner(blog);
    const { facts } = await pageDocument<{ statements: { name: string }[] }>(visitor, at('/queries'));
    // A long one: its name is cut, and no plain ASCII.
    const { name } = facts.statements.find((each) => each.name.includes('…'))!;
    statement = `?${new URLSearchParams({ name }).toString()}`;
  });
  afterAll(async () => {
    visitor.close();
    await blog.stop();
  });

  /** Polls again and again, so many at once, and expects that nothing of it counts as work of the blog. */
  async function expectNothingCounted(polls: readonly (() => Promise<void>)[], times = POLLS): Promise<void> {
    const before = await blog.metrics<MetricsDocument>();
    for (let done = 0; done < times; done += polls.length) await Promise.all(polls.map((poll) => poll()));
    const after = await blog.metrics<MetricsDocument>();
    const counted = ({ spans, operations }: MetricsDocument) => ({
      started: spans.started,
      counts: Object.values(operations).map(({ count }) => count),
    });
    expect(counted(after)).toEqual(counted(before));
  }
  const at = (page: string): string => new URL(`/admin/metrics-dashboard${page}`, blog.address).href;
  /** A page as somebody looks at it, who has something to look at. */
  const pathOf = (path: string): string =>
    path.replace(':traceId', traceId) +
    ({ '/route': '?name=GET+%2F', '/statement': statement, '/traces/compare': `?trace=${traceId}` }[path] ??
      '');
  const paths = PAGES.map(({ path }) => path);

  it.each(['text/html', 'application/json'])('records no span for a page, as %s', async (accept) => {
    const missing = new Set<string>();
    await expectNothingCounted(
      paths.map((path) => async () => {
        const { status } = await visitor.send(at(pathOf(path)), { headers: { accept } });
        if (status !== 200) missing.add(path);
      }),
    );
    // Nobody has imported a trace; that is a page as well.
    expect([...missing]).toEqual(['/traces/imported/:traceId']);
  });

  it('records no span for /admin/metrics', () =>
    expectNothingCounted([async () => void (await blog.metrics())]));

  it(`records no span for ${STREAMS} live streams`, () =>
    expectNothingCounted(
      Array.from({ length: STREAMS }, () => async () => {
        const event = await visitor.firstMoment(new URL(at('/live?page=')));
        expect(event).toContain('data:');
      }),
      STREAMS,
    ));

  it('starts the overview and /admin/health with the same sentence', async () => {
    const summaryOf = async (address: string): Promise<string> =>
      (JSON.parse((await visitor.send(address)).text) as { summary: string }).summary;
    const overview = await summaryOf(at('?format=json'));
    const health = await summaryOf(new URL('/admin/health', blog.address).href);
    // Counts grow in between, and so does the time since the start.
    const first = (summary: string): string =>
      summary.split('.')[0]!.replace(/\d+ seconds? ago/, 'seconds ago');
    expect(first(health)).toBe(first(overview));
    expect(health).toMatch(/\d+ requests? /);
  });
});
