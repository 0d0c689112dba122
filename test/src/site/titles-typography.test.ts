import { beforeAll, describe, expect, it } from '@jest/globals';
import { typographicLine } from '../../../src/posts/markdown/typographic-line.ts';
import { decodeHTML } from 'entities';
import { ReaderServer } from '../reader-server.ts';

const TYPED = `"It's" -- \`a "b" -- c\`...`;
const SHOWN = '“It’s” – a "b" -- c…';

describe('a title', () => {
  let server: ReaderServer;
  beforeAll(async () => {
    server = await new ReaderServer().start();
    const at = (hours: number) => server.nowMillis - hours * 3_600_000;
    server.publish({ title: TYPED, description: `"So" -- here...`, publishedAtMillis: at(1) });
    server.publish({ title: '"Ja"', path: 'ja', language: 'de', publishedAtMillis: at(2) });
    server.publish({ title: '"Oui"', path: 'oui', language: 'fr', publishedAtMillis: at(3) });
  });
  const page = async (path: string): Promise<string> => decodeHTML((await server.ask(path)).text);
  /** As it is shown on pages, with code. */
  const MARKED = '<bdi>“It’s” – <code>a "b" -- c</code>…</bdi>';

  it.each(['/', '/2026/03/its-a-b-c', '/archive/2026', '/ja'])(
    'is shown with the quotes of its language, as texts are, at %s',
    async (path) => {
      const text = await page(path);
      expect(text).toContain(MARKED);
      if (path !== '/2026/03/its-a-b-c') expect(text).toContain('<bdi>„Ja“</bdi>');
      if (path !== '/2026/03/its-a-b-c') expect(text).toContain('<bdi>«\u00a0Oui\u00a0»</bdi>');
      expect(text).not.toContain('"Ja"');
    },
  );

  it('is the same in the tab, for those who link to it, and in feeds, and so is a description', async () => {
    const text = await page('/2026/03/its-a-b-c');
    expect(text).toContain(`<title>${SHOWN} ·`);
    expect(text).toContain(`property="og:title" content="${SHOWN}"`);
    expect(text).toContain(`"headline":"${SHOWN.replaceAll('"', '\\"')}"`);
    expect(text).toContain('name="description" content="“So” – here…"');
    for (const format of ['rss', 'atom', 'json']) {
      const feed = (await page(`/feed.${format}`)).replaceAll('\\"', '"');
      for (const shown of [SHOWN, '„Ja“', '«\u00a0Oui\u00a0»', '“So” – here…']) expect(feed).toContain(shown);
    }
  });

  it('stays as typed where it is found, in its address, and for its author', async () => {
    expect(await page('/search?q=ja')).toContain('"<mark>Ja</mark>"');
    const post = server.posts.byPath('2026/03/its-a-b-c')!;
    expect([post.title, post.description]).toEqual([TYPED, `"So" -- here...`]);
  });

  it('is shown as typed once the setting is off, on cached pages too', async () => {
    expect(await page('/')).toContain('„Ja“');
    server.site.save({ ...server.site.values, typographer: 'off' });
    expect(await page('/')).toContain('<bdi>"Ja"</bdi>');
    expect(await page('/feed.json')).toContain('Ja\\"');
    server.site.save({ ...server.site.values, typographer: 'on' });
    expect(await page('/')).toContain('„Ja“');
  });
});

describe('typographicLine', () => {
  it.each([
    ['https://example.org/a--b...c "d"', 'https://example.org/a--b...c “d”'],
    ['"`x`" and `', '“`x`” and `'],
    ['``"x"`` *a* <b> &amp; [x](y)', '``"x"`` *a* <b> &amp; [x](y)'],
    ['--force, 1--2', '--force, 1–2'],
    ['', ''],
  ])('writes %j as %j', (typed, shown) => {
    expect(typographicLine(typed, 'en')).toBe(shown);
    expect(typographicLine(typed, undefined)).toBe(typed);
  });
});
