import MarkdownItFactory, { type MarkdownIt, type Token } from 'markdown-it';
import footnote from 'markdown-it-footnote';
import { escapeHtml } from '../../markup/html.ts';
import { figures } from './figures.ts';
import { headings, type Heading } from './headings.ts';
import { highlightCode } from './highlight-code.ts';
import { math } from './math.ts';
import { taskLists } from './task-lists.ts';
import { typographer } from './typographer.ts';

/** Limit of highlighted code per post; further blocks are shown plain. About three seconds of work. */
const MAX_HIGHLIGHTED_CHARACTERS = 100_000;
const MAX_ADDRESS_CHARACTERS = 2000;

/** The state of a parse besides the tokens. */
export interface ParseEnvironment {
  [key: string | symbol]: unknown;
  headings?: readonly Heading[];
  /** The language whose quotes and dashes the text gets; undefined: as typed. */
  typography?: string | undefined;
  /** True if formulas in TeX are shown as such. */
  math?: boolean;
  /** Characters of code highlighted so far. */
  highlighted?: number;
}

function renderFence(
  markdown: MarkdownIt,
  token: Token,
  environment: ParseEnvironment | undefined = {},
): string {
  // Escapes and character references apply in the info string too.
  const info = markdown.utils.unescapeAll(token.info).trim();
  const language = /^[^\s,{]+/.exec(info)?.[0];
  const name = language === undefined ? '' : ` class="language-${escapeHtml(language)}"`;
  const highlighted = (environment.highlighted ?? 0) + token.content.length;
  const fits = highlighted <= MAX_HIGHLIGHTED_CHARACTERS;
  if (fits) environment.highlighted = highlighted;
  return codeBlock(fits ? highlightCode(token.content, info) : escapeHtml(token.content), name);
}

// Focusable, because a long line scrolls and the keyboard must reach it; left to right in every language.
function codeBlock(code: string, attributes = ''): string {
  return `<pre tabindex="0" dir="ltr"><code${attributes}>${code}</code></pre>\n`;
}

/** Plain CommonMark with raw HTML, the base of the full parser. */
export function createPlainParser(): MarkdownIt {
  const markdown = MarkdownItFactory({ html: true, linkify: false, typographer: false });
  markdown.renderer.rules['fence'] = (tokens, index, _options, environment) =>
    renderFence(markdown, tokens[index]!, environment);
  markdown.renderer.rules['code_block'] = (tokens, index) => codeBlock(escapeHtml(tokens[index]!.content));
  return markdown;
}

/** The same with bare addresses as links, tables, strikethrough, footnotes, task lists, formulas, captions and heading anchors. Made once. */
export function createMarkdownParser(): MarkdownIt {
  const markdown = createPlainParser();
  markdown.set({ linkify: true });
  autolinksOfGfm(markdown);
  markdown.use(footnote);
  markdown.use(math);
  markdown.use(taskLists);
  markdown.use(headings);
  markdown.use(typographer);
  markdown.use(figures);
  markdown.renderer.rules['image'] = (tokens, index, options, environment, self) => {
    const image = tokens[index]!;
    const alt = self.renderInlineAsText(image.children ?? [], options, environment);
    // Without one it gets that of the file (rewrite-html.ts); an empty one, in HTML, says that there is nothing to say.
    if (alt !== '') image.attrSet('alt', alt);
    else image.attrs = (image.attrs ?? []).filter(([name]) => name !== 'alt');
    return self.renderToken(tokens, index, options);
  };
  markdown.renderer.rules['footnote_anchor'] = (tokens, index) => {
    const { id, subId } = tokens[index]!.meta as { id: number; subId: number };
    const target = `fnref${id + 1}${subId > 0 ? `:${subId}` : ''}`;
    return ` <a href="#${target}" class="footnote-backref" aria-label="Back to the text">\u21a9\ufe0e</a>`;
  };
  return markdown;
}

/** Bare addresses as in GitHub's Markdown: a scheme, `www.` or a mail address, but not `file.rs` or `example.com`. */
export function autolinksOfGfm(markdown: MarkdownIt): void {
  markdown.linkify.set({ fuzzyLink: false, fuzzyEmail: true, fuzzyIP: false });
  markdown.linkify.add('//', null);
  markdown.linkify.add('www.', {
    validate: (text, position, self) => {
      const before = text[position - 5];
      if (before !== undefined && /[\p{L}\p{N}_/.@-]/u.test(before)) return 0;
      const address = `http://${text.slice(position, position + MAX_ADDRESS_CHARACTERS)}`;
      return Math.max(0, self.testSchemaAt(address, 'http:', 5) - 2);
    },
    normalize: (match) => {
      match.url = `http://${match.url}`;
    },
  });
}
