import { beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { TraceLinkStore } from '../../../src/accounts/trace-link-store.ts';
import { SHARED_TRACE_PATH } from '../../../src/process/own-addresses.ts';
import { busyBlog, FAILING_TRACE, SEARCH_TRACE } from '../../fixtures/busy-blog.ts';
import { serveObservatory } from '../../fixtures/observatory-server.ts';
import { htmlFaults, wordsOf } from '../../fixtures/page-text.ts';
import { temporaryBlog } from '../temporary-blog.ts';

const DAY_MILLIS = 86_400_000;
const HTML = { accept: 'text/html' };

/** The observatory of a busy blog whose owner can share traces; `pass` moves the clock of the links. */
async function serve() {
  const { telemetry } = busyBlog();
  const { database } = temporaryBlog();
  let now = telemetry.now();
  const traceLinks = new TraceLinkStore(database, () => now);
  const { origin } = await serveObservatory(telemetry, { traceLinks, csrfToken: () => 'a-token' });
  const page = `${origin}/admin/metrics-dashboard/traces/${SEARCH_TRACE}`;
  const post = (path: string) =>
    fetch(`${page}${path}`, { method: 'POST', headers: HTML, redirect: 'manual' });
  return {
    telemetry,
    database,
    traceLinks,
    origin,
    page,
    post,
    pass: (millis: number) => (now += millis),
    async share(): Promise<string> {
      const [, address] = /id="shared-link">([^<]+)</.exec(await (await post('/share')).text())!;
      return address!;
    },
  };
}

type Served = Awaited<ReturnType<typeof serve>>;

const pageOf = async (address: string) => (await fetch(address, { headers: HTML })).text();

it('is listed by pages if links that have expired cannot be removed', async () => {
  const { traceLinks, database, pass, page, share } = await serve();
  await share();
  pass(8 * DAY_MILLIS);
  database.pragma('query_only = ON');
  expect(traceLinks.list()).toEqual([]);
  expect((await fetch(page, { headers: HTML })).status).toBe(200);
});

describe('a link to a trace', () => {
  let served: Served;
  let address: string;
  let shown: string;
  beforeAll(async () => {
    served = await serve();
    address = await served.share();
    shown = await pageOf(address);
  });

  it('shows the trace with its sentence, spans and attributes to who has no session', async () => {
    expect(await htmlFaults(shown)).toEqual([]);
    const words = wordsOf(shown);
    expect(words).toContain('One trace of Glasshouse, shown by a link that opens until');
    for (const part of ['GET /search', 'SELECT posts_fts', 'critical path', SEARCH_TRACE])
      expect(words).toContain(part);
  });

  it('submits nothing and leads to no other page', () => {
    expect(shown).not.toMatch(/<form[^>]+method="post"/);
    const targets = [...shown.matchAll(/<a\b[^>]*\shref="([^"]*)"/g)].map(([, href]) => href!);
    expect(targets.length).toBeGreaterThan(10);
    const { search } = new URL(address);
    for (const target of targets.filter((href) => !/^(?:#|\/$)/.test(href))) {
      const { pathname, searchParams } = new URL(target.replaceAll('&amp;', '&'), served.origin);
      expect([pathname, `?token=${searchParams.get('token')}`]).toEqual([SHARED_TRACE_PATH, search]);
    }
    expect(shown).not.toContain('/admin/metrics-dashboard');
    // Words that look like links to them.
    const words = wordsOf(shown);
    for (const link of ['more like it', 'Explain query plan', 'Its slowest traces'])
      expect(words).not.toContain(link);
  });

  it('opens every view that its page links to', async () => {
    const views = new Set(
      [...shown.matchAll(/\shref="(\/admin\/shared-trace[^"#]*)"/g)].map(([, href]) =>
        href!.replaceAll('&amp;', '&'),
      ),
    );
    expect([...views].some((view) => view.includes('view=flame'))).toBe(true);
    for (const view of views)
      expect((await fetch(`${served.origin}${view}`, { headers: HTML })).status).toBe(200);
  });

  it('keeps its token when spans are searched for', () => {
    const { searchParams } = new URL(address);
    expect(shown).toContain(`<input type="hidden" name="token" value="${searchParams.get('token')}" />`);
  });

  it('is not cached, indexed or told to other hosts', async () => {
    const { headers } = await fetch(address, { headers: HTML });
    expect([headers.get('cache-control'), headers.get('referrer-policy')]).toEqual([
      'no-store',
      'no-referrer',
    ]);
    expect(shown).toContain('<meta name="robots" content="noindex, nofollow"');
  });

  it.each(['json', 'otlp', 'har', 'csv'])('is a file too, without the other links: %s', async (format) => {
    const response = await fetch(`${address}&format=${format}`);
    const text = await response.text();
    expect([response.status, text.length > 500]).toEqual([200, true]);
    expect(text).not.toContain('expires_at');
    expect(text).not.toContain(new URL(address).searchParams.get('token'));
    // A request that had to wait for this one.
    expect(served.telemetry.stallsOfTrace(SEARCH_TRACE)[0]?.delayed[0]).toMatchObject({
      path: '/tags/glass',
    });
    expect(text).not.toMatch(new RegExp(`${FAILING_TRACE}|/tags/glass`));
  });

  it('opens no other trace, whatever is added to it', async () => {
    for (const more of [`&traceId=${FAILING_TRACE}`, `&trace=${FAILING_TRACE}`, `&q=${FAILING_TRACE}`])
      expect(wordsOf(await pageOf(`${address}${more}`))).toContain(SEARCH_TRACE);
    const other = address.replace('?', `/traces/${FAILING_TRACE}?`);
    expect((await fetch(other, { headers: HTML })).status).toBe(404);
  });

  it.each(['', '&format=json', '&format=otlp'])('has no address of a client: %j', async (format) => {
    const held = served.telemetry.trace(SEARCH_TRACE);
    if (!('spans' in held)) throw new Error('the trace is not held');
    const asked = { 'client.address': '203.0.113.9', 'network.peer.address': '203.0.113.9' };
    const told = jest.spyOn(served.telemetry, 'trace').mockReturnValue({
      ...held,
      spans: held.spans.map((span) => ({ ...span, attributes: { ...span.attributes, ...asked } })),
      logs: held.logs.map((line) => ({ ...line, attributes: { ...line.attributes, ...asked } })),
    });
    expect(await pageOf(`${served.page}?from=-1h${format}`)).toContain('203.0.113.9');
    expect(await pageOf(`${address}${format}`)).not.toContain('203.0.113.9');
    told.mockRestore();
  });

  it('opens by its whole token only', async () => {
    const token = new URL(address).searchParams.get('token')!;
    for (const query of [
      '',
      '?token=',
      `?token=${token.slice(1)}`,
      `?token=${token}x`,
      `?token=${'x'.repeat(5000)}`,
    ])
      expect((await fetch(`${served.origin}${SHARED_TRACE_PATH}${query}`)).status).toBe(404);
  });

  it('is kept as a digest only, of a trace that is pinned', () => {
    const { name } = served.database;
    const token = new URL(address).searchParams.get('token')!;
    for (const file of [name, `${name}-wal`]) expect(readFileSync(file).includes(token)).toBe(false);
    expect(served.telemetry.trace(SEARCH_TRACE)).toMatchObject({ pinned: true });
  });
});

describe('who shares a trace', () => {
  let served: Served;
  beforeEach(async () => {
    served = await serve();
  });

  it('reads that a link will pin the trace, and that it is pinned once there is one', async () => {
    expect(wordsOf(await pageOf(served.page))).toContain('Making one pins the trace.');
    await served.share();
    expect(wordsOf(await pageOf(served.page))).toContain('The trace is pinned.');
  });

  it('sees the address once, and until when each link opens', async () => {
    const address = await served.share();
    const page = await pageOf(served.page);
    expect(page).not.toContain(new URL(address).searchParams.get('token')!);
    expect(wordsOf(page)).toContain('opens until');
    expect(wordsOf(await pageOf(`${served.origin}/admin/metrics-dashboard/buffer`))).toContain(
      'Links to traces',
    );
  });

  it('revokes one link and not the others', async () => {
    const [first, second] = [await served.share(), await served.share()];
    const [newest] = served.traceLinks.list();
    const { status, headers } = await served.post(`/links/${newest!.id}/revoke`);
    expect([status, new URL(headers.get('location')!, served.origin).href]).toEqual([303, served.page]);
    expect((await fetch(second)).status).toBe(404);
    expect((await fetch(first)).status).toBe(200);
  });

  it('has links that open for seven days, over a restart', async () => {
    const address = await served.share();
    served.pass(7 * DAY_MILLIS - 1);
    expect((await fetch(address)).status).toBe(200);
    const token = new URL(address).searchParams.get('token')!;
    const now = served.telemetry.now() + 7 * DAY_MILLIS - 1;
    expect(new TraceLinkStore(served.database, () => now).find(token)?.traceId).toBe(SEARCH_TRACE);
    served.pass(1);
    const late = await fetch(address);
    expect([late.status, await late.text()]).toEqual([
      404,
      expect.stringContaining('it has expired, was revoked'),
    ]);
    expect(served.traceLinks.list()).toEqual([]);
  });

  it('is pinned until its last link ends, or for ever if the owner pinned it', async () => {
    const isPinned = (): boolean => {
      const found = served.telemetry.trace(SEARCH_TRACE);
      return 'pinned' in found && found.pinned;
    };
    const revoke = async (): Promise<void> => {
      await served.post(`/links/${served.traceLinks.list()[0]!.id}/revoke`);
    };
    await served.share();
    await served.share();
    await revoke();
    expect(isPinned()).toBe(true);
    await revoke();
    expect(isPinned()).toBe(false);
    await served.share();
    served.pass(7 * DAY_MILLIS);
    await pageOf(served.page);
    expect(isPinned()).toBe(false);
    for (let made = 0; made < 100; made++) served.traceLinks.create(FAILING_TRACE);
    await served.post('/share');
    expect(isPinned()).toBe(false);
    served.pass(7 * DAY_MILLIS);
    await served.post('/pin');
    await served.share();
    await revoke();
    expect(isPinned()).toBe(true);
  });

  it('is refused a link beyond a hundred, and gets one when old ones have expired', async () => {
    for (let made = 0; made < 100; made++) served.traceLinks.create(FAILING_TRACE);
    const refused = await served.post('/share');
    expect([refused.status, await refused.text()]).toEqual([409, expect.stringContaining('too many links')]);
    served.pass(7 * DAY_MILLIS);
    expect((await served.post('/share')).status).toBe(200);
  });

  it('is told that a trace is no longer held', async () => {
    const gone = served.page.replace(SEARCH_TRACE, 'f'.repeat(32));
    expect((await fetch(`${gone}/share`, { method: 'POST' })).status).toBe(409);
    const token = served.traceLinks.create('f'.repeat(32))!;
    expect((await fetch(`${served.origin}${SHARED_TRACE_PATH}?token=${token}`)).status).toBe(410);
  });
});
