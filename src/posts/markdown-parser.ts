import MarkdownItFactory, { type MarkdownIt, type Token } from 'markdown-it';
import footnote from 'markdown-it-footnote';
import { escapeHtml } from '../views/html.ts';
import { figures } from './figures.ts';
import { headings, type Heading } from './headings.ts';
import { highlightCode } from './highlight-code.ts';
import { taskLists } from './task-lists.ts';

/** What a parse leaves beside the tokens. */
export interface ParseEnvironment {
  headings: Heading[];
}

function languageClass(info: string, unescape: (text: string) => string): string {
  const language = /^[^\s,{]+/.exec(unescape(info).trim())?.[0];
  return language === undefined ? '' : ` class="language-${escapeHtml(language)}"`;
}

function renderFence(token: Token, unescape: (text: string) => string): string {
  return `<pre tabindex="0"><code${languageClass(token.info, unescape)}>${highlightCode(token.content, token.info)}</code></pre>\n`;
}

/** CommonMark with raw HTML and nothing beside it; what the rest is built on. */
export function createPlainParser(): MarkdownIt {
  const markdown = MarkdownItFactory({ html: true, linkify: false, typographer: false });
  const { unescapeAll } = markdown.utils;
  markdown.renderer.rules['fence'] = (tokens, index) => renderFence(tokens[index]!, unescapeAll);
  // Focusable, because a long line makes it scroll and the keyboard must reach that.
  markdown.renderer.rules['code_block'] = (tokens, index) =>
    `<pre tabindex="0"><code>${escapeHtml(tokens[index]!.content)}</code></pre>\n`;
  return markdown;
}

/** The same with bare addresses as links, tables, strikethrough, footnotes, task lists, captions and heading anchors. Made once. */
export function createMarkdownParser(): MarkdownIt {
  const markdown = createPlainParser();
  markdown.set({ linkify: true });
  // As GFM: addresses with a scheme and e-mail addresses, but not every word with a dot.
  markdown.linkify.set({ fuzzyLink: false });
  markdown.use(footnote);
  markdown.use(taskLists);
  markdown.use(figures);
  markdown.use(headings);
  markdown.renderer.rules['footnote_anchor'] = (tokens, index) => {
    const { id, subId } = tokens[index]!.meta as { id: number; subId: number };
    const target = `fnref${id + 1}${subId > 0 ? `:${subId}` : ''}`;
    return ` <a href="#${target}" class="footnote-backref" aria-label="Back to the text">\u21a9\ufe0e</a>`;
  };
  markdown.renderer.rules['table_open'] = () => '<div class="table-scroll" tabindex="0"><table>\n';
  markdown.renderer.rules['table_close'] = () => '</table></div>\n';
  return markdown;
}
