import type { Database, Statement } from 'better-sqlite3';
import { pathKey } from '../process/address.ts';
import type { PostStatus } from './post.ts';

/** When readers may see a post. */
export interface Visibility {
  readonly status: PostStatus;
  readonly published_at: number | null;
  readonly deleted_at: number | null;
}

/** What readers find at the post's addresses: a draft or a scheduled post is `missing`. */
export function kindOf(row: Visibility, now: number): 'post' | 'gone' | 'missing' {
  if (row.status === 'draft' || row.published_at === null) return 'missing';
  // A post deleted before its publication was never visible, so its path is `missing`.
  if (row.deleted_at !== null) return row.published_at <= row.deleted_at ? 'gone' : 'missing';
  return row.published_at <= now ? 'post' : 'missing';
}

/** A post at one of its addresses. */
export interface FoundPost {
  readonly kind: 'post' | 'gone' | 'missing';
  readonly title: string;
  /** When readers get it, if that is to come. */
  readonly scheduledAtMillis: number | undefined;
}

interface FoundRow extends Visibility {
  readonly key: string;
  readonly title: string;
}

/** A path comes after an alias, and so wins. */
const FIND = `WITH asked AS MATERIALIZED (SELECT DISTINCT value AS key FROM json_each(?))
  SELECT asked.key, posts.title, posts.status, posts.published_at, posts.deleted_at
  FROM asked JOIN aliases ON aliases.path_key = asked.key JOIN posts ON posts.id = aliases.post_id
  UNION ALL
  SELECT asked.key, posts.title, posts.status, posts.published_at, posts.deleted_at
  FROM asked JOIN posts ON posts.path_key = asked.key`;

/** Looks many addresses up at once, for lists. */
export class FoundPosts {
  readonly #now: () => number;
  readonly #find: Statement<[string], FoundRow>;

  constructor(database: Database, now: () => number) {
    this.#now = now;
    this.#find = database.prepare(FIND);
  }

  /** The posts at these paths, by path, also at former ones; with one statement, and without their texts. */
  at(paths: readonly string[]): ReadonlyMap<string, FoundPost> {
    const now = this.#now();
    const keys = new Map(paths.map((path) => [path, pathKey(path)]));
    const rows = new Map(this.#find.all(JSON.stringify([...keys.values()])).map((row) => [row.key, row]));
    const found = new Map<string, FoundPost>();
    for (const [path, key] of keys) {
      const row = rows.get(key);
      if (row !== undefined)
        found.set(path, {
          kind: kindOf(row, now),
          title: row.title,
          scheduledAtMillis: scheduledAt(row, now),
        });
    }
    return found;
  }
}

function scheduledAt(
  { status, published_at: at, deleted_at: deleted }: Visibility,
  now: number,
): number | undefined {
  return status !== 'draft' && deleted === null && at !== null && at > now ? at : undefined;
}
