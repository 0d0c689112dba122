import type { SettingStore } from './setting-store.ts';

/** What the owner may change about the blog; kept in the database, edited on the settings page. */
export interface SiteSettings {
  readonly title: string;
  readonly description: string;
  /** BCP 47. */
  readonly language: string;
  readonly author: string;
  /** IANA name; dates in forms are meant in it. */
  readonly timeZone: string;
}

/** Their keys in the table of settings. */
const KEYS: Readonly<Record<keyof SiteSettings, string>> = {
  title: 'title',
  description: 'description',
  language: 'language',
  author: 'author',
  timeZone: 'time_zone',
};

/** The keys of what readers see, as a list in SQL. */
export const SHOWN_KEYS_SQL: string = [KEYS.title, KEYS.description, KEYS.language, KEYS.author]
  .map((key) => `'${key}'`)
  .join(', ');

const DEFAULTS: SiteSettings = {
  title: 'Glasshouse',
  description: 'A blog you can see through.',
  language: 'en',
  author: '',
  timeZone: 'UTC',
};

/** Who writes, where a post names nobody. */
export function authorOf(site: SiteSettings): string {
  return site.author === '' ? site.title : site.author;
}

/** One of them as the database has it now; what was never set has its default. */
export function readSiteSetting(store: SettingStore, name: keyof SiteSettings): string {
  return store.get(KEYS[name]) ?? DEFAULTS[name];
}

/** The settings in force: read from the database once, kept in memory, changed by `save` while the blog runs. */
export class StoredSiteSettings implements SiteSettings {
  readonly #store: SettingStore;
  #values: SiteSettings;

  constructor(store: SettingStore) {
    this.#store = store;
    this.#values = {
      title: readSiteSetting(store, 'title'),
      description: readSiteSetting(store, 'description'),
      language: readSiteSetting(store, 'language'),
      author: readSiteSetting(store, 'author'),
      timeZone: readSiteSetting(store, 'timeZone'),
    };
  }

  /** All or none. */
  save(values: SiteSettings): void {
    const { title, description, language, author, timeZone } = values;
    this.#store.setAll({
      [KEYS.title]: title,
      [KEYS.description]: description,
      [KEYS.language]: language,
      [KEYS.author]: author,
      [KEYS.timeZone]: timeZone,
    });
    this.#values = { title, description, language, author, timeZone };
  }

  get values(): SiteSettings {
    return this.#values;
  }
  get title(): string {
    return this.#values.title;
  }
  get description(): string {
    return this.#values.description;
  }
  get author(): string {
    return this.#values.author;
  }
  get language(): string {
    return this.#values.language;
  }
  get timeZone(): string {
    return this.#values.timeZone;
  }
}
