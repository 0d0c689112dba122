import type { RenderedMarkdown } from './markdown/markdown.ts';
import { readingMinutes, shorten } from './markdown/plain-text.ts';

const MAX_SUMMARY_CHARACTERS = 300;

/** Text for lists and the head of a page. */
export function derivedText(
  description: string | undefined,
  rendered: Pick<RenderedMarkdown, 'firstParagraphText' | 'wordCount'>,
): { readonly summary: string; readonly readingMinutes: number } {
  return {
    summary: shorten(description ?? rendered.firstParagraphText, MAX_SUMMARY_CHARACTERS),
    readingMinutes: readingMinutes(rendered.wordCount),
  };
}
