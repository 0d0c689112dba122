import { notedFacts } from './noted-facts.ts';
import type { SettingStore } from './setting-store.ts';

const KEY = 'last_import';

/** The latest import into these data. */
export interface LastImport {
  readonly atMillis: number;
  readonly added: number;
  readonly changed: number;
}

/** Undefined, too, if its row is damaged. */
export function lastImportOf(settings: SettingStore): LastImport | undefined {
  const facts = notedFacts(settings.get(KEY), ['atMillis', 'added', 'changed']);
  if (facts === undefined) return undefined;
  const { atMillis, added, changed } = facts;
  return { atMillis: Number(atMillis), added: Number(added), changed: Number(changed) };
}

export function noteImport(settings: SettingStore, { atMillis, added, changed }: LastImport): void {
  settings.set(KEY, JSON.stringify({ atMillis, added, changed }));
}
