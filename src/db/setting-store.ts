import type { Database, Statement } from 'better-sqlite3';

/** The table of settings: values by key. */
export class SettingStore {
  readonly #get: Statement<[string], string>;
  readonly #some: Statement<[string], { key: string; value: string }>;
  readonly #set: Statement<[string, string]>;
  readonly #setAll: (settings: readonly (readonly [string, string])[]) => void;

  constructor(database: Database) {
    this.#get = database.prepare<[string], string>('SELECT value FROM settings WHERE key = ?').pluck();
    this.#some = database.prepare(
      'SELECT key, value FROM settings WHERE key IN (SELECT value FROM json_each(?))',
    );
    this.#set = database.prepare(
      'INSERT INTO settings (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
    );
    this.#setAll = database.transaction((settings: readonly (readonly [string, string])[]) => {
      for (const [key, value] of settings) this.#set.run(key, value);
    });
  }

  get(key: string): string | undefined {
    return this.#get.get(key);
  }

  /** Those of the keys that are set, with one statement. */
  some(keys: readonly string[]): ReadonlyMap<string, string> {
    return new Map(this.#some.all(JSON.stringify(keys)).map(({ key, value }) => [key, value]));
  }

  set(key: string, value: string): void {
    this.#set.run(key, value);
  }

  /** Sets all values in one transaction. */
  setAll(settings: Readonly<Record<string, string>>): void {
    this.#setAll(Object.entries(settings));
  }
}
