import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ErrorRow, RequestLists, SeriesSummary, TopRows } from '../../otel/query.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';
import { BlogProcess } from './blog-process.ts';
import { pageDocument } from './page-document.ts';
import { becomeOwner } from './signed-in-owner.ts';
import type { Visitor } from './visitor.ts';

const BASE = '/admin/metrics-dashboard';
const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';
const BOT = 'ExampleBot/1.0 (+https://bot.example/about)';
const SECRET = 'hunter2-secret';
/** Loopback is a trusted proxy by default. */
const CLIENT = '203.0.113.9';
/** More than all the lists of a route have places. */
const SCANNED = 340;

/** What pages say in the JSON, in its names. */
interface SnakeRow {
  readonly value: string;
  readonly count: number;
  readonly is_exact: boolean;
}
type SnakeRows = Omit<TopRows, 'rows'> & { readonly rows: readonly SnakeRow[] };
type SnakeLists = Record<Exclude<keyof RequestLists, 'fromMillis' | 'toMillis' | 'count'>, SnakeRows> & {
  readonly count: number;
};
type MissedRow = SnakeRow &
  Pick<ErrorRow, 'bots'> & { readonly status_code: number; readonly referrers: SnakeRows };

function sum({ rows, none, others }: SnakeRows): number {
  return rows.reduce((all, { count }) => all + count, none + others);
}

describe.each(['own', 'stock'])('lists of requests of a real blog (%s)', (spans) => {
  let blog: BlogProcess;
  let owner: Visitor;
  let missed = 0;
  beforeAll(async () => {
    blog = await BlogProcess.start(temporaryFolder(), { METRICS_SPANS: spans, METRICS_SAMPLING_RATE: '0' });
    owner = await becomeOwner(blog);
    for (let i = 0; i < SCANNED; i++) await ask(`/scan/${i}.php?token=${SECRET}`, { 'user-agent': BOT });
    for (let i = 0; i < 25; i++)
      await ask('/moved?a=b', {
        'user-agent': FIREFOX,
        referer: `${blog.address}/tags?q=${SECRET}`,
        'x-forwarded-for': CLIENT,
      });
    for (let i = 0; i < 12; i++)
      await ask('/%C3%A9t%C3%A9%2Fx', {
        'user-agent': FIREFOX,
        referer: `https://me:${SECRET}@links.example/list?t=${SECRET}`,
      });
    await ask(`/${'long/'.repeat(1200)}`, { 'user-agent': `Mozilla/5.0 ${'x'.repeat(3000)}` });
    await ask('/sign-in', { referer: SECRET });
    await raw();
    for (let i = 0; i < 30; i++)
      await blog.ask(`/tags?page=${SECRET}`, { headers: { 'user-agent': FIREFOX } });
  });
  afterAll(async () => {
    owner.close();
    await blog.stop();
  });

  async function ask(path: string, headers: Readonly<Record<string, string>>): Promise<void> {
    const { status } = await blog.ask(path, { headers });
    expect(status).toBe(404);
    missed++;
  }

  /** What no URL has, and bytes that are no UTF-8 in the headers. */
  async function raw(): Promise<void> {
    const { hostname, port } = new URL(blog.address);
    const socket = connect(Number(port), hostname);
    const head =
      'GET /<b>"caf HTTP/1.1\r\nHost: x\r\nUser-Agent: \xff\xfe\r\nReferer: \xe9\r\nConnection: close\r\n\r\n';
    socket.end(Buffer.from(head, 'latin1'));
    let text = '';
    for await (const part of socket) text += String(part);
    expect(text).toMatch(/^HTTP\/1\.1 404 /);
    missed++;
  }

  const facts = async <Facts>(path: string): Promise<Facts> =>
    (await pageDocument<Facts>(owner, blog.address + BASE + path)).facts;

  it('add up to what was sent, and to the exact counts of 404', async () => {
    const lists = await facts<SnakeLists>('/not-found');
    const { routes } = await facts<{ routes: readonly SeriesSummary[] }>('/routes');
    const exact = routes
      .flatMap(({ statuses = [] }) => statuses)
      .reduce((all, { status, count }) => (status === 404 ? all + count : all), 0);
    // A browser of the owner asks for nothing that is not there.
    expect([lists.count, exact]).toEqual([missed, missed]);
    for (const part of [lists.addresses, lists.referrers]) expect(sum(part)).toBe(missed);
    expect(sum(lists.browsers) + sum(lists.bots)).toBe(missed);
    expect(lists.addresses.others).toBeGreaterThan(0);
  });

  it('have the addresses that readers ask for on top of a scan, with where they come from', async () => {
    const { addresses, browsers, bots } = await facts<
      SnakeLists & { addresses: { rows: readonly MissedRow[] } }
    >('/not-found');
    const [moved, accented] = addresses.rows;
    expect(moved).toMatchObject({ value: '/moved', count: 25, bots: 0, status_code: 404 });
    expect(accented).toMatchObject({ value: '/%C3%A9t%C3%A9%2Fx', count: 12, bots: 0 });
    expect(bots.rows.find(({ value }) => value === BOT)).toMatchObject({ count: SCANNED, is_exact: true });
    expect(browsers.rows[0]).toMatchObject({ value: FIREFOX, count: 37, is_exact: true });
    // instrumentation-http does not record the header.
    if (spans === 'stock') return expect(moved!.referrers).toMatchObject({ rows: [], none: 25 });
    expect(moved!.referrers.rows).toMatchObject([{ value: '/tags', count: 25 }]);
    expect(accented!.referrers.rows).toMatchObject([{ value: 'https://links.example/list', count: 12 }]);
  });

  it('say which clients asked, although no trace is kept', async () => {
    const { addresses, clients } = await facts<
      SnakeLists & { addresses: { rows: readonly (MissedRow & { peers: SnakeRows })[] } }
    >('/not-found');
    expect(sum(clients)).toBe(missed);
    const theirs = clients.rows.find(({ value }) => value === CLIENT);
    expect(theirs).toMatchObject({
      count: 25,
      is_exact: true,
      peers: { rows: [{ value: '/moved', count: 25 }] },
    });
    expect(addresses.rows[0]!.peers.rows).toMatchObject([{ value: CLIENT, count: 25 }]);
  });

  it('are on a route’s page, from every request', async () => {
    const { requests } = await facts<{ requests: SnakeLists }>('/route?name=GET+%2Ftags');
    expect(requests.count).toBe(30);
    expect(requests.addresses.rows).toMatchObject([{ value: '/tags', count: 30, is_exact: true }]);
    expect(requests.browsers.rows).toMatchObject([{ value: FIREFOX, count: 30 }]);
    const { requests: unknown } = await facts<{ requests: SnakeLists }>('/route?name=unknown+paths');
    expect(unknown.count).toBe(missed);
    expect(sum(unknown.addresses)).toBe(missed);
    expect(unknown.addresses.rows[0]).toMatchObject({ value: '/moved', count: 25 });
  });

  it('hold no query, no user of an address and no Referer that is no address', async () => {
    for (const path of ['/not-found', '/route?name=unknown+paths', '/route?name=GET+%2Ftags'])
      for (const accept of ['text/html', 'application/json']) {
        const { text } = await owner.send(blog.address + BASE + path, { headers: { accept } });
        expect(text).not.toContain(SECRET);
      }
  });

  it('are rows of a CSV file with ISO times', async () => {
    const { text } = await owner.send(`${blog.address}${BASE}/not-found?format=csv`);
    const [head, first] = Buffer.from(text, 'latin1').toString().split('\r\n');
    expect(head).toBe(
      'address,requests,share,bots,status,referrers,clients,first,last,redirects_to,agents,requests_at_most,first_is_exact,last_is_exact,bots_at_most',
    );
    expect(first).toMatch(
      /^\/moved,25,0\.\d+,0,404,[^,]*,203\.0\.113\.9 25(?: to \d+)?,\d{4}-\d\d-\d\dT[\d:.]+Z,\d{4}-\d\d-\d\dT[\d:.]+Z,,Firefox 25 to \d+,(?:2[6-9]|[3-9]\d+),false,true,\d+$/,
    );
  });
});
