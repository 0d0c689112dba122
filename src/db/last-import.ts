import type { SettingStore } from './setting-store.ts';

const KEY = 'last_import';

/** The latest import into these data. */
export interface LastImport {
  readonly atMillis: number;
  readonly added: number;
  readonly changed: number;
}

export function lastImportOf(settings: SettingStore): LastImport | undefined {
  const text = settings.get(KEY);
  return text === undefined ? undefined : (JSON.parse(text) as LastImport);
}

export function noteImport(settings: SettingStore, { atMillis, added, changed }: LastImport): void {
  settings.set(KEY, JSON.stringify({ atMillis, added, changed }));
}
