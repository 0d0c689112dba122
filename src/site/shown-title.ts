import type { SiteSettings } from '../db/site-settings.ts';
import { typographicLine } from '../posts/markdown/typographic-line.ts';
import type { PostSummary } from '../posts/post.ts';

/** The title of a post as pages and feeds for readers show it: with the quotes of its language, as its text. Code in it stays. */
export function shownTitle(
  { title, language }: Pick<PostSummary, 'title' | 'language'>,
  { typographer }: Pick<SiteSettings, 'typographer'>,
): string {
  return typographicLine(title, typographer === 'on' ? language : undefined);
}
