import type { MarkdownIt } from 'markdown-it';
import { escapeHtml } from '../../markup/html.ts';

/** A markdown-it plugin: a paragraph with only a titled picture becomes a figure with that caption. */
export function figures(markdown: MarkdownIt): void {
  markdown.core.ruler.after('inline', 'figures', (state) => {
    for (let at = 1; at < state.tokens.length - 1; at++) {
      const open = state.tokens[at - 1]!;
      const children = state.tokens[at]!.children;
      const image = children?.length === 1 && children[0]!.type === 'image' ? children[0]! : undefined;
      const title = image?.attrGet('title');
      if (image === undefined || !title || open.type !== 'paragraph_open' || open.hidden) continue;
      open.tag = 'figure';
      state.tokens[at + 1]!.tag = 'figure';
      image.attrs = image.attrs!.filter(([name]) => name !== 'title');
      const caption = new state.Token('html_inline', '', 0);
      caption.content = `<figcaption>${escapeHtml(String(title))}</figcaption>`;
      children!.push(caption);
    }
  });
}
