import { beforeAll, describe, expect, it } from '@jest/globals';
import { menuOf, menuProblem } from '../../../src/site/menu.ts';
import { htmlFaults } from '../../fixtures/page-text.ts';
import { ReaderServer } from '../reader-server.ts';

describe('a menu', () => {
  it('is a label and an address on each line', () => {
    expect(menuOf(' Now  /now \n\nMy code\thttps://example.org/~me?a#b\r\nÄ ö /ä')).toEqual([
      { label: 'Now', address: '/now' },
      { label: 'My code', address: 'https://example.org/~me?a#b' },
      { label: 'Ä ö', address: '/ä' },
    ]);
  });

  it.each([
    'now',
    '/now',
    'Now now',
    'Now //example.org',
    'Now /\\example.org',
    'Now javascript:alert(1)',
    'Now https://',
    `${'x'.repeat(41)} /x`,
    `a${' '.repeat(5000)}b`,
  ])('refuses %j', (line) => {
    expect(menuProblem(`Home /\n${line}`)).toContain('is no entry: write a label and an address');
    expect(menuOf(line)).toEqual([]);
  });

  it('has at most twelve entries', () => {
    expect(menuProblem('A /a\n'.repeat(13))).toBe('The menu has 13 lines; 12 is the most.');
    expect(menuProblem('A /a\n'.repeat(12))).toBeUndefined();
  });
});

describe('pages of a blog with its own menu and footer', () => {
  const server = new ReaderServer();
  const textOf = async (path: string): Promise<string> => (await fetch(server.origin + path)).text();
  beforeAll(async () => {
    server.site.save({
      ...server.site.values,
      menu: 'Home /\nNow <1> /now\nCode https://example.org/',
      footer: '© A & B',
    });
    await server.start();
    server.publish({ title: 'What I do now', path: 'now', status: 'unlisted' });
    server.publish({ title: 'Hidden', path: 'hidden', status: 'unlisted' });
  });

  it('show them in place of the blog’s own, with the current page', async () => {
    const page = await textOf('/now');
    const menu = /<nav aria-label="Site">.*?<\/nav>/s.exec(page)![0].replaceAll(/\s+/g, ' ');
    expect(menu).toMatch(/href="\/" ?><bdi>Home/);
    expect(menu).toMatch(/href="\/now" aria-current="page" ?><bdi>Now &lt;1&gt;/);
    expect(menu).toContain('href="https://example.org/"');
    expect(menu).not.toContain('Archive');
    expect(page).toContain('<bdi>© A &amp; B</bdi>');
    expect(page).not.toContain('a blog you can see through');
    expect(await htmlFaults(page, 'readers')).toEqual([]);
  });

  it('let search engines list the pages of the menu alone', async () => {
    const noindex = '<meta name="robots" content="noindex"';
    expect([(await textOf('/now')).includes(noindex), (await textOf('/hidden')).includes(noindex)]).toEqual([
      false,
      true,
    ]);
    expect(await textOf('/missing')).not.toContain('aria-current');
  });
});
