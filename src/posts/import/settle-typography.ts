import type { Database } from 'better-sqlite3';
import { SettingStore } from '../../db/setting-store.ts';
import { keepTextsAsTyped, readSiteSetting } from '../../db/site-settings.ts';
import { isNewBlog } from '../welcome-posts.ts';

/**
 * Before an import: in a new blog imported texts are shown as they were written, as their author saw them before; where there are posts,
 * the setting stays. Returns what the summary says about it; undefined if texts are as typed anyway.
 */
export function settleTypography(database: Database): 'as typed' | 'typographic' | undefined {
  const settings = new SettingStore(database);
  if (isNewBlog(database) && keepTextsAsTyped(settings)) return 'as typed';
  return readSiteSetting(settings, 'typographer') === 'on' ? 'typographic' : undefined;
}
