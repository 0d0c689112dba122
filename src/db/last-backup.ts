import type { SettingStore } from './setting-store.ts';

const KEY = 'last_backup';

/** The latest backup of these data, or the one from which they were restored. */
export interface LastBackup {
  readonly atMillis: number;
  readonly file: string;
}

export function lastBackupOf(settings: SettingStore): LastBackup | undefined {
  const text = settings.get(KEY);
  return text === undefined ? undefined : (JSON.parse(text) as LastBackup);
}

export function noteBackup(settings: SettingStore, { atMillis, file }: LastBackup): void {
  settings.set(KEY, JSON.stringify({ atMillis, file }));
}
