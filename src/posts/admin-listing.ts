import type { Database, Statement } from 'better-sqlite3';
import type { AdminPostPage, AdminPostSummary, PostCounts } from './post.ts';
import { decodeCursor, encodeCursor } from './post-cursor.ts';
import { SUMMARY_COLUMNS, summaryOf, type SummaryRow } from './post-rows.ts';

export interface AdminPageOptions {
  readonly before?: string | undefined;
  /** Default 50, at most 200. */
  readonly limit?: number | undefined;
  /** Default: all but the deleted ones. */
  readonly status?: AdminPostSummary['state'] | undefined;
  /** Filters by a part of title or path. */
  readonly text?: string | undefined;
}

interface AdminRow extends SummaryRow {
  readonly version: number;
  readonly deleted_at: number | null;
}

const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 200;
const LATEST_MILLIS = 8.64e15;

const STATES: Readonly<Record<AdminPostSummary['state'], string>> = {
  draft: "posts.deleted_at IS NULL AND posts.status = 'draft'",
  scheduled: "posts.deleted_at IS NULL AND posts.status <> 'draft' AND posts.published_at > @now",
  published: "posts.deleted_at IS NULL AND posts.status = 'published' AND posts.published_at <= @now",
  unlisted: "posts.deleted_at IS NULL AND posts.status = 'unlisted' AND posts.published_at <= @now",
  deleted: 'posts.deleted_at IS NOT NULL',
};
const STATE_NAMES = Object.keys(STATES) as AdminPostSummary['state'][];

function stateOf(row: AdminRow, now: number): AdminPostSummary['state'] {
  if (row.deleted_at !== null) return 'deleted';
  if (row.status === 'draft') return 'draft';
  return row.published_at! > now ? 'scheduled' : row.status;
}

/** The owner's list of posts, last edited first. */
export class AdminListing {
  readonly #database: Database;
  readonly #now: () => number;
  readonly #counts: Statement<[{ now: number }], PostCounts>;
  /** Statements by text: one per combination of filters, about a dozen. */
  readonly #pages = new Map<string, Statement<[Record<string, string | number>], AdminRow>>();

  constructor(database: Database, now: () => number) {
    this.#database = database;
    this.#now = now;
    const sums = STATE_NAMES.map((state) => `count(*) FILTER (WHERE ${STATES[state]}) AS ${state}`);
    this.#counts = database.prepare(`SELECT ${sums.join(', ')} FROM posts`);
  }

  page(options: AdminPageOptions): AdminPostPage {
    const now = this.#now();
    const limit = Math.max(
      1,
      Math.min(MAX_LIMIT, Math.trunc(options.limit ?? DEFAULT_LIMIT) || DEFAULT_LIMIT),
    );
    const before = decodeCursor(options.before);
    const text = options.text?.trim() ?? '';
    const conditions = ['posts.updated_at <= @at', '(posts.updated_at, posts.id) < (@at, @id)'];
    conditions.push(options.status === undefined ? 'posts.deleted_at IS NULL' : STATES[options.status]);
    if (text !== '')
      conditions.push("(posts.title LIKE @like ESCAPE '\\' OR posts.path LIKE @like ESCAPE '\\')");
    const statement = this.#statement(conditions.join(' AND '));
    const rows = statement.all({
      at: before?.atMillis ?? LATEST_MILLIS,
      id: before?.id ?? 0,
      limit: limit + 1,
      now,
      like: `%${text.replace(/[\\%_]/g, '\\$&')}%`,
    });
    const posts = rows.slice(0, limit).map((row) => ({
      ...summaryOf(row),
      state: stateOf(row, now),
      version: row.version,
      deletedAtMillis: row.deleted_at,
    }));
    const last = posts.at(-1);
    const isMore = rows.length > limit && last !== undefined;
    return {
      posts,
      older: isMore ? encodeCursor({ atMillis: last.updatedAtMillis, id: last.id }) : undefined,
    };
  }

  counts(): PostCounts {
    return this.#counts.get({ now: this.#now() })!;
  }

  /** Conditions are literals of this file. */
  #statement(conditions: string): Statement<[Record<string, string | number>], AdminRow> {
    let statement = this.#pages.get(conditions);
    if (statement === undefined) {
      statement = this.#database.prepare<[Record<string, string | number>], AdminRow>(
        `SELECT ${SUMMARY_COLUMNS}, posts.version, posts.deleted_at FROM posts WHERE ${conditions}
         ORDER BY posts.updated_at DESC, posts.id DESC LIMIT @limit`,
      );
      this.#pages.set(conditions, statement);
    }
    return statement;
  }
}
