import type { MarkdownIt, Token } from 'markdown-it';

const MARK = /^\[([ xX])\][ \t]+/;

/** A markdown-it plugin: list items that begin with `[ ]` or `[x]` get a disabled checkbox. */
export function taskLists(markdown: MarkdownIt): void {
  markdown.core.ruler.after('inline', 'task-lists', (state) => {
    const tokens = state.tokens;
    for (let at = 2; at < tokens.length; at++) {
      if (tokens[at - 2]!.type === 'list_item_open' && tokens[at - 1]!.type === 'paragraph_open')
        markTask(tokens[at - 2]!, tokens[at]!, state.Token);
    }
  });
}

function markTask(item: Token, inline: Token, TokenClass: typeof Token): void {
  const first = inline.children?.[0];
  const mark = first?.type === 'text' ? MARK.exec(first.content) : null;
  if (first === undefined || mark === null) return;
  first.content = first.content.slice(mark[0].length);
  const box = new TokenClass('html_inline', '', 0);
  box.content = `<input type="checkbox" disabled ${mark[1] === ' ' ? 'aria-label="To do"' : 'checked aria-label="Done"'}> `;
  inline.children!.unshift(box);
  item.attrJoin('class', 'task');
}
