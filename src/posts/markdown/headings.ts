import type { MarkdownIt, Token } from 'markdown-it';
import { escapeHtml } from '../../markup/html.ts';
import { inlineText } from './inline-text.ts';

export interface Heading {
  readonly level: number;
  readonly id: string;
  readonly text: string;
}

const GIVEN_ID = /(?<![ \t])[ \t]*\{#([\p{L}\p{N}_-]+)\}[ \t]*$/u;

/** `What's new in 1.12` → `what-s-new-in-1-12`, as in Zola and Hugo, so that links into imported posts still work. */
export function headingSlug(text: string): string {
  return (
    text
      .normalize('NFC')
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\p{M}_]+/gu, '-')
      .replace(/^-|-$/g, '') || 'section'
  );
}

/**
 * A markdown-it plugin: every heading gets an id and a link to itself, whose sign is drawn by the stylesheet: it is no text of the post.
 * `## Title {#id}` sets the id (Zola, Hugo, Pandoc), others get one from their text; a duplicate gets a number. The outline begins at level 2,
 * because the page's title is the only heading of level 1, and skips none.
 */
export function headings(markdown: MarkdownIt): void {
  markdown.core.ruler.push('headings', (state) => {
    setLevels(state.tokens);
    const ids = new UniqueIds();
    const found: Heading[] = [];
    for (let at = 1; at < state.tokens.length; at++) {
      const open = state.tokens[at - 1]!;
      if (open.type !== 'heading_open') continue;
      const inline = state.tokens[at]!;
      const given = takeGivenId(inline);
      const text = inlineText(inline);
      const id = ids.claim(given ?? headingSlug(text));
      open.attrSet('id', id);
      found.push({ level: levelOf(open), id, text });
      const link = new state.Token('html_inline', '', 0);
      link.content = ` <a class="heading-anchor" href="#${escapeHtml(encodeURIComponent(id))}" aria-label="Link to this section"></a>`;
      inline.children!.push(link);
    }
    state.env['headings'] = found;
  });
}

const levelOf = (token: Token): number => Number(token.tag.slice(1));

/** Each heading is one level below the last one before it that was written with a higher level; level 2 if there is none. */
function setLevels(tokens: readonly Token[]): void {
  const open: number[] = [];
  for (const token of tokens) {
    if (token.type === 'heading_open') {
      const written = levelOf(token);
      while (open.length > 0 && open.at(-1)! >= written) open.pop();
      open.push(written);
    }
    // The tag that closes follows before the next one opens.
    if (token.type === 'heading_open' || token.type === 'heading_close')
      token.tag = `h${Math.min(6, open.length + 1)}`;
  }
}

/** The ids of a page; repeated requests for the same one are cheap. */
class UniqueIds {
  readonly #taken = new Set<string>();
  readonly #next = new Map<string, number>();

  claim(wanted: string): string {
    let id = wanted;
    let number = this.#next.get(wanted) ?? 1;
    while (this.#taken.has(id)) id = `${wanted}-${number++}`;
    this.#next.set(wanted, number);
    this.#taken.add(id);
    return id;
  }
}

/** Removes and returns the id at the end of a heading's text. */
function takeGivenId(inline: Token): string | undefined {
  const last = inline.children?.at(-1);
  const given =
    last?.type === 'text' && last.content.trimEnd().endsWith('}') ? GIVEN_ID.exec(last.content) : null;
  if (last === undefined || given === null) return undefined;
  last.content = last.content.slice(0, given.index);
  return given[1]!;
}
