import type { Database, Statement } from 'better-sqlite3';

/** Which files the page of media lists. */
export type MediaShow = 'all' | 'without-alt' | 'unused';

export interface MediaNames {
  /** The newest first. */
  readonly names: readonly string[];
  /** Where the next part begins; undefined after the last one. */
  readonly next: string | undefined;
}

interface NameRow {
  readonly path: string;
  readonly created_at: number;
}

/** The files that the settings name; empty for none. */
type Named = Readonly<Record<string, string>>;

type PageParameters = [{ readonly time: number; readonly path: string; readonly limit: number } | Named];

/** Three pictures and as many files as a menu has entries. A list of their own would be scanned for each row. */
const NAMED = Array.from({ length: 15 }, (_, index) => `named${index}`);
const LISTED = 'media.variant_of IS NULL';
const LIVE_USE = `SELECT 1 FROM media_uses JOIN posts ON posts.id = media_uses.post_id
  WHERE media_uses.media_path = media.path AND posts.deleted_at IS NULL`;
/** A post shows it without an alternative text, or no post has given it one. */
const WITHOUT_ALT = `media.variant_of IS NULL AND media.content_type LIKE 'image/%' AND (
  EXISTS (${LIVE_USE} AND media_uses.alt = '')
  OR (media.alt IS NULL AND NOT EXISTS (${LIVE_USE} AND media_uses.alt <> '')))`;
const UNUSED = `media.variant_of IS NULL AND NOT EXISTS (${LIVE_USE}) AND media.path NOT IN (${NAMED.map((name) => `@${name}`).join(', ')})`;
const BEFORE = '(media.created_at, media.path) < (@time, @path)';
const PART = `${BEFORE} ORDER BY media.created_at DESC, media.path DESC LIMIT @limit`;

/** Names of files for the page of media. */
export class MediaListing {
  readonly #pages: Readonly<Record<MediaShow, Statement<PageParameters, NameRow>>>;
  readonly #counts: Readonly<Record<MediaShow, Statement<[Named], number>>>;
  readonly #named: () => Named;

  /** `named` returns the files, at most fifteen, that the settings show, which no post has to use. */
  constructor(database: Database, named: () => readonly string[]) {
    this.#named = () => {
      const names = named();
      return Object.fromEntries(NAMED.map((key, index) => [key, names[index] ?? '']));
    };
    const page = (sql: string) => database.prepare<PageParameters, NameRow>(sql);
    const count = (sql: string) => database.prepare<[Named], number>(sql).pluck();
    this.#pages = {
      all: page(`SELECT path, created_at FROM media WHERE ${LISTED} AND ${PART}`),
      'without-alt': page(`SELECT path, created_at FROM media WHERE ${WITHOUT_ALT} AND ${PART}`),
      unused: page(`SELECT path, created_at FROM media WHERE ${UNUSED} AND ${PART}`),
    };
    this.#counts = {
      all: count(`SELECT count(*) FROM media WHERE ${LISTED}`),
      'without-alt': count(`SELECT count(*) FROM media WHERE ${WITHOUT_ALT}`),
      unused: count(`SELECT count(*) FROM media WHERE ${UNUSED}`),
    };
  }

  /** At most `limit` files from a `next` on; an invalid one begins at the newest. */
  page(show: MediaShow, limit: number, from = ''): MediaNames {
    const [, time, path] = /^(\d{1,15})-(.+)$/s.exec(from) ?? [];
    const start = {
      time: Number(time ?? Number.MAX_SAFE_INTEGER),
      path: path ?? '',
      limit: limit + 1,
      ...this.#named(),
    };
    const rows = this.#pages[show].all(start);
    const shown = rows.slice(0, limit);
    const last = shown.at(-1);
    const next = rows.length > limit && last !== undefined ? `${last.created_at}-${last.path}` : undefined;
    return { names: shown.map((row) => row.path), next };
  }

  count(show: MediaShow): number {
    return this.#counts[show].get(this.#named()) ?? 0;
  }
}
