import type { Database, Statement } from 'better-sqlite3';
import { SettingStore } from '../db/setting-store.ts';
import { readSiteSetting } from '../db/site-settings.ts';
import { mediaNamesIn } from '../media/media-names.ts';
import { escapedPath } from '../media/media-path.ts';
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

/**
 * Records which posts use which media, and so who may open a file: everyone, if a visible post, the menu or the author's picture uses it; only the owner, if only drafts,
 * scheduled or deleted posts do, or none and it was uploaded. Another unused file follows the post in whose folder it is (`2026/03/glass/data.csv`); without one, only the
 * owner may open it.
 */
export class MediaUses {
  readonly #database: Database;
  readonly #now: () => number;
  readonly #forget: Statement<[number]>;
  readonly #add: Statement<[string, number, string | null]>;
  readonly #seen: Statement<[{ path: string; now: number }], { seen: number; used: number }>;
  readonly #beside: Statement<[{ key: string; now: number }], { seen: number }>;
  readonly #uses: Statement<[string], UseRow>;
  readonly #isUsed: Statement<[{ path: string; url: string }]>;
  readonly #settings: SettingStore;
  readonly listing: MediaListing;

  constructor(database: Database, options: { readonly now?: () => number } = {}) {
    this.#database = database;
    this.#now = options.now ?? Date.now;
    this.#forget = database.prepare('DELETE FROM media_uses WHERE post_id = ?');
    this.#add = database.prepare('INSERT INTO media_uses (media_path, post_id, alt) VALUES (?, ?, ?)');
    this.#seen = database.prepare(
      `SELECT coalesce(max(${SEEN}), 0) AS seen, count(*) AS used
       FROM media_uses JOIN posts ON posts.id = media_uses.post_id WHERE media_uses.media_path = @path`,
    );
    this.#beside = database.prepare(
      `SELECT ${SEEN} AS seen FROM posts WHERE posts.path_key = @key
       UNION ALL
       SELECT ${SEEN} FROM aliases JOIN posts ON posts.id = aliases.post_id WHERE aliases.path_key = @key LIMIT 1`,
    );
    this.#uses = database.prepare(
      `SELECT posts.id, posts.title, posts.status, posts.published_at, posts.deleted_at, media_uses.alt
       FROM media_uses JOIN posts ON posts.id = media_uses.post_id WHERE media_uses.media_path = ?
       LIMIT 20`,
    );
    this.#isUsed = database.prepare(
      `SELECT 1 FROM media_uses JOIN posts ON posts.id = media_uses.post_id
         WHERE media_uses.media_path = @path AND posts.deleted_at IS NULL
       UNION ALL SELECT 1 FROM unsaved_texts WHERE instr(fields, @path) > 0 OR instr(fields, @url) > 0 LIMIT 1`,
    );
    this.#settings = new SettingStore(database);
    this.listing = new MediaListing(database);
  }

  /** Call it inside the transaction that writes the post. */
  record(postId: number, html: string): void {
    this.#forget.run(postId);
    const alts = altTextsIn(html);
    for (const name of mediaNamesIn(html)) this.#add.run(name, postId, alts.get(name) ?? null);
  }

  /** Returns true if readers may open this file. */
  isPublic(name: string): boolean {
    const now = this.#now();
    const { seen, used } = this.#seen.get({ path: name, now })!;
    if (seen === 1 || this.#isInSettings(name)) return true;
    if (used > 0 || isUploadName(name)) return false;
    for (let end = name.lastIndexOf('/'); end > 0; end = name.lastIndexOf('/', end - 1)) {
      const post = this.#beside.get({ key: pathKey(name.slice(0, end)), now });
      if (post !== undefined) return post.seen === 1;
    }
    return false;
  }

  /** Returns true if every page names it. */
  #isInSettings(name: string): boolean {
    const keys = ['menu', 'authorPicture'] as const;
    return keys.some((key) => mediaNamesIn(readSiteSetting(this.#settings, key)).has(name));
  }

  /** Posts that use a file, oldest first, at most 20. */
  usesOf(name: string): readonly MediaUse[] {
    return this.#uses.all(name).map((row) => ({
      id: row.id,
      title: row.title,
      status: row.status,
      publishedAtMillis: row.published_at,
      deletedAtMillis: row.deleted_at,
      alt: row.alt,
    }));
  }

  /** Returns true if a post that is not deleted or the settings use the file, or a text in an editor names it. */
  isUsed(name: string): boolean {
    return this.#isInSettings(name) || this.#isUsed.get({ path: name, url: escapedPath(name) }) !== undefined;
  }

  /** An alternative text that a post gave a picture. */
  altOf(name: string): string | undefined {
    return (
      this.usesOf(name).findLast((use) => use.alt !== null && use.alt !== '' && use.deletedAtMillis === null)
        ?.alt ?? undefined
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
