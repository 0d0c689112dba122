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

/** A text that does not stand at an address yet. */
interface ParsedMarkdown {
  /** Raw HTML and addresses as they were written. */
  readonly html: string;
  readonly firstParagraphText: string;
  readonly headings: readonly Heading[];
}

export interface RenderOptions {
  /** False: code is shown plain. */
  readonly highlight?: boolean | undefined;
}

/**
 * Renders Markdown, whoever wrote it. Code is highlighted by classes, links and pictures are resolved for the post's address; of raw HTML
 * stays what the one list allows (allowed-html.ts). A large text takes seconds: the running blog asks its MarkdownWorker instead.
 */
export function renderMarkdown(
  markdown: string,
  context: LinkContext,
  options: RenderOptions = {},
): RenderedMarkdown {
  return placeMarkdown(parseMarkdown(markdown, options), context);
}

/** The long part of the work; needs to know nothing of the blog. */
export function parseMarkdown(markdown: string, { highlight = true }: RenderOptions = {}): ParsedMarkdown {
  const environment: ParseEnvironment = highlight ? {} : { highlighted: Number.POSITIVE_INFINITY };
  const tokens = parser.parse(markdown, environment);
  const first = tokens.findIndex((token, at) => {
    const inline = tokens[at + 1];
    return (
      token.type === 'paragraph_open' &&
      token.level === 0 &&
      inline !== undefined &&
      /[\p{L}\p{N}]/u.test(inlineText(inline))
    );
  });
  return {
    html: parser.renderer.render(tokens, parser.options, environment),
    firstParagraphText:
      first === -1
        ? ''
        : inlineText(tokens[first + 1]!)
            .replace(/\s+/g, ' ')
            .trim(),
    headings: environment.headings ?? [],
  };
}

/** The text at its address, beside its media. */
export function placeMarkdown(parsed: ParsedMarkdown, context: LinkContext): RenderedMarkdown {
  const targets = linkTargets(context);
  const html = rewriteHtml(parsed.html, targets);
  const text = plainText(html);
  return {
    html,
    firstParagraphText: parsed.firstParagraphText,
    text,
    headings: parsed.headings,
    wordCount: countWords(text),
    links: [...targets.links].filter((link) => !link.startsWith('#')),
    missingImages: [...targets.missingImages],
  };
}

/** Media that the text may mean, by name; which of them there are, only the blog knows. */
export function mediaNames(parsed: ParsedMarkdown, place: Omit<LinkContext, 'media'>): string[] {
  const names = new Set<string>();
  const media = (name: string): undefined => void names.add(name);
  rewriteHtml(parsed.html, linkTargets({ ...place, media }));
  return [...names];
}
