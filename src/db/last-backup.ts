import type { SettingStore } from './setting-store.ts';

const KEY = 'last_backup';

/** The newest backup that a command made of these data, or that they were restored from. */
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
