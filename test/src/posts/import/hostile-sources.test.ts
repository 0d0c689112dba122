import { describe, it } from '@jest/globals';
import { htmlToMarkdown } from '../../../../src/posts/import/html-to-markdown.ts';
import { rewriteSourceLinks } from '../../../../src/posts/import/rewrite-source-links.ts';
import { wordpressHtml } from '../../../../src/posts/import/wordpress-html.ts';
import { expectLinear } from '../../../fixtures/linear-time.ts';

describe('a source made to be slow to read', () => {
  it.each<[string, (text: string) => unknown]>([
    ['](', (text) => rewriteSourceLinks(text, 'a.md', () => undefined)],
    ['<', htmlToMarkdown],
    ['<!-- >', htmlToMarkdown],
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
});
