import { lastBackupOf, type LastBackup } from '../db/last-backup.ts';
import type { BlogIdentity, SettingStore } from '../db/setting-store.ts';
import type { FieldProblems } from '../accounts/form-parts.ts';
import type { FormFields } from '../accounts/form-body.ts';

/** What the owner may change about the blog. */
export interface SiteValues extends BlogIdentity {
  /** IANA name; dates in forms are meant in it. */
  readonly timeZone: string;
}

const TIME_ZONE_KEY = 'time_zone';
const MAX_LINE_CHARACTERS = 300;

/** Title, description, author, language and time zone: read from the database once, then kept in memory. */
export class SiteSettings implements SiteValues {
  readonly #store: SettingStore;
  #values: SiteValues;

  constructor(store: SettingStore) {
    this.#store = store;
    this.#values = { ...store.identity(), timeZone: store.get(TIME_ZONE_KEY) ?? 'UTC' };
  }

  save(values: SiteValues): void {
    const { timeZone, ...identity } = values;
    this.#store.setAll({ ...identity, [TIME_ZONE_KEY]: timeZone });
    this.#values = values;
  }

  /** Read anew each time: a command writes it. */
  lastBackup(): LastBackup | undefined {
    return lastBackupOf(this.#store);
  }

  get values(): SiteValues {
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

/** A settings form as values, and what is wrong with them. */
export function readSiteForm(fields: FormFields): {
  readonly values: SiteValues;
  readonly problems: FieldProblems;
} {
  const line = (name: string): string =>
    (fields[name] ?? '')
      .normalize('NFC')
      .replace(/[\s\p{Cc}]+/gu, ' ')
      .trim()
      .slice(0, MAX_LINE_CHARACTERS);
  const problems: Record<string, string> = {};
  const title = line('title');
  if (title === '') problems['title'] = 'The blog needs a title.';
  const language = canonicalOr(line('language'), (given) => Intl.getCanonicalLocales(given)[0]);
  if (language === undefined)
    problems['language'] = `${JSON.stringify(line('language'))} is not a language tag like en or pt-BR.`;
  const timeZone = canonicalOr(
    line('timeZone') || 'UTC',
    (given) => new Intl.DateTimeFormat('en', { timeZone: given }).resolvedOptions().timeZone,
  );
  if (timeZone === undefined)
    problems['timeZone'] =
      `${JSON.stringify(line('timeZone'))} is not a time zone like UTC or Europe/Berlin.`;
  return {
    values: {
      title,
      description: line('description'),
      author: line('author'),
      language: language ?? line('language'),
      timeZone: timeZone ?? line('timeZone'),
    },
    problems,
  };
}

function canonicalOr(given: string, canonical: (given: string) => string | undefined): string | undefined {
  try {
    return canonical(given);
  } catch {
    return undefined;
  }
}
