import type { RenderedMarkdown } from './markdown/markdown.ts';
import { readingMinutes, shorten } from './markdown/plain-text.ts';
import { typographicLine } from './markdown/typographic-line.ts';
import type { Post } from './post.ts';

const MAX_SUMMARY_CHARACTERS = 300;

/** Text for lists and the head of a page. */
export function derivedText(
  { description }: Pick<Post, 'description'>,
  rendered: Pick<RenderedMarkdown, 'firstParagraphText' | 'wordCount' | 'typography'>,
): { readonly summary: string; readonly readingMinutes: number } {
  const given = description && typographicLine(description, rendered.typography);
  return {
    summary: shorten(given ?? rendered.firstParagraphText, MAX_SUMMARY_CHARACTERS),
    readingMinutes: readingMinutes(rendered.wordCount),
  };
}
