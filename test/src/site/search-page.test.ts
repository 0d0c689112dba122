import { beforeAll, describe, expect, it } from '@jest/globals';
import { ReaderServer } from '../reader-server.ts';

let server: ReaderServer;
beforeAll(async () => {
  server = await new ReaderServer().start();
  for (let index = 0; index < 45; index++) {
    server.publish({
      title: `Glass ${index}`,
      path: `g${index}`,
      markdown: `Crème <b>brûlée</b> number ${index} under glass.`,
    });
  }
});

describe('search', () => {
  it('shows a form before anything is asked', async () => {
    const { text } = await server.ask('/search');
    expect(text).toMatch(/<form[^>]*action="\/search"/);
    expect(text).not.toContain('noindex');
    expect(text).not.toMatch(/\d+ posts/);
  });

  it('is prepared when the form is asked, so that the first search waits for no thread', async () => {
    const asked: string[] = [];
    const none = { hits: [], total: 0, isMore: false, page: 1, pages: 0 };
    const prepared = await new ReaderServer({
      search: {
        prepare: () => void asked.push('prepare'),
        search: (text) => (asked.push(text), none),
      },
    }).start();
    for (const path of ['/', '/search', '/search?q=glass']) await prepared.ask(path);
    expect(asked).toEqual(['prepare', 'glass']);
  });

  it('marks what was found and counts it', async () => {
    const { text } = await server.ask('/search?q=creme');
    expect(text).toContain('<mark>Crème</mark>');
    expect(text).toContain('45 posts, page 1 of 3');
    expect(text).toContain('noindex');
    expect(text).not.toContain('<b>brûlée');
  });

  it('finds words by their beginning, also before a space that a phone adds, and whole words in quotes', async () => {
    const found = async (query: string): Promise<boolean> =>
      (await server.ask(`/search?q=${query}`)).text.includes('45 posts');
    expect([await found('gla'), await found('gla+'), await found('%22glass%22')]).toEqual([true, true, true]);
    expect([await found('%22gla%22'), await found('%22gla%22+')]).toEqual([false, false]);
  });

  it('leads through all pages, and no further than the last', async () => {
    const second = await server.ask('/search?q=glass&page=2');
    expect(second.text).toContain('href="/search?q=glass&amp;page=1"');
    expect(second.text).toContain('href="/search?q=glass&amp;page=3"');
    expect((await server.ask('/search?q=glass&page=99')).text).toContain('page 3 of 3');
  });

  it.each([
    '"',
    '* OR',
    '(',
    'a AND',
    "'; DROP TABLE posts; --",
    '%00',
    '%',
    '-',
    'NEAR(',
    'q%5B%5D=1',
    '<script>',
    'x'.repeat(3000),
  ])('takes any text: %s', async (query) => {
    const { status, text } = await server.ask(
      `/search?q=${query.startsWith('%') ? query : encodeURIComponent(query)}`,
    );
    expect(status).toBe(200);
    expect(text).not.toContain('<script>');
  });

  it.each(['page=0', 'page=-1', 'page=x', 'page=1e9', 'page=2.5', 'page=', 'q=a&q=b'])(
    'takes %s',
    async (query) => {
      expect((await server.ask(`/search?q=glass&${query}`)).status).toBe(200);
    },
  );

  it('says so when nothing was found, and offers the archive', async () => {
    const { text } = await server.ask('/search?q=%3Cb%3Ezzz');
    expect(text).toContain('No post matches “&lt;b&gt;zzz”');
  });
});
