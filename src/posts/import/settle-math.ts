import type { Database } from 'better-sqlite3';
import { SettingStore } from '../../db/setting-store.ts';
import { readSiteSetting, showFormulas } from '../../db/site-settings.ts';
import { isNewBlog } from '../welcome-posts.ts';

/**
 * Before an import of sources that say they have formulas: a new blog shows them; where there are posts, the setting stays, as their dollars
 * may be prices. Returns what the summary says about it.
 */
export function settleMath(database: Database): 'formulas' | 'as typed' {
  const settings = new SettingStore(database);
  if (isNewBlog(database)) showFormulas(settings);
  return readSiteSetting(settings, 'math') === 'on' ? 'formulas' : 'as typed';
}
