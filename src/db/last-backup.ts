import { notedFacts } from './noted-facts.ts';
import type { SettingStore } from './setting-store.ts';

const KEY = 'last_backup';

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
