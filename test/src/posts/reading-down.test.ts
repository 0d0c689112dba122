import { beforeAll, describe, expect, it } from '@jest/globals';
import { ReaderServer, START_MILLIS } from '../reader-server.ts';

let server: ReaderServer;
const COUNT = 25;
beforeAll(async () => {
  server = await new ReaderServer().start();
  for (let index = 0; index < COUNT; index++) {
    server.publish({
      title: `Post ${index}`,
      path: `p${index}`,
      // Two at each moment, so that only the id tells them apart.
      publishedAtMillis: START_MILLIS - Math.floor(index / 2) * 86_400_000,
      tags: ['all'],
    });
  }
});

const LINK = (rel: string): RegExp => new RegExp(`<link rel="${rel}" href="([^"]+)"`);
const ENTRY = /class="p-name u-url"\s+href="\/(p\d+)"/g;

async function walk(from: string, rel: string): Promise<string[][]> {
  const pages: string[][] = [];
  for (let next: string | undefined = from; next !== undefined;) {
    const { text } = await server.ask(next);
    pages.push([...text.matchAll(ENTRY)].map((match) => match[1]!));
    next = LINK(rel).exec(text)?.[1]?.replaceAll('&amp;', '&');
    if (pages.length > COUNT) throw new Error('the pages go round in a circle');
  }
  return pages;
}

describe.each(['/', '/tags/all', '/archive/2026'])('the pages of %s', (path) => {
  it('show every post once, newest first, in both directions', async () => {
    const down = await walk(path, 'next');
    expect(down.length).toBeGreaterThan(2);
    expect(down.flat()).toHaveLength(COUNT);
    expect(new Set(down.flat()).size).toBe(COUNT);
    let last = path;
    for (let text = (await server.ask(path)).text; ; text = (await server.ask(last)).text) {
      const next = LINK('next').exec(text)?.[1];
      if (next === undefined) break;
      last = next;
    }
    const up = await walk(last, 'prev');
    expect(up.toReversed().flat()).toEqual(down.flat());
  });

  it('has a canonical address, and an unreadable cursor counts as none', async () => {
    const { status, text } = await server.ask(`${path}?before=%22%3E%3Cscript%3E`);
    expect(status).toBe(200);
    expect(text).toContain(`href="/p`);
    expect(text).not.toContain('<script>');
    expect((await server.ask(path)).text).toContain(`<link rel="canonical" href="${server.origin}${path}"`);
  });
});

describe('the archive', () => {
  it.each([
    '/archive/0',
    '/archive/20266',
    '/archive/2026/13',
    '/archive/2026/0',
    '/archive/x',
    '/archive/2026/03/04',
  ])('has no page %s', async (path) => {
    expect((await server.ask(path)).status).toBe(404);
  });

  it('has a page for a period without posts', async () => {
    const { status, text } = await server.ask('/archive/1999');
    expect([status, /No post was published in this period/.test(text)]).toEqual([200, true]);
  });

  it.each([
    ['/2026', '/archive/2026'],
    ['/2026/', '/archive/2026'],
    ['/2026/03', '/archive/2026/03'],
    ['/2026/3?a=b', '/archive/2026/03?a=b'],
  ])('is where %s leads', async (from, to) => {
    const { status, headers } = await server.ask(from);
    expect([status, headers['location']]).toEqual([301, to]);
  });
});
