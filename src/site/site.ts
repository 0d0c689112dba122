import type { BlogIdentity } from '../db/setting-store.ts';

/** What the blog calls itself, as the pages read it. */
export type SiteSettings = BlogIdentity;

/** Who writes, where a post names nobody. */
export function authorOf(site: SiteSettings): string {
  return site.author === '' ? site.title : site.author;
}

/** Settings that the owner may change while the blog runs: read once, and again after each `reload`. */
export class LiveSite implements SiteSettings {
  readonly #read: () => SiteSettings;
  #kept: SiteSettings;

  constructor(read: () => SiteSettings) {
    this.#read = read;
    this.#kept = read();
  }

  reload(): void {
    this.#kept = this.#read();
  }

  get title(): string {
    return this.#kept.title;
  }
  get description(): string {
    return this.#kept.description;
  }
  get language(): string {
    return this.#kept.language;
  }
  get author(): string {
    return this.#kept.author;
  }
}
