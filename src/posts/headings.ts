import type { MarkdownIt, Token } from 'markdown-it';

const GIVEN_ID = /[ \t]*\{#([\p{L}\p{N}_-]+)\}[ \t]*$/u;

/**
 * A markdown-it plugin: `## Title {#id}` has that id (Zola, Hugo, Pandoc), and a text's highest heading is of level 2, wherever its author
 * began, because the page's title is its only heading of level 1 and an outline must not skip a level.
 */
export function headings(markdown: MarkdownIt): void {
  markdown.core.ruler.after('inline', 'headings', (state) => {
    const marks = state.tokens.filter(
      (token) => token.type === 'heading_open' || token.type === 'heading_close',
    );
    const levelOf = (token: Token): number => Number(token.tag.slice(1));
    const shift = 2 - Math.min(...marks.map(levelOf));
    for (const token of marks) token.tag = `h${Math.min(6, levelOf(token) + shift)}`;
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
