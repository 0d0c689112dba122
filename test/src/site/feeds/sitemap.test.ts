import { describe, expect, it } from '@jest/globals';
import {
  MAX_SITEMAP_URLS,
  sitemapIndexXml,
  sitemapPages,
  sitemapXml,
} from '../../../../src/site/feeds/sitemap.ts';
import { ReaderServer } from '../../reader-server.ts';

const ORIGIN = 'https://blog.example';

describe('sitemap', () => {
  it('has every listed post with the time it last changed', async () => {
    const server = await new ReaderServer({ publicUrl: ORIGIN }).start();
    server.publish({ title: 'A & B', path: "2026/a&b'c" });
    const { status, headers, text } = await server.ask('/sitemap.xml');
    expect([status, headers['content-type']]).toEqual([200, 'application/xml; charset=utf-8']);
    expect(text).toContain(
      '<loc>https://blog.example/2026/a%26b&apos;c</loc><lastmod>2026-03-20T12:00:00.000Z</lastmod>',
    );
    const robots = await server.ask('/robots.txt');
    expect(robots.text).toContain('Sitemap: https://blog.example/sitemap.xml');
    expect(robots.headers['content-type']).toBe('text/plain; charset=utf-8');
    for (const path of ['/sitemap/2.xml', '/sitemap/0.xml', '/sitemap/x.xml', '/sitemap/999999.xml'])
      expect((await server.ask(path)).status).toBe(404);
    expect((await server.ask('/sitemap/1.xml')).text).toBe(text);
  });

  it('becomes an index over more addresses than one file may hold', () => {
    const entries = Array.from({ length: MAX_SITEMAP_URLS + 1 }, (_, index) => ({
      path: `p${index}`,
      updatedAtMillis: index * 1000,
    }));
    const pages = sitemapPages(entries);
    expect(pages.map((page) => page.length)).toEqual([MAX_SITEMAP_URLS, 1]);
    const index = sitemapIndexXml(pages, ORIGIN);
    expect(index).toContain(`<loc>${ORIGIN}/sitemap/1.xml</loc><lastmod>1970-01-01T13:53:19.000Z</lastmod>`);
    expect(index).toContain(`<loc>${ORIGIN}/sitemap/2.xml</loc><lastmod>1970-01-01T13:53:20.000Z</lastmod>`);
    expect(sitemapXml(pages[1]!, ORIGIN)).toContain(`<loc>${ORIGIN}/p50000</loc>`);
    expect(Buffer.byteLength(sitemapXml(pages[0]!, ORIGIN))).toBeLessThan(50 * 1024 * 1024);
  });
});

describe('OpenSearch', () => {
  it('describes the search of this blog', async () => {
    const server = await new ReaderServer({ publicUrl: ORIGIN }).start();
    server.site.save({
      ...server.site.values,
      title: 'A very long & odd title <b>',
      description: '',
      language: 'en',
      author: '',
    });
    const { text, headers } = await server.ask('/opensearch.xml');
    expect(headers['content-type']).toContain('application/opensearchdescription+xml');
    expect(text).toContain('<ShortName>A very long &amp; od</ShortName>');
    expect(text).toContain(`template="${ORIGIN}/search?q={searchTerms}"`);
  });
});
