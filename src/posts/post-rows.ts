import type { Post, PostStatus, PostSummary } from './post.ts';

/** Columns of lists; they are stored before the long texts of a row. */
export const SUMMARY_COLUMNS =
  'posts.id, posts.path, posts.title, posts.summary, posts.status, posts.published_at, posts.updated_at, posts.tags, posts.language, posts.reading_minutes';

export interface SummaryRow {
  readonly id: number;
  readonly path: string;
  readonly title: string;
  readonly summary: string;
  readonly status: PostStatus;
  readonly published_at: number | null;
  readonly updated_at: number;
  readonly tags: string;
  /** Empty: the blog's. */
  readonly language: string;
  readonly reading_minutes: number;
}

export interface PostRow extends SummaryRow {
  readonly created_at: number;
  readonly deleted_at: number | null;
  readonly authors: string;
  readonly version: number;
  readonly description: string | null;
  readonly markdown: string;
  readonly html: string;
  readonly feed_id: string | null;
  /** A JSON array. */
  readonly aliases: string;
}

/** A whole post, with its aliases by a subquery. */
export const SELECT_POST = `SELECT posts.*, (SELECT json_group_array(path) FROM (SELECT path FROM aliases WHERE post_id = posts.id ORDER BY path_key)) AS aliases FROM posts`;

/** A post's own language, of its column; undefined: the blog's. */
function ownLanguage(stored: string): string | undefined {
  return stored === '' ? undefined : stored;
}

export function summaryOf(row: SummaryRow): PostSummary {
  return {
    id: row.id,
    path: row.path,
    title: row.title,
    summary: row.summary,
    status: row.status,
    publishedAtMillis: row.published_at,
    updatedAtMillis: row.updated_at,
    tags: JSON.parse(row.tags) as string[],
    language: ownLanguage(row.language),
    readingMinutes: row.reading_minutes,
  };
}

export function postOf(row: PostRow): Post {
  return {
    ...summaryOf(row),
    markdown: row.markdown,
    html: row.html,
    feedId: row.feed_id ?? undefined,
    authors: JSON.parse(row.authors) as string[],
    aliases: JSON.parse(row.aliases) as string[],
    createdAtMillis: row.created_at,
    version: row.version,
    description: row.description ?? undefined,
    deletedAtMillis: row.deleted_at,
  };
}
