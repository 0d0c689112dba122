import MarkdownItFactory, { type MarkdownIt, type Token } from 'markdown-it';
import anchor from 'markdown-it-anchor';
import footnote from 'markdown-it-footnote';
import { escapeHtml } from '../views/html.ts';
import { figures } from './figures.ts';
import { headings } from './headings.ts';
import { highlightCode } from './highlight-code.ts';
import { taskLists } from './task-lists.ts';

export interface Heading {
  readonly level: number;
  readonly id: string;
  readonly text: string;
}

/** What a parse leaves beside the tokens. */
export interface ParseEnvironment {
  headings: Heading[];
}

/** `What's new in 1.12` → `what-s-new-in-1-12`, as Zola and Hugo make them, so that links into imported posts still land. */
export function headingSlug(text: string): string {
  return (
    text
      .normalize('NFC')
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\p{M}_]+/gu, '-')
      .replace(/^-+|-+$/g, '') || 'section'
  );
}

function renderFence(tokens: Token[], index: number): string {
  const token = tokens[index]!;
  const language = /^[^\s,{]+/.exec(token.info.trim())?.[0];
  const name = language === undefined ? '' : ` class="language-${escapeHtml(language)}"`;
  // Focusable, because a long line makes it scroll and the keyboard must reach that.
  return `<pre tabindex="0"><code${name}>${highlightCode(token.content, token.info)}</code></pre>\n`;
}

/** CommonMark with raw HTML, tables, strikethrough, footnotes, task lists, captions and heading anchors. Made once. */
export function createMarkdownParser(): MarkdownIt {
  const markdown = MarkdownItFactory({ html: true, linkify: false, typographer: false });
  markdown.use(footnote);
  markdown.use(taskLists);
  markdown.use(figures);
  markdown.use(headings);
  markdown.use(anchor as unknown as (markdown: MarkdownIt, options: object) => void, {
    tabIndex: false,
    slugify: headingSlug,
    permalink(
      slug: string,
      _options: unknown,
      state: { tokens: Token[]; env: Partial<ParseEnvironment>; Token: typeof Token },
      index: number,
    ) {
      const text = inlineText(state.tokens[index + 1]!);
      (state.env.headings ??= []).push({ level: Number(state.tokens[index]!.tag.slice(1)), id: slug, text });
      const link = new state.Token('html_inline', '', 0);
      link.content = ` <a class="heading-anchor" href="#${escapeHtml(encodeURIComponent(slug))}" aria-label="Link to this section">#</a>`;
      state.tokens[index + 1]!.children!.push(link);
    },
  });
  markdown.renderer.rules['fence'] = renderFence;
  markdown.renderer.rules['code_block'] = (tokens, index) =>
    `<pre tabindex="0"><code>${escapeHtml(tokens[index]!.content)}</code></pre>\n`;
  markdown.renderer.rules['footnote_anchor'] = (tokens, index) => {
    const { id, subId } = tokens[index]!.meta as { id: number; subId: number };
    const target = `fnref${id + 1}${subId > 0 ? `:${subId}` : ''}`;
    return ` <a href="#${target}" class="footnote-backref" aria-label="Back to the text">\u21a9\ufe0e</a>`;
  };
  markdown.renderer.rules['table_open'] = () => '<div class="table-scroll" tabindex="0"><table>\n';
  markdown.renderer.rules['table_close'] = () => '</table></div>\n';
  return markdown;
}

/** The text of an inline token's children. */
export function inlineText(inline: Token): string {
  return (inline.children ?? [])
    .map((child) => {
      if (child.type === 'text' || child.type === 'code_inline' || child.type === 'text_special')
        return child.content;
      if (child.type === 'softbreak' || child.type === 'hardbreak') return ' ';
      return '';
    })
    .join('');
}
