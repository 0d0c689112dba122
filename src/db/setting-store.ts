import type { Database, Statement } from 'better-sqlite3';

/** How the blog introduces itself; kept in the database, edited on the settings page. */
export interface BlogIdentity {
  readonly title: string;
  readonly description: string;
  /** BCP 47. */
  readonly language: string;
  readonly author: string;
}

/** Their keys in the table of settings. */
const IDENTITY_KEYS = [
  'title',
  'description',
  'language',
  'author',
] as const satisfies (keyof BlogIdentity)[];
/** The same as a list in SQL. */
export const IDENTITY_KEYS_SQL: string = IDENTITY_KEYS.map((key) => `'${key}'`).join(', ');

const DEFAULT_IDENTITY: BlogIdentity = {
  title: 'Glasshouse',
  description: 'A blog you can see through.',
  language: 'en',
  author: '',
};

/** Small facts of the blog by key. */
export class SettingStore {
  readonly #get: Statement<[string], string>;
  readonly #identity: Statement<[], [string, string]>;
  readonly #set: Statement<[string, string]>;
  readonly #setAll: (settings: readonly (readonly [string, string])[]) => void;

  constructor(database: Database) {
    this.#get = database.prepare<[string], string>('SELECT value FROM settings WHERE key = ?').pluck();
    this.#identity = database
      .prepare<[], [string, string]>(`SELECT key, value FROM settings WHERE key IN (${IDENTITY_KEYS_SQL})`)
      .raw();
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

  set(key: string, value: string): void {
    this.#set.run(key, value);
  }

  /** What was never set has its default. */
  identity(): BlogIdentity {
    return { ...DEFAULT_IDENTITY, ...(Object.fromEntries(this.#identity.all()) as Partial<BlogIdentity>) };
  }

  setIdentity(identity: BlogIdentity): void {
    this.setAll(identity);
  }

  /** All or none. */
  setAll(settings: Readonly<Record<string, string>> | BlogIdentity): void {
    this.#setAll(Object.entries(settings));
  }
}
