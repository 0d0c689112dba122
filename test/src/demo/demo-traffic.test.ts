import { afterEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { visit } from '../../../src/demo/demo-traffic.ts';
import { RandomSource } from '../../../src/demo/random-source.ts';

const SITEMAP = ['/', '/archive', '/tags/glass', '/2026/11/tomatoes', '/about']
  .map((path) => `<url><loc>https://blog.example${path}</loc></url>`)
  .join('');

let running: Server | undefined;
afterEach(() => {
  running?.closeAllConnections();
  running?.close();
});

describe('visitors of the demo', () => {
  // They looked for posts on the archive's page, which had come to list months: nobody read anything.
  it('read posts more than anything else, all that the sitemap has', async () => {
    const asked = new Map<string, number>();
    running = createServer(({ url = '' }, response) => {
      asked.set(url, (asked.get(url) ?? 0) + 1);
      response.end(url === '/sitemap.xml' ? SITEMAP : '');
    }).listen(0, '127.0.0.1');
    await once(running, 'listening');
    const stop = new AbortController();
    await visit({
      address: `http://127.0.0.1:${(running.address() as AddressInfo).port}`,
      random: new RandomSource(3),
      signal: stop.signal,
      perSecond: 1000,
      atOnce: 200,
      onVisited: () => stop.abort(),
    });
    const of = (path: string): number => asked.get(path) ?? 0;
    expect(Math.min(of('/2026/11/tomatoes'), of('/about'))).toBeGreaterThan(20);
    expect(of('/tags/glass')).toBe(0);
  });
});
