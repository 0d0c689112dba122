import { describe, expect, it } from '@jest/globals';
import { busyBlog } from '../../fixtures/busy-blog.ts';
import { serveObservatory } from '../../fixtures/observatory-server.ts';
import { wordsOf } from '../../fixtures/page-text.ts';

describe('the page of addresses that were not found', () => {
  it.each([
    ['offers a redirect', () => undefined, 'Redirect', '"redirects"'],
    ['says where it leads by now', () => '/new-home', 'leads to /new-home', '/new-home'],
    ['says that it is found by now', (path: string) => path, 'found by now', '"redirects"'],
  ])('%s', async (_name, redirectOf, words, inJson) => {
    const { origin } = await serveObservatory(busyBlog().telemetry, { redirectOf });
    const get = async (accept: string): Promise<string> =>
      (await fetch(`${origin}/admin/metrics-dashboard/not-found?from=-24h`, { headers: { accept } })).text();
    expect(wordsOf(await get('text/html'))).toMatch(new RegExp(`13:49:41 ${words}`));
    expect(await get('application/json')).toContain(inJson);
  });
});
