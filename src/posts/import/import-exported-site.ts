import type { Database } from 'better-sqlite3';
import { SettingStore } from '../../db/setting-store.ts';
import { hasSiteSettings, StoredSiteSettings } from '../../db/site-settings.ts';
import { EXPORT_FILE_NAME, readExportedSite, type ExportedSite } from '../export/exported-site.ts';
import { PostWriter } from '../post-writer.ts';
import { TagNames } from '../tag-names.ts';
import type { ImportSummary } from './import-summary.ts';
import { takeRedirects } from './take-redirects.ts';

/**
 * Takes the settings, redirects and former names of tags of this blog's export. Settings that the owner has saved here and redirects that are here stay; what
 * differs is noted. Call it before the posts are written, as a redirect may be older than the post at its address. Throws
 * ExportFormatError.
 */
export function importExportedSite(
  root: string,
  { database, now }: { readonly database: Database; readonly now: () => number },
  summary: ImportSummary,
): void {
  const { settings, redirects, tagNames } = readExportedSite(root);
  const note = (text: string): void => void summary.notes.push({ file: EXPORT_FILE_NAME, text });
  const takeAll = database.transaction(() => {
    takeSettings(settings, new SettingStore(database), note);
    takeRedirects(redirects, { database, now }, (from, why) => note(`redirect of ${from} left out: ${why}`));
    const names = new TagNames(database, new PostWriter(database));
    for (const { from, to } of tagNames) {
      const name = names.find(from);
      if (name === undefined && names.nameOf(to) === to) names.rename(from, to);
      else if (name !== to) note(`former name ${from} of the tag ${to} left out: it has another one here`);
    }
  });
  takeAll.immediate();
}

function takeSettings(
  settings: ExportedSite['settings'],
  store: SettingStore,
  note: (text: string) => void,
): void {
  const site = new StoredSiteSettings(store);
  const here = site.values;
  const switchOf = (name: 'typographer' | 'math'): string =>
    /^(?:on|off)$/.test(settings[name] ?? '') ? settings[name]! : here[name];
  const all = { ...here, ...settings, typographer: switchOf('typographer'), math: switchOf('math') };
  if (!hasSiteSettings(store)) return site.save(all);
  if (JSON.stringify(all) !== JSON.stringify(here)) note('its settings left out: those saved here stay');
}
