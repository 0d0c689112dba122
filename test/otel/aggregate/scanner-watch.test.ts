import { describe, expect, it } from '@jest/globals';
import { isBrowserName, scannerIn } from '../../../otel/kit.ts';
import { RequestBook } from '../../../otel/aggregate/request-book.ts';
import { isScanned } from '../../../otel/aggregate/scanner-watch.ts';
import type { RequestLists, TopRows } from '../../../otel/query.ts';

const CHROME =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36';
const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0';
const EVER = { fromMillis: -Infinity, toMillis: Infinity };
const SERIES = 'unknown paths';
const BURST = [
  '/wp-login.php',
  '/.env',
  '/.git/config',
  '/xmlrpc.php',
  '/old/wp-admin/',
  '/.aws/credentials',
  ...Array.from({ length: 14 }, (_, index) => `/tried-${index}.php`),
];

function send(
  book: RequestBook,
  path: string,
  {
    client,
    agent = CHROME,
    status = 404,
  }: { readonly client?: string; readonly agent?: string; readonly status?: number },
): void {
  const results = { failed: status >= 500, clientError: status >= 400 && status < 500, aborted: false };
  book.record(
    SERIES,
    { type: 'http', series: SERIES, statusCode: status, endMillis: 1, durationNanos: 1, ...results },
    { askedPath: path, askedFrom: undefined, userAgent: agent, askedBy: client },
  );
}

const sum = ({ rows, none, others }: TopRows): number =>
  rows.reduce((all, { count }) => all + count, none + others);

/** Browsers, bots and scanners. */
const kindsOf = ({ browsers, bots, scanners }: RequestLists): readonly number[] =>
  [browsers, bots, scanners].map(sum);

describe('a client that calls itself a browser', () => {
  it('is a scanner once it asked three addresses that only scanners ask, from the first of them on', () => {
    const book = new RequestBook(() => 0);
    for (const path of BURST) send(book, path, { client: '203.0.113.9' });
    send(book, '/gone', { client: '198.51.100.1' });
    const notFound = book.notFound(EVER);
    expect(kindsOf(notFound)).toEqual([1, 0, 20]);
    // The same on a route's page and on that of all errors.
    expect(kindsOf(book.of(SERIES, EVER)!)).toEqual([1, 0, 20]);
    expect(kindsOf(book.errors(EVER, '4xx')!)).toEqual([1, 0, 20]);
    const rows = notFound.addresses.rows;
    expect(rows.map(({ bots }) => bots).reduce((a, b) => a + b)).toBe(20);
    const [scanner] = notFound.clients!.rows;
    expect(scanner).toMatchObject({ value: '203.0.113.9', count: 20, bots: 20 });
    expect(scanner!.agents.rows).toMatchObject([{ value: 'scanner (Chrome)', count: 20 }]);
    expect(scannerIn('scanner (Chrome)')).toBe('Chrome');
    expect(isBrowserName('scanner (Chrome)')).toBe(false);
  });

  it.each([
    ['one dead link, many times', Array.from({ length: 9 }, () => '/wp-login.php')],
    ['two of them', ['/wp-login.php', '/.env', '/a', '/b', '/c', '/d', '/e', '/f']],
    ['many that readers follow links to', ['/wp-content/uploads/a.jpg', '/2010/post.php', '/a', '/b']],
  ])('stays a browser after %s', (_name, paths) => {
    const book = new RequestBook(() => 0);
    for (const path of paths) send(book, path, { client: '198.51.100.1' });
    expect(kindsOf(book.notFound(EVER))).toEqual([paths.length, 0, 0]);
    expect(sum(book.notFound(EVER).addresses)).toBe(paths.length);
  });

  it('stays a browser if only another user agent of its address scans, and if what it asked is there', () => {
    const book = new RequestBook(() => 0);
    for (const path of BURST) send(book, path, { client: '203.0.113.9' });
    for (let i = 0; i < 5; i++) send(book, '/gone', { client: '203.0.113.9', agent: FIREFOX });
    for (const path of BURST) send(book, path, { client: '203.0.113.8', status: 200 });
    for (const path of BURST) send(book, path, {});
    expect(kindsOf(book.of(SERIES, EVER)!)).toEqual([5 + 20 + 20, 0, 20]);
  });

  it('is a scanner with each user agent that it changes to for an address', () => {
    const book = new RequestBook(() => 0);
    for (const [index, path] of BURST.slice(0, 6).entries())
      send(book, path, { client: '203.0.113.9', agent: `${CHROME} ${index}` });
    expect(kindsOf(book.notFound(EVER))).toEqual([0, 0, 6]);
  });

  it('is stored anew once it is known', () => {
    const book = new RequestBook(() => 0);
    const [cell] = book.cells;
    send(book, '/.env', { client: '203.0.113.9' });
    send(book, '/.git/HEAD', { client: '203.0.113.9' });
    expect(cell!.unsaved()).toEqual([`all ${SERIES}`, 'missed ']);
    for (const key of cell!.unsaved()) {
      const { browsers, addresses } = cell!.summary(key)!;
      expect([browsers.total, addresses.total]).toEqual([2, 2]);
      cell!.saved(key, 2);
    }
    expect(cell!.unsaved()).toEqual([]);
    send(book, '/wp-login.php', { client: '203.0.113.9' });
    expect(cell!.unsaved()).toEqual([`all ${SERIES}`, 'missed ']);
    expect(cell!.summary('missed ')!.scanners?.total).toBe(3);
  });

  it('is held back within bounds: of ten thousand that ask once, all are browsers', () => {
    const book = new RequestBook(() => 0);
    for (let i = 0; i < 10_000; i++) send(book, `/${'x'.repeat(150)}/.env`, { client: `2001:db8::${i}` });
    expect(kindsOf(book.notFound(EVER))).toEqual([10_000, 0, 0]);
    const bytesBefore = book.bytes;
    for (let i = 0; i < 10_000; i++) send(book, `/${'x'.repeat(150)}/.env`, { client: `2001:db9::${i}` });
    expect(book.bytes).toBeLessThan(bytesBefore + 250_000);
    for (const path of BURST) send(book, path, { client: '203.0.113.9' });
    expect(kindsOf(book.notFound(EVER))).toEqual([20_000, 0, 20]);
  });
});

it.each([
  ['/wp-login.php', true],
  ['/blog/WP-LOGIN.PHP', true],
  ['/.git/config', true],
  ['/.env.production', true],
  ['/backup.sql', true],
  ['/phpMyAdmin/index.php', true],
  ['/my-wp-login.php', false],
  ['/environment', false],
  ['/.well-known/security.txt', false],
  ['/2024/how-to-hide-.git/', false],
  ['/posts/cgi-bin-explained', false],
  ['/index.php', false],
])('only scanners ask for %s: %s', (path, is) => {
  expect(isScanned(path)).toBe(is);
});
