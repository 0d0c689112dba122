import { beforeAll, describe, expect, it } from '@jest/globals';
import { size, text } from '../../../src/markup/quantity.ts';
import { wordsOf } from '../../fixtures/page-text.ts';
import { serveObservatory } from '../../fixtures/observatory-server.ts';
import { MeasuredBlog } from '../../fixtures/measured-blog.ts';

describe('the content page', () => {
  let origin: string;
  beforeAll(async () => {
    const blog = new MeasuredBlog();
    blog.counter('glasshouse.feed.generated').add(9, { 'glasshouse.feed.format': 'rss' });
    blog.counter('glasshouse.feed.generation.time').add(1.8, { 'glasshouse.feed.format': 'rss' });
    blog.gauge('glasshouse.cache.entries').record(4);
    blog.counter('glasshouse.media.served').add(48_300_000);
    blog.counter('glasshouse.post.reads').add(1204, { 'glasshouse.post.path': '2026/03/glass & light' });
    blog.counter('glasshouse.post.reads').add(37, { 'glasshouse.post.path': 'about' });
    ({ origin } = await serveObservatory(blog.telemetry));
  });
  const get = async (query = ''): Promise<string> =>
    (await fetch(`${origin}/admin/metrics-dashboard/content${query}`)).text();

  it('names the posts read most, exact counts, with the way to them, and the bytes of media', async () => {
    const page = await get();
    expect(page).toContain('Most read');
    expect(page).toMatch(/href="\/2026\/03\/glass%20%26%20light"[^]*1,204[^]*href="\/about"[^]*37/);
    expect(page).toContain(`media: ${text(size(48_300_000))} served`);
    expect(page).toContain('holds 4 entries now');
    const plain = wordsOf(page);
    expect(plain).toMatch(/ glasshouse\. ?media\. ?served 48\.3 MB /);
    expect(plain).toContain(' generated: RSS 9 times, in 200 ms each');
    expect(plain).toMatch(/feed\. ?generation\. ?time glasshouse\.feed\.format rss 1\.80? s /);
    expect(page).not.toContain('post.<wbr />reads');
  });

  it('has the same facts as JSON', async () => {
    const { facts } = JSON.parse(await get('?format=json')) as {
      facts: { most_read: { path: string; reads: number }[]; media_bytes: number };
    };
    expect(facts.most_read).toEqual([
      { posts: 'listed', path: '2026/03/glass & light', reads: 1204 },
      { posts: 'listed', path: 'about', reads: 37 },
    ]);
    expect(facts.media_bytes).toBe(48_300_000);
  });
});
