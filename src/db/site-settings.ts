import type { SettingStore } from './setting-store.ts';

/** The blog's settings on the settings page, stored in the database. */
export interface SiteSettings {
  readonly title: string;
  readonly description: string;
  /** BCP 47. */
  readonly language: string;
  readonly author: string;
  /** A picture of the author, for programs: an address of this blog, or of another site with https; empty: none. */
  readonly authorPicture: string;
  /** IANA name of the time zone of all dates and times: in forms, on pages, in the archive and in addresses. */
  readonly timeZone: string;
  /** An entry on each line, as `Now /now`; empty: the blog's own menu. */
  readonly menu: string;
  /** One line at the foot of pages for readers; empty: the title. */
  readonly footer: string;
  /** A colour of links and marks, as `#1f7a4d`; empty: the blog's green. */
  readonly accent: string;
  /** A picture above the front page's posts, as `/media/head.jpg`; empty: none. */
  readonly headPicture: string;
  /** A picture for previews of pages without one of their own, as `/media/card.png`; empty: the one above. */
  readonly cardPicture: string;
  /** `on`: quotes and dashes in posts as they are printed, `off`: as typed. */
  readonly typographer: string;
  /** `on`: formulas in TeX, as `$x^2$`, are shown as formulas, `off`: as typed. */
  readonly math: string;
}

/** Keys in the table of settings. */
const KEYS: Readonly<Record<keyof SiteSettings, string>> = {
  title: 'title',
  description: 'description',
  language: 'language',
  author: 'author',
  authorPicture: 'author_picture',
  timeZone: 'time_zone',
  menu: 'menu',
  footer: 'footer',
  accent: 'accent',
  headPicture: 'head_picture',
  cardPicture: 'card_picture',
  typographer: 'typographer',
  math: 'math',
};

/** Keys of settings that readers see, as an SQL list. */
export const SHOWN_KEYS_SQL: string = Object.values(KEYS)
  .map((key) => `'${key}'`)
  .join(', ');

const DEFAULTS: SiteSettings = {
  title: 'Glasshouse',
  description: 'A blog you can see through.',
  language: 'en',
  author: '',
  authorPicture: '',
  timeZone: 'UTC',
  menu: '',
  footer: '',
  accent: '',
  headPicture: '',
  cardPicture: '',
  typographer: 'on',
  math: 'off',
};

/** The author of posts that name none. */
export function authorOf(site: SiteSettings): string {
  return site.author === '' ? site.title : site.author;
}

/** Reads a setting from the database; default if it was never set. */
export function readSiteSetting(store: SettingStore, name: keyof SiteSettings): string {
  return store.get(KEYS[name]) ?? DEFAULTS[name];
}

/** Reads all settings with one statement. */
export function readSiteSettings(store: SettingStore): SiteSettings {
  const values = store.some(Object.values(KEYS));
  const valueOf = (name: keyof SiteSettings): string => values.get(KEYS[name]) ?? DEFAULTS[name];
  return {
    title: valueOf('title'),
    description: valueOf('description'),
    language: valueOf('language'),
    author: valueOf('author'),
    authorPicture: valueOf('authorPicture'),
    timeZone: valueOf('timeZone'),
    menu: valueOf('menu'),
    footer: valueOf('footer'),
    accent: valueOf('accent'),
    headPicture: valueOf('headPicture'),
    cardPicture: valueOf('cardPicture'),
    typographer: valueOf('typographer'),
    math: valueOf('math'),
  };
}

/** An import into an empty blog leaves its texts as typed, unless somebody has chosen. Returns true if that changed the setting. */
export function keepTextsAsTyped(store: SettingStore): boolean {
  if (store.get(KEYS.typographer) !== undefined) return false;
  store.set(KEYS.typographer, 'off');
  return true;
}

/** An import into an empty blog takes the language of its source, unless somebody has chosen. Returns true if that changed the setting. */
export function takeLanguage(store: SettingStore, language: string): boolean {
  if (store.get(KEYS.language) !== undefined || language === DEFAULTS.language) return false;
  store.set(KEYS.language, language);
  return true;
}

/** An import into an empty blog whose posts ask for formulas switches them on, unless somebody has chosen. Returns true if that changed the setting. */
export function showFormulas(store: SettingStore): boolean {
  if (store.get(KEYS.math) !== undefined) return false;
  store.set(KEYS.math, 'on');
  return true;
}

/** Returns true if the settings were saved; they are saved together, but for the typographer and formulas. */
export function hasSiteSettings(store: SettingStore): boolean {
  return store.get(KEYS.title) !== undefined;
}

/** Those that pages of readers need; formulas are made when texts are rendered. */
type ShownSettings = Omit<SiteSettings, 'math'>;

/** The current settings, cached in memory until `save` or `reload`. */
export class StoredSiteSettings implements SiteSettings {
  readonly #store: SettingStore;
  #values: ShownSettings;

  constructor(store: SettingStore) {
    this.#store = store;
    this.#values = readSiteSettings(store);
  }

  /** Reads them again: an import, another process, may have written them. */
  reload(): void {
    this.#values = readSiteSettings(this.#store);
  }

  /** Saves all settings in one transaction. */
  save(values: SiteSettings): void {
    const { math, ...others } = values;
    const { title, description, language, author, authorPicture, timeZone, menu, footer, typographer } =
      others;
    const { accent, headPicture, cardPicture } = others;
    this.#store.setAll({
      [KEYS.title]: title,
      [KEYS.description]: description,
      [KEYS.language]: language,
      [KEYS.author]: author,
      [KEYS.authorPicture]: authorPicture,
      [KEYS.timeZone]: timeZone,
      [KEYS.menu]: menu,
      [KEYS.footer]: footer,
      [KEYS.accent]: accent,
      [KEYS.headPicture]: headPicture,
      [KEYS.cardPicture]: cardPicture,
      // What nobody has chosen an import may still choose.
      ...(typographer === readSiteSetting(this.#store, 'typographer')
        ? {}
        : { [KEYS.typographer]: typographer }),
      ...(math === this.math ? {} : { [KEYS.math]: math }),
    });
    this.#values = others;
  }

  /** As they are stored, for a form. */
  get values(): SiteSettings {
    const values = readSiteSettings(this.#store);
    this.#values = values;
    return values;
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
  get authorPicture(): string {
    return this.#values.authorPicture;
  }
  get language(): string {
    return this.#values.language;
  }
  get timeZone(): string {
    return this.#values.timeZone;
  }
  get menu(): string {
    return this.#values.menu;
  }
  get footer(): string {
    return this.#values.footer;
  }
  get accent(): string {
    return this.#values.accent;
  }
  get headPicture(): string {
    return this.#values.headPicture;
  }
  get cardPicture(): string {
    return this.#values.cardPicture;
  }
  get typographer(): string {
    return this.#values.typographer;
  }
  /** From the database each time: no page of readers needs it, and an import may change it. */
  get math(): string {
    return readSiteSetting(this.#store, 'math');
  }
}
