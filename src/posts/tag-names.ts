import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Database, Statement } from 'better-sqlite3';
import type { WhenUnlocked } from '../db/when-unlocked.ts';
import { tagKey } from './post-listings.ts';
import { tagText } from './post-fields.ts';
import type { PostWriter, TaggedRow } from './post-writer.ts';

/** Posts that are read in one transaction: a few milliseconds. */
const BATCH = 200;

/** A tag of any posts, also of drafts. */
export interface TagUse {
  readonly tag: string;
  /** Posts that have it, without deleted ones. */
  readonly posts: number;
  /** Those of them that lists show. */
  readonly listed: number;
}

/** Names of tags, and tags that were renamed: an address, an import or a text that still has the former name gets the new one. */
export class TagNames {
  readonly #database: Database;
  readonly #writer: PostWriter;
  readonly #find: Statement<[string], { tag: string }>;
  readonly #put: Statement<[string, string]>;
  readonly #forget: Statement<[string]>;
  readonly #renamed: Statement<[], { tag_key: string; tag: string }>;
  readonly #uses: Statement<[], { tag: string; posts: number; listed: number }>;
  readonly #next: Statement<[number, number], TaggedRow>;

  constructor(database: Database, writer: PostWriter) {
    this.#database = database;
    this.#writer = writer;
    this.#find = database.prepare('SELECT tag FROM tag_names WHERE tag_key = ?');
    this.#put = database.prepare(
      'INSERT INTO tag_names (tag_key, tag) VALUES (?, ?) ON CONFLICT (tag_key) DO UPDATE SET tag = excluded.tag',
    );
    this.#forget = database.prepare('DELETE FROM tag_names WHERE tag_key = ?');
    this.#renamed = database.prepare('SELECT tag_key, tag FROM tag_names ORDER BY tag_key');
    this.#uses = database.prepare(
      `SELECT value AS tag, count(*) AS posts, sum(status = 'published') AS listed
       FROM posts, json_each(posts.tags) WHERE deleted_at IS NULL GROUP BY value ORDER BY posts DESC, value`,
    );
    this.#next = database.prepare(
      `SELECT id, version, published_at, status = 'published' AND deleted_at IS NULL AS isListed, tags
       FROM posts WHERE id > ? ORDER BY id LIMIT ?`,
    );
  }

  /** The new name of a tag, by `tagKey`; undefined if it was not renamed. */
  find(key: string): string | undefined {
    return this.#find.get(key)?.tag;
  }

  /** The new name of a tag, or the given one. */
  nameOf(tag: string): string {
    return this.find(tagKey(tag)) ?? tag;
  }

  /** Most posts first. Spellings of one tag are one. */
  uses(): readonly TagUse[] {
    const byKey = new Map<string, TagUse>();
    for (const use of this.#uses.all()) {
      const before = byKey.get(tagKey(use.tag));
      byKey.set(
        tagKey(use.tag),
        before === undefined
          ? use
          : { ...before, posts: before.posts + use.posts, listed: before.listed + use.listed },
      );
    }
    return [...byKey.values()].sort((a, b) => b.posts - a.posts || (a.tag < b.tag ? -1 : 1));
  }

  /** Former names, as keys, with the present ones. */
  renamed(): readonly { readonly formerKey: string; readonly tag: string }[] {
    return this.#renamed.all().map(({ tag_key, tag }) => ({ formerKey: tag_key, tag }));
  }

  /** Gives a tag another name from now on, which may be that of another tag. Posts keep theirs until `rewrite` has reached them. */
  rename(from: string, to: string): void {
    const name = tagText(to);
    this.#database
      .transaction(() => {
        // A name that was once renamed itself comes back.
        this.#forget.run(tagKey(name));
        for (const { formerKey, tag } of this.renamed())
          if (tagKey(tag) === tagKey(from)) this.#put.run(formerKey, name);
        this.#put.run(tagKey(from), name);
      })
      .immediate();
  }

  /** Ends a redirect of a former name: posts may have it again. Returns false if there is none. */
  forget(key: string): boolean {
    return this.#forget.run(key).changes > 0;
  }

  /**
   * Gives the next posts after an id their tags by the present names, in one transaction. Returns the id to go on with; undefined after the
   * last one.
   */
  rewrite(afterId: number): number | undefined {
    return this.#database
      .transaction(() => {
        const rows = this.#next.all(afterId, BATCH);
        for (const row of rows) {
          const before = JSON.parse(row.tags) as string[];
          const named = new Map(before.map((tag) => [tagKey(this.nameOf(tag)), this.nameOf(tag)]));
          const tags = [...named.values()];
          if (JSON.stringify(tags) !== JSON.stringify(before)) this.#writer.replaceTags(row, tags);
        }
        return rows.length < BATCH ? undefined : rows.at(-1)!.id;
      })
      .immediate();
  }
}

/** Gives every post its tags by the present names, while the blog answers. A kill in the middle leaves the rest to the next call. */
export async function rewriteTags(tagNames: TagNames, whenUnlocked: WhenUnlocked): Promise<void> {
  let at: number | undefined = 0;
  while (at !== undefined) {
    const after: number = at;
    at = await whenUnlocked(() => tagNames.rewrite(after));
    await nextTurn();
  }
}
