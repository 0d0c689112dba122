import { describe, expect, it } from '@jest/globals';
import { readTrafficLog, replayed, type KnownAddresses } from '../../../src/demo/replay-map.ts';

const known: KnownAddresses = {
  posts: ['/2026/01/a', '/2026/01/b', '/2026/01/c'],
  assets: ['/assets/site.1.css'],
  media: ['/media/a.png', '/media/b.png'],
  tags: ['/tags/sqlite'],
};
const get = (path: string, status = 200, method = 'GET') =>
  replayed({ offsetSeconds: 0, method, path, status }, known);

describe('readTrafficLog', () => {
  it('reads offset, method, path and status', () => {
    expect(readTrafficLog('offset_s\tmethod\tpath\tstatus\tbytes\n3\tHEAD\t/a?b\t304\t0\n')).toEqual([
      { offsetSeconds: 3, method: 'HEAD', path: '/a?b', status: 304 },
    ]);
  });

  it.each(['x\tGET\t/\t200', '1\tget\t/\t200', '1\tGET\tno\t200', '1\tGET\t/', 'text'])(
    'names the line that is none: %j',
    (line) => {
      expect(() => readTrafficLog(`header\n1\tGET\t/\t200\n${line}\n`)).toThrow(/line 3/);
    },
  );
});

describe('replayed', () => {
  it.each([
    ['/', '/'],
    ['/robots.txt', '/robots.txt'],
    ['/favicon.ico', '/favicon.ico'],
    ['/reset.css', '/assets/site.1.css'],
    ['/blog/tags/puppet', '/tags/sqlite'],
    ['/blog/tags/puppet?flav=rss20', '/feed.rss'],
    ['/?flav=atom', '/feed.atom'],
    ['/blog', '/archive'],
  ])('puts %s at %s', (path, address) => {
    expect(get(path).path).toBe(address);
  });

  it('puts the same path at the same address, and others over all of them', () => {
    expect(get('/blog/geekery/one.html').path).toBe(get('/blog/geekery/one.html').path);
    const posts = Array.from({ length: 50 }, (_, i) => get(`/blog/geekery/${i}.html`).path);
    expect(new Set(posts)).toEqual(new Set(known.posts));
    const pictures = Array.from({ length: 50 }, (_, i) => get(`/images/${i}.png`).path);
    expect(new Set(pictures)).toEqual(new Set(known.media));
  });

  it('keeps unknown paths unknown, and methods, ranges and conditions', () => {
    expect(get('/wp-login.php', 404).path).toBe('/wp-login.php');
    expect(get('/blog/x', 200, 'HEAD').method).toBe('HEAD');
    expect(get('/a.pdf', 206).headers).toEqual({ range: 'bytes=0-1023' });
    expect(get('/', 304).conditional).toBe(true);
  });

  it('finds something on a blog without pictures or posts', () => {
    const empty = { posts: [], assets: [], media: [], tags: [] };
    for (const path of ['/a.png', '/a.css', '/a.html', '/tags/x/y']) {
      expect(replayed({ offsetSeconds: 0, method: 'GET', path, status: 200 }, empty).path).toMatch(/^\//);
    }
  });
});
