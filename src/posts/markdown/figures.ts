import type { MarkdownIt, Token } from 'markdown-it';
import { escapeHtml } from '../../markup/html.ts';

/**
 * A markdown-it plugin: a paragraph with only a titled picture becomes a figure with that caption. One with only a picture, linked or not, gets
 * the class `picture`: a stylesheet cannot tell it from a picture between words.
 */
export function figures(markdown: MarkdownIt): void {
  // Last, for the caption as it is printed.
  markdown.core.ruler.push('figures', (state) => {
    for (let at = 1; at < state.tokens.length - 1; at++) {
      const open = state.tokens[at - 1]!;
      const children = state.tokens[at]!.children ?? [];
      if (open.type !== 'paragraph_open' || open.hidden || !isPicture(children)) continue;
      const image = children.length === 1 ? children[0]! : undefined;
      const title = image?.attrGet('title');
      if (image === undefined || !title) {
        open.attrJoin('class', 'picture');
        continue;
      }
      open.tag = 'figure';
      state.tokens[at + 1]!.tag = 'figure';
      image.attrs = image.attrs!.filter(([name]) => name !== 'title');
      const caption = new state.Token('html_inline', '', 0);
      caption.content = `<figcaption>${escapeHtml(String(title))}</figcaption>`;
      children.push(caption);
    }
  });
}

const TYPES_OF_PICTURES = ['image', 'link_open image link_close'];

function isPicture(children: readonly Token[]): boolean {
  return children.length <= 3 && TYPES_OF_PICTURES.includes(children.map(({ type }) => type).join(' '));
}
