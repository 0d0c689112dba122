import { linkTargets, type LinkContext } from './link-targets.ts';
import type { Heading } from './headings.ts';
import { inlineText } from './inline-text.ts';
import { createMarkdownParser, type ParseEnvironment } from './markdown-parser.ts';
import { countWords, plainText } from './plain-text.ts';
import { rewriteHtml } from './rewrite-html.ts';

/** A text as it is saved: rendered once, never per view. */
export interface RenderedMarkdown {
  readonly html: string;
  /** Without markup; empty when there is no paragraph. */
  readonly firstParagraphText: string;
  /** All of it without markup, for the search index. */
  readonly text: string;
  readonly headings: readonly Heading[];
  readonly wordCount: number;
  /** Addresses the text links to, as they stand in the page. */
  readonly links: readonly string[];
  /** Local pictures that the blog does not have, as the author wrote them. */
  readonly missingImages: readonly string[];
}

const parser = createMarkdownParser();

/**
 * Renders the owner's Markdown. Code is highlighted by classes, links and pictures are resolved for the post's address; of raw HTML
 * what the one allow-list has stays, whoever wrote it (allowed-html.ts).
 */
export function renderMarkdown(markdown: string, context: LinkContext): RenderedMarkdown {
  const environment: ParseEnvironment = { headings: [] };
  const tokens = parser.parse(markdown, environment as never);
  const first = tokens.findIndex((token, at) => {
    const inline = tokens[at + 1];
    return (
      token.type === 'paragraph_open' &&
      token.level === 0 &&
      inline !== undefined &&
      /[\p{L}\p{N}]/u.test(inlineText(inline))
    );
  });
  const targets = linkTargets(context);
  const html = rewriteHtml(parser.renderer.render(tokens, parser.options, environment as never), targets);
  const text = plainText(html);
  return {
    html,
    firstParagraphText:
      first === -1
        ? ''
        : inlineText(tokens[first + 1]!)
            .replace(/\s+/g, ' ')
            .trim(),
    text,
    headings: environment.headings,
    wordCount: countWords(text),
    links: [...targets.links].filter((link) => !link.startsWith('#')),
    missingImages: [...targets.missingImages],
  };
}
