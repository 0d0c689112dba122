import { createRequire } from 'node:module';
import { describe, expect, it } from '@jest/globals';
import { createPlainParser } from '../../../../src/posts/markdown/markdown-parser.ts';

interface Example {
  readonly number: number;
  readonly section: string;
  readonly markdown: string;
  readonly html: string;
}
const { tests } = createRequire(import.meta.url)('commonmark-spec') as { readonly tests: readonly Example[] };

/** What no reader of HTML sees: how void elements end, blanks in an empty block, our focusable code. */
function normalised(html: string): string {
  return html
    .replaceAll('\u2192', '\t')
    .replaceAll(' />', '>')
    .replaceAll('<pre tabindex="0" dir="ltr">', '<pre>')
    .replaceAll('<blockquote>\n</blockquote>', '<blockquote></blockquote>')
    .replace(/<span class="[\w-]+">|<\/span>/g, '');
}

/** The suite of CommonMark 0.31.2, by its authors (CC BY-SA 4.0). */
describe('CommonMark', () => {
  const parser = createPlainParser();

  it('has 652 examples', () => {
    expect(tests).toHaveLength(652);
  });

  it.each(tests.map(({ number, section, markdown, html }) => [number, section, markdown, html] as const))(
    'example %i, %s',
    (_number, _section, markdown, html) => {
      expect(normalised(parser.render(markdown.replaceAll('\u2192', '\t')))).toBe(normalised(html));
    },
  );
});
