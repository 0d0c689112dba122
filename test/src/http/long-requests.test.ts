import { connect } from 'node:net';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { AdminServer } from '../accounts/admin-server.ts';

let server: AdminServer;
beforeAll(async () => {
  server = await new AdminServer().start();
  await server.owner();
  for (let index = 0; index < 20; index++)
    server.posts.create({
      title: `Glass ${index}`,
      path: `glass/${index}`,
      markdown: 'Text.',
      status: 'published',
      tags: ['glass'],
    });
});

/** Status, and milliseconds of processor time: the server's and its client's, but not that of other programs. */
async function timed(text: string): Promise<{ readonly status: number; readonly millis: number }> {
  const started = process.cpuUsage();
  const answer = await sent(text);
  const { user, system } = process.cpuUsage(started);
  return { status: Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1]), millis: (user + system) / 1000 };
}

/** Best of five of a short request. */
async function shortestMillis(): Promise<number> {
  let least = Infinity;
  for (let round = 0; round < 5; round++) least = Math.min(least, (await timed(get('/robots.txt'))).millis);
  return least;
}

function sent(text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(server.origin).port), '127.0.0.1', () => socket.write(text));
    let received = '';
    socket.setEncoding('latin1').on('data', (chunk: string) => (received += chunk));
    socket.on('close', () => resolve(received)).on('error', reject);
  });
}

const get = (target: string, header = ''): string =>
  `GET ${target} HTTP/1.1\r\nHost: a\r\n${header}Connection: close\r\n\r\n`;
const FILLS = ['/', 'a', '%2F', '%00', '../', '.', '&a', '=', ';', '[b]', ',', '*', '.html', '-'];
const HEADER_FILLS = [...FILLS, ' ', '"', 'e=,', ' w/"a",', 'a;q=0.1,', '1-2,', '(', '\\'];
const HEADERS = [
  'If-None-Match',
  'If-Modified-Since',
  'If-Range',
  'Range',
  'Accept',
  'Accept-Encoding',
  'Accept-Language',
  'Cache-Control',
  'Cookie',
  'Authorization',
  'Content-Type',
  'Forwarded',
  'X-Forwarded-For',
  'X-Forwarded-Host',
  'X-Forwarded-Proto',
  'X-Request-ID',
  'Referer',
  'User-Agent',
  'Origin',
  'Sec-Fetch-Site',
  'traceparent',
  'tracestate',
  'baggage',
];
const SIZE = 3500;

function getRoutes(): readonly string[] {
  const layers = server.routers.flatMap(({ stack }) => stack);
  const admin = layers
    .filter(({ methods }) => methods.includes('GET'))
    .map(({ path }) => String(path).replace(/:\w+|\*\w+/g, '1'));
  return [
    ...new Set(admin),
    '/',
    '/tags',
    '/tags/glass',
    '/archive/2026',
    '/search',
    '/feed',
    '/feed.atom',
    '/media/x',
    '/assets/x',
    '/sitemap.xml',
    '/robots.txt',
    '/glass/1',
    '/nowhere',
  ];
}

/**
 * Compares text of a length with text of twice that length, both beside the shortest request of the same run; a long one that takes little
 * more than that is enough. What looks like more than linear is asked again: a garbage collection does not come back each time.
 */
async function growth(of: (size: number) => string, base: number): Promise<string | undefined> {
  let found: string | undefined;
  for (let round = 0; round < 4; round++) {
    const long = await timed(of(SIZE * 2));
    if (long.status >= 500) return `answered ${long.status}`;
    const twice = Math.max(0, long.millis - base);
    if (twice <= 8 * base) return undefined;
    const short = await timed(of(SIZE));
    const once = Math.max(0, short.millis - base);
    if (twice <= 3 * once + 8 * base) return undefined;
    found = `${short.millis} and ${long.millis} ms, base ${base} ms`;
  }
  return found;
}

describe('a long text in a request', () => {
  it('takes linear time in every path and query', async () => {
    const base = await shortestMillis();
    const bad: string[] = [];
    for (const route of getRoutes())
      for (const fill of FILLS)
        for (const place of [
          route,
          `${route}${route.endsWith('/') ? '' : '/'}`,
          `${route}?q=`,
          `${route}?`,
        ]) {
          const of = (size: number): string => get(place + fill.repeat(size / fill.length));
          const found = await growth(of, base);
          if (found !== undefined) bad.push(`${place} + ${fill}: ${found}`);
        }
    expect(bad).toEqual([]);
  });

  it('takes linear time in every header that is parsed', async () => {
    const base = await shortestMillis();
    const bad: string[] = [];
    for (const route of ['/feed.atom', '/media/x', '/admin/metrics'])
      for (const name of HEADERS)
        for (const fill of HEADER_FILLS) {
          const of = (size: number): string =>
            get(route, `${name}: x${fill.repeat(size / fill.length)}x\r\n`);
          const found = await growth(of, base);
          if (found !== undefined) bad.push(`${route} ${name} + ${fill}: ${found}`);
        }
    expect(bad).toEqual([]);
  });

  it.each([
    ['an address', get(`/${'a'.repeat(9000)}`), 414, 'longer than 8 kB'],
    ['a query of many fields', get(`/search?${'&a'.repeat(3000)}`), 414, 'more than 200 query fields'],
    ['a header', get('/', `X-Long: ${'a'.repeat(9000)}\r\n`), 431, 'The header X-Long is longer than 8 kB'],
  ])('is refused in words: %s', async (_what, text, status, words) => {
    for (const accept of ['text/html', 'application/json']) {
      const answer = await sent(text.replace('\r\n', `\r\nAccept: ${accept}\r\n`));
      expect(answer).toContain(`HTTP/1.1 ${status} `);
      expect(answer).toContain(words);
      expect(answer).toContain(`Content-Type: ${accept}`);
    }
  });

  it('is not read from an unknown client', async () => {
    const paths = server.routers
      .flatMap(({ stack }) => stack)
      .filter(
        ({ methods, path }) =>
          methods.includes('POST') && !/setup|sign-in(?:\/passkey)?$|recovery$/.test(String(path)),
      )
      .map(({ path }) => String(path).replace(/:\w+|\*\w+/g, '1'));
    expect(paths.length).toBeGreaterThan(8);
    for (const path of paths) {
      // Of five announced megabytes none is sent: whoever waits for them does not answer.
      const head = `POST ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 5000000\r\n\r\n`;
      expect([path, (await sent(head)).slice(9, 12)]).toEqual([path, '403']);
    }
  });

  it('of a form treats brackets as letters, and accepts each field once', async () => {
    const nested = `a${'[b]'.repeat(5000)}=1`;
    const head = (body: string): string =>
      `POST /admin/sign-in HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
    expect((await sent(head(nested))).slice(9, 12)).toBe('403');
    expect((await sent(head('a'.repeat(20_000)))).slice(9, 12)).toBe('413');
  });
});
