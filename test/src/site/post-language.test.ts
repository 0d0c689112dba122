import { beforeAll, describe, expect, it } from '@jest/globals';
import { ReaderServer } from '../reader-server.ts';

describe('a post without a language of its own', () => {
  let server: ReaderServer;
  beforeAll(async () => {
    server = await new ReaderServer().start();
    const at = (hours: number) => server.nowMillis - hours * 3_600_000;
    server.publish({ title: '"None"', path: 'none', publishedAtMillis: at(1) });
    server.publish({ title: '"Own"', path: 'own', language: 'en', publishedAtMillis: at(2) });
  });
  const page = async (path: string): Promise<string> => (await server.ask(path)).text;

  it("has the blog's, also once that is another one, on cached pages, in lists and in feeds", async () => {
    for (const path of ['/', '/none', '/own', '/feed.atom', '/feed.json', '/search?q=none'])
      expect(await page(path)).not.toContain('"ar"');
    server.site.save({ ...server.site.values, language: 'ar' });
    const none = await page('/none');
    expect(none).toContain('<html lang="ar" dir="rtl">');
    expect(none).toContain('property="og:locale" content="ar"');
    expect(none).toContain('"inLanguage":"ar"');
    expect(none).toContain('<span lang="en" dir="ltr">');
    expect(await page('/own')).toContain('<html lang="en" dir="ltr">');
    const front = await page('/');
    expect(front.match(/lang="en" dir="ltr"/g)).toHaveLength(1);
    expect((await page('/search?q=none')).includes('lang="en"')).toBe(false);
    const { items } = JSON.parse(await page('/feed.json')) as { items: { language: string }[] };
    expect(items.map(({ language }) => language)).toEqual(['ar', 'en']);
    expect(
      [...(await page('/feed.atom')).matchAll(/<entry xml:lang="(\w+)"/g)].map(([, tag]) => tag),
    ).toEqual(['ar', 'en']);
    expect(await page('/feed.rss')).toContain('<div dir="rtl" lang="ar">');
  });

  it('has a title with the quotes of that language', async () => {
    server.site.save({ ...server.site.values, language: 'de' });
    for (const path of ['/', '/none', '/feed.json']) expect(await page(path)).toContain('„None“');
    expect(await page('/')).toContain('“Own”');
  });
});
