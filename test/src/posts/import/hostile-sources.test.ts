import { describe, expect, it } from '@jest/globals';
import { withoutMadeSizes } from '../../../../src/posts/import/foreign-html.ts';
import { htmlToMarkdown } from '../../../../src/posts/import/html-to-markdown.ts';
import { expandHugo } from '../../../../src/posts/import/hugo-shortcodes.ts';
import { expandLiquid } from '../../../../src/posts/import/liquid-tags.ts';
import { withoutMdxParts } from '../../../../src/posts/import/mdx-parts.ts';
import { obsidianNote } from '../../../../src/posts/import/obsidian-notes.ts';
import { readPost } from '../../../../src/posts/import/read-post.ts';
import { renderMarkdown } from '../../../../src/posts/markdown/markdown.ts';
import { rewriteSourceLinks } from '../../../../src/posts/import/rewrite-source-links.ts';
import { wordpressHtml } from '../../../../src/posts/import/wordpress-html.ts';
import { mapProse } from '../../../../src/posts/import/prose.ts';
import { fenceFor } from '../../../../src/posts/import/shortcode-parts.ts';
import { readWordpress } from '../../../../src/posts/import/read-wordpress.ts';
import { expectLinear } from '../../../fixtures/linear-time.ts';

const none = (): undefined => undefined;
const hugo = (text: string): string => expandHugo(text, none);
const liquid = (text: string): string => expandLiquid(text, { title: '', addressOf: none });
const obsidian = (text: string): string =>
  obsidianNote(text, { addressOf: none, fileOf: (name) => name, missing: none });
const markdown = (body: string): unknown => readPost({ format: 'none', data: {}, body }, 'a.md');
const wordpress = (text: string): string => wordpressHtml(text, none);

describe('a source made to be slow to read', () => {
  it.each<[string, (text: string) => unknown]>([
    ['](', (text) => rewriteSourceLinks(text, 'a.md', () => undefined)],
    ['<', htmlToMarkdown],
    ['<!-- >', htmlToMarkdown],
    ['```a\n', (text) => mapProse(text, (prose) => prose)],
    ['{{< details >}}', hugo],
    ['{{/* ', hugo],
    ['{{</* ', hugo],
    ['{% raw %}', liquid],
    ['{% highlight a %}', liquid],
    ['{/* ', withoutMdxParts],
    ['<img ', (text) => withoutMadeSizes(text, /made/)],
    ...[
      '<p',
      '<pre>',
      '<!-- wp:',
      '[caption',
      '[caption]',
      '[code]',
      '[audio ',
      '[embed',
      '[youtube https://a',
    ].map((piece): [string, (text: string) => unknown] => [piece, wordpress]),
  ])('is read in proportion to its length: %s', async (piece, read) => {
    await expectLinear((times) => read(piece.repeat(times)), 4000);
  });

  // Two parts of an expression that both match a run must not try each way to share it.
  it.each<[string, string, (text: string) => unknown]>([
    ['{{< a', ' ', hugo],
    ['{{< a "', String.raw`\"`, (text) => hugo(`${text} >}}`)],
    ['{{< a b', ' ', (text) => hugo(`${text}c >}}`)],
    ['{% a', ' ', liquid],
    ['{% ', 'a', liquid],
    ['{{ a', ' ', liquid],
    ['import a', ' ', withoutMdxParts],
    ['export const a = b', ' ', (text) => withoutMdxParts(`${text}c`)],
    ['![[a.png|', '1', (text) => obsidian(`${text}a]]`)],
    ['$$', 'a', obsidian],
    ['', '$a', obsidian],
    ['', '$$ `a` ', obsidian],
    ['# a', '#', (text) => markdown(`${text}a`)],
    ['## a', ' ', (text) => renderMarkdown(`${text}{#}`, { path: 'a' })],
    ['<p>a', ' ', (text) => htmlToMarkdown(`${text}b</p>`)],
    ['<p><b a', ' ', (text) => htmlToMarkdown(`${text}>b</b></p>`)],
    ['<div>a', ' ', (text) => htmlToMarkdown(`${text}b</div>`)],
    ['[caption]', ' ', (text) => wordpress(`${text}[/caption]`)],
    ['[youtube', ' ', wordpress],
    ['[youtube https://', 'a', wordpress],
    ['[audio', ' src="a"', wordpress],
  ])('is read in proportion to a run in it: %s%s', async (start, piece, read) => {
    await expectLinear((times) => read(start + piece.repeat(times)), 8000);
  });

  it('is read in proportion to a run that three parts match', async () => {
    await expectLinear((times) => liquid(`{{${' '.repeat(times)}`), 250);
  });

  it('may have as many runs of backticks as fit', () => {
    expect(fenceFor('`` '.repeat(200_000))).toBe('```');
  });

  // The parser searches all open elements at each end tag.
  it.each([
    ['<b>', '</i>'],
    ['<ul><li>', ''],
    ['<table><tr><td>', ''],
    ['<div>', '</div>'],
  ])('is read in proportion to the elements that are open: %s%s', async (start, end) => {
    await expectLinear((times) => htmlToMarkdown(start.repeat(times) + end.repeat(times)), 5000);
  });

  it('is refused if it is XML that no WordPress wrote', () => {
    expect(() => readWordpress(`<wp:wxr_version>${'<b>'.repeat(600)}`, () => false)).toThrow(
      'within 512 others',
    );
  });

  it('keeps its text however deep it is', () => {
    const deep = `<p>one</p>${'<div>'.repeat(600)}two${'</div>'.repeat(600)}<p>three</p>`;
    expect(renderMarkdown(htmlToMarkdown(deep), { path: 'a' }).text).toBe('one\ntwo\nthree');
  });
});
