import type { Database, Statement } from 'better-sqlite3';
import { SettingStore } from '../db/setting-store.ts';
import { readSiteSettings } from '../db/site-settings.ts';
import { mediaNamesIn } from '../media/media-names.ts';
import { escapedPath } from '../media/media-path.ts';
import { pictureOf, PictureSizes } from '../media/picture-sizes.ts';
import { isUploadName } from '../media/upload-name.ts';
import { altTextsIn } from '../media/picture-alts.ts';
import { pathKey } from '../process/address.ts';
import { MediaListing } from './media-listing.ts';
import type { PostStatus } from './post.ts';

/** A post that uses a file. */
export interface MediaUse {
  readonly id: number;
  readonly title: string;
  readonly status: PostStatus;
  readonly publishedAtMillis: number | null;
  readonly deletedAtMillis: number | null;
  /** The alternative text in the post: empty if there is none, null if the file is no picture there. */
  readonly alt: string | null;
}

interface UseRow {
  readonly media_path: string;
  readonly id: number;
  readonly title: string;
  readonly status: PostStatus;
  readonly published_at: number | null;
  readonly deleted_at: number | null;
  readonly alt: string | null;
}

/** SQL condition: readers can open the post. */
const SEEN =
  "posts.status <> 'draft' AND posts.deleted_at IS NULL AND posts.published_at IS NOT NULL AND posts.published_at <= @now";
const FILL_BATCH = 200;
/** Settings that name files. The first is shown on a page, in all its widths. */
const NAMING_SETTINGS = ['headPicture', 'cardPicture', 'menu', 'authorPicture'] as const;
/** Posts named with a file. */
const MAX_USES = 20;

/**
 * Records which posts use which media, and so who may open a file: everyone, if a visible post or a setting uses it; only the owner, if only drafts,
 * scheduled or deleted posts do, or none and it was uploaded. Another unused file follows the post in whose folder it is (`2026/03/glass/data.csv`); without one, only the
 * owner may open it.
 */
export class MediaUses {
  readonly #database: Database;
  readonly #now: () => number;
  readonly #forget: Statement<[number]>;
  readonly #add: Statement<[string, number, string | null]>;
  readonly #renderAgain: Statement<[string]>;
  readonly #seen: Statement<[{ names: string; now: number }], { media_path: string; seen: number }>;
  readonly #beside: Statement<[{ keys: string; now: number }], { path_key: string; seen: number }>;
  readonly #uses: Statement<[string], UseRow>;
  readonly #isUsed: Statement<[{ path: string; url: string }]>;
  readonly #settings: SettingStore;
  readonly #pictures: PictureSizes;
  readonly listing: MediaListing;

  constructor(database: Database, options: { readonly now?: () => number } = {}) {
    this.#database = database;
    this.#now = options.now ?? Date.now;
    this.#forget = database.prepare('DELETE FROM media_uses WHERE post_id = ?');
    this.#add = database.prepare('INSERT INTO media_uses (media_path, post_id, alt) VALUES (?, ?, ?)');
    this.#renderAgain = database.prepare(
      'UPDATE posts SET rendered_by = 0 WHERE id IN (SELECT post_id FROM media_uses WHERE media_path = ?)',
    );
    this.#seen = database.prepare(
      `SELECT media_uses.media_path, max(${SEEN}) AS seen
       FROM media_uses JOIN posts ON posts.id = media_uses.post_id
       WHERE media_uses.media_path IN (SELECT value FROM json_each(@names)) GROUP BY media_uses.media_path`,
    );
    this.#beside = database.prepare(
      `SELECT posts.path_key, ${SEEN} AS seen FROM posts
       WHERE posts.path_key IN (SELECT value FROM json_each(@keys))
       UNION ALL
       SELECT aliases.path_key, ${SEEN} FROM aliases JOIN posts ON posts.id = aliases.post_id
       WHERE aliases.path_key IN (SELECT value FROM json_each(@keys))`,
    );
    this.#uses = database.prepare(
      `SELECT * FROM (
         SELECT media_uses.media_path, posts.id, posts.title, posts.status, posts.published_at, posts.deleted_at, media_uses.alt,
           row_number() OVER (PARTITION BY media_uses.media_path ORDER BY posts.id) AS nth
         FROM media_uses JOIN posts ON posts.id = media_uses.post_id
         WHERE media_uses.media_path IN (SELECT value FROM json_each(?))
       ) WHERE nth <= ${MAX_USES} ORDER BY nth`,
    );
    this.#isUsed = database.prepare(
      `SELECT 1 FROM media_uses JOIN posts ON posts.id = media_uses.post_id
         WHERE media_uses.media_path = @path AND posts.deleted_at IS NULL
       UNION ALL SELECT 1 FROM unsaved_texts WHERE instr(fields, @path) > 0 OR instr(fields, @url) > 0 LIMIT 1`,
    );
    this.#settings = new SettingStore(database);
    this.#pictures = new PictureSizes(database);
    this.listing = new MediaListing(database, () => [...mediaNamesIn(this.#inSettings().join('\n'))]);
  }

  /** Call it inside the transaction that writes the post. */
  record(postId: number, html: string): void {
    this.#forget.run(postId);
    const alts = altTextsIn(html);
    for (const name of mediaNamesIn(html)) this.#add.run(name, postId, alts.get(name) ?? null);
  }

  /** Changes what is known of a file; posts that show it are to be rendered again. */
  change(name: string, change: () => void): void {
    const both = this.#database.transaction(() => {
      change();
      this.renderAgain(name);
    });
    both.immediate();
  }

  /** Posts that show the file are to be rendered again. Call it inside the transaction that changes the file. */
  renderAgain(name: string): void {
    this.#renderAgain.run(name);
  }

  /** Returns true if readers may open this file. */
  isPublic(name: string): boolean {
    return this.publicAmong([name]).has(name);
  }

  /** Those of the files that readers may open. The number of statements does not depend on that of the files. */
  publicAmong(names: readonly string[]): ReadonlySet<string> {
    const now = this.#now();
    const rows = this.#seen.all({ names: JSON.stringify(names), now });
    const seen = new Set(rows.filter((row) => row.seen === 1).map((row) => row.media_path));
    const unseen = names.filter((name) => !seen.has(name));
    if (unseen.length === 0) return seen;
    const inSettings = this.#namedInSettings();
    const used = new Set(rows.map((row) => row.media_path));
    const alone = unseen.filter((name) => !inSettings.has(name) && !used.has(name) && !isUploadName(name));
    const beside = this.#seenBeside(alone, now);
    return new Set(names.filter((name) => seen.has(name) || inSettings.has(name) || beside.has(name)));
  }

  /** Those of the files that are in the folder of a post that readers see. */
  #seenBeside(names: readonly string[], now: number): ReadonlySet<string> {
    const keysOf = new Map(names.map((name) => [name, foldersOf(name).map(pathKey)]));
    const keys = [...keysOf.values()].flat();
    if (keys.length === 0) return new Set();
    const posts = new Map<string, boolean>();
    // A path comes before an alias.
    for (const { path_key: key, seen } of this.#beside.all({ keys: JSON.stringify(keys), now }))
      if (!posts.has(key)) posts.set(key, seen === 1);
    return new Set(
      names.filter((name) => posts.get(keysOf.get(name)?.find((key) => posts.has(key)) ?? '') === true),
    );
  }

  #inSettings(): readonly string[] {
    const settings = readSiteSettings(this.#settings);
    return NAMING_SETTINGS.map((name) => settings[name]);
  }

  /** What every page names. */
  #namedInSettings(): ReadonlySet<string> {
    const named = this.#inSettings();
    const head = pictureOf(named[0]!, (name) => this.#pictures.of(name));
    return mediaNamesIn([...named, ...(head?.variants ?? []).map(({ url }) => url)].join('\n'));
  }

  /** Posts that use the files, by file, oldest first, at most 20 of each. */
  usesOf(names: readonly string[]): ReadonlyMap<string, readonly MediaUse[]> {
    const uses = this.#uses.all(JSON.stringify(names)).map((row) => ({
      name: row.media_path,
      id: row.id,
      title: row.title,
      status: row.status,
      publishedAtMillis: row.published_at,
      deletedAtMillis: row.deleted_at,
      alt: row.alt,
    }));
    return Map.groupBy(uses, ({ name }) => name);
  }

  /** Returns true if a post that is not deleted or the settings use the file, or a text in an editor names it. */
  isUsed(name: string): boolean {
    return (
      this.#namedInSettings().has(name) ||
      this.#isUsed.get({ path: name, url: escapedPath(name) }) !== undefined
    );
  }

  /** Fills the table for posts of older versions, once, in batches of one transaction each. Returns how many posts it read. */
  fill(): number {
    const pending = this.#database.prepare("SELECT 1 FROM settings WHERE key = 'media_uses_pending'");
    if (pending.get() === undefined) return 0;
    const batch = this.#database.prepare<[number, number], { id: number; html: string }>(
      'SELECT id, html FROM posts WHERE id > ? ORDER BY id LIMIT ?',
    );
    const read = this.#database.transaction((after: number): { last: number; count: number } => {
      const rows = batch.all(after, FILL_BATCH);
      for (const { id, html } of rows) this.record(id, html);
      return { last: rows.at(-1)?.id ?? after, count: rows.length };
    });
    let total = 0;
    for (let { last, count } = read.immediate(0); count > 0; { last, count } = read.immediate(last))
      total += count;
    this.#database.prepare("DELETE FROM settings WHERE key = 'media_uses_pending'").run();
    return total;
  }
}

/** The folders that a file is in, the innermost first: `2026/03/glass`, `2026/03`, `2026`. */
function foldersOf(name: string): readonly string[] {
  const parts = name.split('/').slice(0, -1);
  return parts.map((_, index) => parts.slice(0, parts.length - index).join('/'));
}
