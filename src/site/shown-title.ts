import type { SiteSettings } from '../db/site-settings.ts';
import { typographicLine } from '../posts/markdown/typographic-line.ts';
import type { PostSummary } from '../posts/post.ts';

/** The language of a post for readers: its own, or the blog's. */
export function shownLanguage(
  { language }: Pick<PostSummary, 'language'>,
  site: Pick<SiteSettings, 'language'>,
): string {
  return language ?? site.language;
}

/** The title of a post as pages and feeds for readers show it: with the quotes of its language, as its text. Code in it stays. */
export function shownTitle(
  { title, language }: Pick<PostSummary, 'title' | 'language'>,
  site: Pick<SiteSettings, 'typographer' | 'language'>,
): string {
  return typographicLine(title, site.typographer === 'on' ? shownLanguage({ language }, site) : undefined);
}
