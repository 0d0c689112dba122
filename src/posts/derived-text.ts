import { isTypographic, type RenderedMarkdown } from './markdown/markdown.ts';
import { readingMinutes, shorten } from './markdown/plain-text.ts';
import { typographicLine } from './markdown/typographic-line.ts';
import type { Post } from './post.ts';

const MAX_SUMMARY_CHARACTERS = 300;

/** Text for lists and the head of a page. */
export function derivedText(
  { description, language }: Pick<Post, 'description' | 'language'>,
  rendered: Pick<RenderedMarkdown, 'firstParagraphText' | 'wordCount' | 'renderedBy'>,
): { readonly summary: string; readonly readingMinutes: number } {
  const given = description && typographicLine(description, isTypographic(rendered) ? language : undefined);
  return {
    summary: shorten(given ?? rendered.firstParagraphText, MAX_SUMMARY_CHARACTERS),
    readingMinutes: readingMinutes(rendered.wordCount),
  };
}
