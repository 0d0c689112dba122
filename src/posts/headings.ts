import type { MarkdownIt, Token } from 'markdown-it';

const GIVEN_ID = /[ \t]*\{#([\p{L}\p{N}_-]+)\}[ \t]*$/u;

/**
 * A markdown-it plugin: `## Title {#id}` has that id (Zola, Hugo, Pandoc), and where a text uses first-level headings all move down one
 * level, because the page's own title is its only first-level heading.
 */
export function headings(markdown: MarkdownIt): void {
  markdown.core.ruler.after('inline', 'headings', (state) => {
    const marks = state.tokens.filter(
      (token) => token.type === 'heading_open' || token.type === 'heading_close',
    );
    if (marks.some((token) => token.tag === 'h1')) {
      for (const token of marks) token.tag = `h${Math.min(6, Number(token.tag.slice(1)) + 1)}`;
    }
    for (let at = 1; at < state.tokens.length; at++) {
      if (state.tokens[at - 1]!.type === 'heading_open')
        takeGivenId(state.tokens[at - 1]!, state.tokens[at]!);
    }
  });
}

function takeGivenId(heading: Token, inline: Token): void {
  const last = inline.children?.at(-1);
  const given = last?.type === 'text' ? GIVEN_ID.exec(last.content) : null;
  if (last === undefined || given === null) return;
  last.content = last.content.slice(0, given.index);
  heading.attrSet('id', given[1]!);
}
