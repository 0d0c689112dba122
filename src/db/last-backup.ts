import { randomBytes } from 'node:crypto';
import { notedFacts } from './noted-facts.ts';
import type { SettingStore } from './setting-store.ts';

const KEY = 'last_backup';
/** Not in backups: a restored blog is another one. */
export const BACKUP_SERIES_KEY = 'backup_series';

/** The latest backup of these data, or the one from which they were restored. */
export interface LastBackup {
  readonly atMillis: number;
  readonly file: string;
}

/** Undefined, too, if its row is damaged. */
export function lastBackupOf(settings: SettingStore): LastBackup | undefined {
  const facts = notedFacts(settings.get(KEY), ['atMillis']);
  return facts && { atMillis: Number(facts['atMillis']), file: String(facts['file'] ?? '') };
}

export function noteBackup(settings: SettingStore, { atMillis, file }: LastBackup): void {
  settings.set(KEY, JSON.stringify({ atMillis, file }));
}

/** What the names of this blog's scheduled backups have in common: eight random hexadecimal digits, wherever its data are. */
export function backupSeriesOf(settings: SettingStore): string {
  const known = settings.get(BACKUP_SERIES_KEY);
  if (known !== undefined) return known;
  const series = randomBytes(4).toString('hex');
  settings.set(BACKUP_SERIES_KEY, series);
  return series;
}
