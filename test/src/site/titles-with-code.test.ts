import { beforeAll, describe, expect, it } from '@jest/globals';
import { ReaderServer } from '../reader-server.ts';

const CODE = 'The <code>nvptx64&lt;T&gt;</code> target';
const TEXT = 'The nvptx64&lt;T&gt; target';

describe('a title with code in it', () => {
  let server: ReaderServer;
  beforeAll(async () => {
    server = await new ReaderServer().start();
    server.publish({ title: 'The `nvptx64<T>` target', path: 'target' });
    server.publish({ title: 'Later', path: 'later', publishedAtMillis: server.nowMillis - 1000 });
  });

  it.each(['/', '/target', '/later', '/archive/2026'])('is shown as code at %s', async (path) => {
    const { text } = await server.ask(path);
    expect(text).toContain(CODE);
    expect(text).not.toContain('`nvptx64');
  });

  it('is shown as code where it was found, with what was found marked in it', async () => {
    const { text } = await server.ask('/search?q=nvptx64');
    expect(text).toContain('The <code><mark>nvptx64</mark>&lt;T&gt;</code> target');
  });

  it('is text in the tab, for those who link to it, and in feeds', async () => {
    const { text } = await server.ask('/target');
    expect(text).toContain(`<title>${TEXT} ·`);
    expect(text).toContain(`property="og:title" content="${TEXT}"`);
    const feeds = await Promise.all(['rss', 'atom', 'json'].map((format) => server.ask(`/feed.${format}`)));
    for (const { text } of feeds) {
      expect(text).toMatch(/The nvptx64(<|&lt;)T(>|&gt;) target/);
      expect(text).not.toContain('`');
    }
  });
});
