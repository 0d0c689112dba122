import { linkTargets, type LinkContext } from './link-targets.ts';
import type { Heading } from './headings.ts';
import { inlineText } from './inline-text.ts';
import { createMarkdownParser, type ParseEnvironment } from './markdown-parser.ts';
import { countWords, plainText } from './plain-text.ts';
import { rewriteHtml } from './rewrite-html.ts';

/** Raise it if the same Markdown renders to other HTML or search text; stored posts are then rendered again. */
const RENDERER_VERSION = 9;

/** The number of this renderer with these settings. A stored text with another number is rendered again. */
export function rendererNumber({ typography, math = false }: TextSettings): number {
  return 4 * RENDERER_VERSION + (math ? 2 : 0) + (typography === undefined ? 0 : 1);
}

/** A rendered text, as stored. */
export interface RenderedMarkdown {
  readonly html: string;
  /** The first paragraph without markup; empty if there is none. */
  readonly firstParagraphText: string;
  /** The whole text without markup, for the search index. */
  readonly text: string;
  readonly headings: readonly Heading[];
  readonly wordCount: number;
  /** Addresses of links, as on the page. */
  readonly links: readonly string[];
  /** Missing local pictures, as written. */
  readonly missingImages: readonly string[];
  /** `rendererNumber` of its settings. */
  readonly renderedBy: number;
  /** The language of its quotes and dashes; undefined: as typed. */
  readonly typography: string | undefined;
}

const parser = createMarkdownParser();
/** Those that do not break stay: French has them before its signs. */
const BREAKING_SPACES = /[^\S\u00a0\u202f]+/g;

/** A parsed text, before addresses are resolved. */
interface ParsedMarkdown extends Pick<TextSettings, 'typography'> {
  /** HTML with addresses as written. */
  readonly html: string;
  readonly firstParagraphText: string;
  readonly headings: readonly Heading[];
  readonly renderedBy: number;
}

/** What the blog's settings say about a text. */
export interface TextSettings {
  /** A BCP 47 language, whose quotes and dashes the text gets; undefined: as typed. */
  readonly typography?: string | undefined;
  /** True: `$…$` and `$$…$$` are formulas. */
  readonly math?: boolean | undefined;
}

export interface RenderOptions extends TextSettings {
  /** False: code is shown plain. */
  readonly highlight?: boolean | undefined;
}

/**
 * Renders untrusted Markdown. Code is highlighted by classes, links and pictures are resolved for the post's address, and raw HTML is limited
 * to the allow-list (allowed-html.ts). A large text takes seconds, so the running blog uses its MarkdownWorker.
 */
export function renderMarkdown(
  markdown: string,
  context: LinkContext,
  options: RenderOptions = {},
): RenderedMarkdown {
  return placeMarkdown(parseMarkdown(markdown, options), context);
}

/** The slow part of rendering; independent of the blog. */
export function parseMarkdown(
  markdown: string,
  { highlight = true, typography, math = false }: RenderOptions = {},
): ParsedMarkdown {
  const environment: ParseEnvironment = {
    typography,
    math,
    ...(highlight ? {} : { highlighted: Number.POSITIVE_INFINITY }),
  };
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
            .replace(BREAKING_SPACES, ' ')
            .trim(),
    headings: environment.headings ?? [],
    typography,
    renderedBy: rendererNumber({ typography, math }),
  };
}

/** Resolves a parsed text at its address, with its media. */
export function placeMarkdown(parsed: ParsedMarkdown, context: LinkContext): RenderedMarkdown {
  const targets = linkTargets(context, parsed.typography);
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
    renderedBy: parsed.renderedBy,
    typography: parsed.typography,
  };
}

/** Names of media that the text may refer to; some may not exist. */
export function mediaNames(parsed: ParsedMarkdown, place: Omit<LinkContext, 'media'>): string[] {
  const names = new Set<string>();
  const media = (name: string): undefined => void names.add(name);
  rewriteHtml(parsed.html, linkTargets({ ...place, media }));
  return [...names];
}
