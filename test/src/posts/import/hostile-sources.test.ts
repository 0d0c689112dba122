import { describe, expect, it } from '@jest/globals';
import { htmlToMarkdown } from '../../../../src/posts/import/html-to-markdown.ts';
import { renderMarkdown } from '../../../../src/posts/markdown/markdown.ts';
import { rewriteSourceLinks } from '../../../../src/posts/import/rewrite-source-links.ts';
import { wordpressHtml } from '../../../../src/posts/import/wordpress-html.ts';
import { mapProse } from '../../../../src/posts/import/prose.ts';
import { readWordpress } from '../../../../src/posts/import/read-wordpress.ts';
import { expectLinear } from '../../../fixtures/linear-time.ts';

describe('a source made to be slow to read', () => {
  it.each<[string, (text: string) => unknown]>([
    ['](', (text) => rewriteSourceLinks(text, 'a.md', () => undefined)],
    ['<', htmlToMarkdown],
    ['<!-- >', htmlToMarkdown],
    ['```a\n', (text) => mapProse(text, (prose) => prose)],
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
    ].map((piece): [string, (text: string) => unknown] => [piece, (text) => wordpressHtml(text, () => {})]),
  ])('is read in proportion to its length: %s', async (piece, read) => {
    await expectLinear((times) => read(piece.repeat(times)), 4000);
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
    expect(() => readWordpress(`<wp:wxr_version>${'<b>'.repeat(600)}`)).toThrow('within 512 others');
  });

  it('keeps its text however deep it is', () => {
    const deep = `<p>one</p>${'<div>'.repeat(600)}two${'</div>'.repeat(600)}<p>three</p>`;
    expect(renderMarkdown(htmlToMarkdown(deep), { path: 'a' }).text).toBe('one\ntwo\nthree');
  });
});
