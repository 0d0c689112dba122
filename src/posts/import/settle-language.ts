import type { Database } from 'better-sqlite3';
import { SettingStore } from '../../db/setting-store.ts';
import { readSiteSetting, takeLanguage } from '../../db/site-settings.ts';
import { isNewBlog } from '../welcome-posts.ts';

/** What became of the language that a source's configuration names. */
export interface SettledLanguage {
  readonly language: string;
  /** Who has it: the blog, or new posts that name none. */
  readonly of: 'blog' | 'posts';
}

/**
 * Before an import: a new blog takes the language of its source; elsewhere new posts have it as their own, if it is another one than the
 * blog's. Returns undefined if nothing is to be said.
 */
export function settleLanguage(
  database: Database,
  language: string | undefined,
): SettledLanguage | undefined {
  if (language === undefined) return undefined;
  const settings = new SettingStore(database);
  if (isNewBlog(database) && takeLanguage(settings, language)) return { language, of: 'blog' };
  return readSiteSetting(settings, 'language') === language ? undefined : { language, of: 'posts' };
}
