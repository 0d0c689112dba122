import type { Database, Statement } from 'better-sqlite3';
import { dayIn, startOfMonth } from '../markup/zoned-time.ts';
import type { Post, PostPage, PostSummary } from './post.ts';
import { decodeCursor, encodeCursor } from './post-cursor.ts';
import {
  postOf,
  SELECT_POST,
  SUMMARY_COLUMNS,
  summaryOf,
  type PostRow,
  type SummaryRow,
} from './post-rows.ts';

export interface PageOptions {
  /** A cursor: posts older than it. */
  readonly before?: string | undefined;
  /** A cursor: posts newer than it. */
  readonly after?: string | undefined;
  /** Default 10, at most 100. */
  readonly limit?: number | undefined;
  readonly tag?: string | undefined;
  /** A year or a month (1–12), in the blog's time zone. */
  readonly year?: number | undefined;
  readonly month?: number | undefined;
}

const DEFAULT_LIMIT = 10;
const MAX_LIMIT = 100;
const SITEMAP_BATCH = 1000;
/** Beyond every time that a Date can represent. */
const EARLIEST_MILLIS = -8.64e15;
const LATEST_MILLIS = 8.64e15;

/** SQL condition of listed posts; the index posts_listed has the same. */
const LISTED = "posts.status = 'published' AND posts.deleted_at IS NULL";
const BY_TAG = 'FROM post_tags JOIN posts ON posts.id = post_tags.post_id';

interface Bounds {
  readonly from: number;
  readonly to: number;
  readonly at: number;
  readonly id: number;
  readonly limit: number;
  readonly tag: string;
}

/** Normalises a tag for comparison, without case and Unicode composition. */
export function tagKey(tag: string): string {
  return tag.normalize('NFC').trim().replace(/\s+/gu, ' ').toLowerCase();
}

/**
 * Lists for readers. Each query walks an index from one edge: `to` is the nearer of now and the cursor, so old pages and many posts do not
 * slow it down, and a scheduled post appears at its time.
 */
export class PostListings {
  readonly #now: () => number;
  readonly #timeZone: () => string;
  readonly #older: Statement<[Bounds], SummaryRow>;
  readonly #newer: Statement<[Bounds], SummaryRow>;
  readonly #taggedOlder: Statement<[Bounds], SummaryRow>;
  readonly #taggedNewer: Statement<[Bounds], SummaryRow>;
  readonly #latest: Statement<[number, number], PostRow>;
  readonly #latestTagged: Statement<[string, number, number], PostRow>;
  readonly #tags: Statement<[number], { tag: string; count: number }>;
  readonly #newestUntil: Statement<[number], { at: number | null }>;
  readonly #countBetween: Statement<[number, number], { count: number }>;
  readonly #sitemap: Statement<
    [number, number, number, number],
    { id: number; path: string; published_at: number; updated_at: number }
  >;

  /** @param timeZone IANA name of the zone whose calendar years and months are. */
  constructor(database: Database, now: () => number, timeZone: () => string) {
    this.#now = now;
    this.#timeZone = timeZone;
    const edges = (table: string): string =>
      `${table}.published_at >= @from AND ${table}.published_at <= @to`;
    this.#older = database.prepare(
      `SELECT ${SUMMARY_COLUMNS} FROM posts WHERE ${LISTED} AND ${edges('posts')} AND (posts.published_at, posts.id) < (@at, @id)
       ORDER BY posts.published_at DESC, posts.id DESC LIMIT @limit`,
    );
    this.#newer = database.prepare(
      `SELECT ${SUMMARY_COLUMNS} FROM posts WHERE ${LISTED} AND ${edges('posts')} AND (posts.published_at, posts.id) > (@at, @id)
       ORDER BY posts.published_at, posts.id LIMIT @limit`,
    );
    this.#taggedOlder = database.prepare(
      `SELECT ${SUMMARY_COLUMNS} ${BY_TAG} WHERE post_tags.tag_key = @tag AND ${edges('post_tags')}
       AND (post_tags.published_at, post_tags.post_id) < (@at, @id) ORDER BY post_tags.published_at DESC, post_tags.post_id DESC LIMIT @limit`,
    );
    this.#taggedNewer = database.prepare(
      `SELECT ${SUMMARY_COLUMNS} ${BY_TAG} WHERE post_tags.tag_key = @tag AND ${edges('post_tags')}
       AND (post_tags.published_at, post_tags.post_id) > (@at, @id) ORDER BY post_tags.published_at, post_tags.post_id LIMIT @limit`,
    );
    this.#latest = database.prepare(
      `${SELECT_POST} WHERE ${LISTED} AND posts.published_at <= ? ORDER BY posts.published_at DESC, posts.id DESC LIMIT ?`,
    );
    this.#latestTagged = database.prepare(
      `${SELECT_POST.replace('FROM posts', BY_TAG)} WHERE post_tags.tag_key = ? AND post_tags.published_at <= ?
       ORDER BY post_tags.published_at DESC, post_tags.post_id DESC LIMIT ?`,
    );
    this.#tags = database.prepare(
      'SELECT min(tag) AS tag, count(*) AS count FROM post_tags WHERE published_at <= ? GROUP BY tag_key ORDER BY tag_key',
    );
    this.#newestUntil = database.prepare(
      `SELECT max(published_at) AS at FROM posts WHERE ${LISTED} AND published_at <= ?`,
    );
    this.#countBetween = database.prepare(
      `SELECT count(*) AS count FROM posts WHERE ${LISTED} AND published_at BETWEEN ? AND ?`,
    );
    this.#sitemap = database.prepare(
      `SELECT id, path, published_at, updated_at FROM posts WHERE ${LISTED} AND published_at <= ? AND (published_at, id) < (?, ?)
       ORDER BY published_at DESC, id DESC LIMIT ?`,
    );
  }

  page(options: PageOptions): PostPage {
    const limit = Math.max(
      1,
      Math.min(MAX_LIMIT, Math.trunc(options.limit ?? DEFAULT_LIMIT) || DEFAULT_LIMIT),
    );
    const range = rangeOf(options.year, options.month, this.#timeZone());
    const to = Math.min(this.#now(), range.to);
    const tag = options.tag === undefined ? undefined : tagKey(options.tag);
    const after = decodeCursor(options.after);
    if (after !== undefined) {
      const statement = tag === undefined ? this.#newer : this.#taggedNewer;
      const bounds = {
        from: Math.max(range.from, after.atMillis),
        to,
        at: after.atMillis,
        id: after.id,
        limit: limit + 1,
        tag: tag ?? '',
      };
      const rows = statement.all(bounds);
      const posts = rows.slice(0, limit).toReversed().map(summaryOf);
      return {
        posts,
        older: cursorOf(posts.at(-1)),
        newer: rows.length > limit ? cursorOf(posts[0]) : undefined,
      };
    }
    const before = decodeCursor(options.before);
    const statement = tag === undefined ? this.#older : this.#taggedOlder;
    const at = before?.atMillis ?? LATEST_MILLIS;
    const rows = statement.all({
      from: range.from,
      to: Math.min(to, at),
      at,
      id: before?.id ?? 0,
      limit: limit + 1,
      tag: tag ?? '',
    });
    const posts = rows.slice(0, limit).map(summaryOf);
    return {
      posts,
      older: rows.length > limit ? cursorOf(posts.at(-1)) : undefined,
      newer: before === undefined ? undefined : cursorOf(posts[0]),
    };
  }

  /** The previous and next listed post by time; also for a post that is not listed. */
  neighbours(post: PostSummary): {
    readonly older: PostSummary | undefined;
    readonly newer: PostSummary | undefined;
  } {
    if (post.publishedAtMillis === null) return { older: undefined, newer: undefined };
    const now = this.#now();
    const at = post.publishedAtMillis;
    const place = { at, id: post.id, limit: 1, tag: '' };
    const older = this.#older.get({ ...place, from: EARLIEST_MILLIS, to: Math.min(now, at) });
    const newer = this.#newer.get({ ...place, from: at, to: now });
    return { older: older && summaryOf(older), newer: newer && summaryOf(newer) };
  }

  latest(limit: number, tag?: string): readonly Post[] {
    const rows =
      tag === undefined
        ? this.#latest.all(this.#now(), limit)
        : this.#latestTagged.all(tagKey(tag), this.#now(), limit);
    return rows.map(postOf);
  }

  tags(): readonly { readonly tag: string; readonly count: number }[] {
    return this.#tags.all(this.#now());
  }

  /** Months that have posts, newest first. */
  archive(): readonly { readonly year: number; readonly month: number; readonly count: number }[] {
    const timeZone = this.#timeZone();
    const months: { year: number; month: number; count: number }[] = [];
    let until = this.#now();
    for (;;) {
      const at = this.#newestUntil.get(until)?.at ?? null;
      if (at === null) return months;
      const { year, month } = dayIn(at, timeZone);
      const from = startOfMonth(year, month, timeZone);
      months.push({ year, month, count: this.#countBetween.get(from, until)!.count });
      until = from - 1;
    }
  }

  /** Reads in batches, so that no cursor stays open while a response is streamed. */
  *sitemap(): Generator<{ readonly path: string; readonly updatedAtMillis: number }> {
    let at = this.#now();
    let id = Number.MAX_SAFE_INTEGER;
    for (;;) {
      const rows = this.#sitemap.all(at, at, id, SITEMAP_BATCH);
      for (const row of rows)
        yield { path: row.path, updatedAtMillis: Math.max(row.updated_at, row.published_at) };
      const last = rows.at(-1);
      if (last === undefined || rows.length < SITEMAP_BATCH) return;
      at = last.published_at;
      id = last.id;
    }
  }
}

function cursorOf(post: PostSummary | undefined): string | undefined {
  return post === undefined ? undefined : encodeCursor({ atMillis: post.publishedAtMillis!, id: post.id });
}

function rangeOf(
  year: number | undefined,
  month: number | undefined,
  timeZone: string,
): { readonly from: number; readonly to: number } {
  if (year === undefined) return { from: EARLIEST_MILLIS, to: LATEST_MILLIS };
  const from = startOfMonth(year, month ?? 1, timeZone);
  const to = startOfMonth(year, (month ?? 12) + 1, timeZone);
  return { from, to: to - 1 };
}
