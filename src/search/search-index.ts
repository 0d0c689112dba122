import type { Database, Statement } from 'better-sqlite3';
import { foldedWords } from './fold-letters.ts';
import { matchExpression } from './match-expression.ts';

/** A part of a snippet as plain text; `hit` is true for a match. */
export interface SnippetPiece {
  readonly text: string;
  readonly hit: boolean;
}

export interface SearchHit {
  readonly id: number;
  readonly path: string;
  readonly title: string;
  readonly titlePieces: readonly SnippetPiece[];
  readonly snippet: readonly SnippetPiece[];
  readonly publishedAtMillis: number;
  readonly tags: readonly string[];
}

export interface SearchResults {
  readonly hits: readonly SearchHit[];
  /** Number of visible posts that match; counted up to `MAX_TOTAL`. */
  readonly total: number;
  /** True if more posts match than were counted. */
  readonly isMore: boolean;
  /** From 1. */
  readonly page: number;
  readonly pages: number;
}

/** The indexed text of a post. */
export interface SearchText {
  readonly title: string;
  readonly tags: readonly string[];
  /** Plain text without markup. */
  readonly body: string;
}

interface HitRow {
  readonly id: number;
  readonly path: string;
  readonly title: string;
  readonly tags: string;
  readonly published_at: number;
  readonly marked_title: string;
  readonly snippet: string;
}

const HITS_PER_PAGE = 20;
/** Further pages rank too low to be useful. */
const MAX_PAGE = 50;
const MAX_TOTAL = HITS_PER_PAGE * MAX_PAGE;
/**
 * Matches that are ranked, those that were added last. Ranking all of them took 0.4 s of 100,000 posts for a word that most posts have, and
 * nothing else is answered meanwhile.
 */
const MAX_RANKED = 2000;
/** The same, of posts with all words in title and tags: these come first. */
const MAX_TITLES = 500;
const SNIPPET_TOKENS = 32;
// Private-use characters, which are removed from indexed text.
const HIT_START = '\ue000';
const HIT_END = '\ue001';
const MARKS = /[\ue000\ue001]/g;
const VISIBLE = "posts.status = 'published' AND posts.deleted_at IS NULL AND posts.published_at <= @now";
// bm25 weights of title, tags, body and folded words.
const RANK = 'bm25(post_search, 10.0, 5.0, 1.0, 1.0)';

/** Matches with their rank: FTS5 walks them by row, so that a limit ends the walk. */
const TITLES_RANKED = `SELECT id, 0 AS tier, score FROM (
  SELECT rowid AS id, ${RANK} AS score FROM post_search WHERE post_search MATCH @inTitle
  ORDER BY rowid DESC LIMIT ${MAX_TITLES})`;
const TEXTS_RANKED = `SELECT id, 1 AS tier, score FROM (
  SELECT rowid AS id, ${RANK} AS score FROM post_search WHERE post_search MATCH @match
  ORDER BY rowid DESC LIMIT ${MAX_RANKED})`;

/** Full-text search over published posts. Drafts, unlisted and deleted posts are not indexed; scheduled ones appear at their time. */
export class SearchIndex {
  readonly #now: () => number;
  readonly #search: Statement<[Readonly<Record<string, string | number>>], HitRow>;
  readonly #count: Statement<[Readonly<Record<string, string | number>>], number>;
  readonly #insert: Statement<[number, string, string, string, string]>;
  readonly #delete: Statement<[number]>;
  readonly #read: Statement<[number], { title: string; body: string }>;

  constructor(database: Database, options: { readonly now?: () => number } = {}) {
    this.#now = options.now ?? Date.now;
    // Snippets are expensive, so they are created after ranking, for one page only.
    this.#search = database.prepare(
      `SELECT best.id, best.path, best.title, best.tags, best.published_at,
         highlight(post_search, 0, '${HIT_START}', '${HIT_END}') AS marked_title,
         snippet(post_search, 2, '${HIT_START}', '${HIT_END}', '…', ${SNIPPET_TOKENS}) AS snippet
       FROM (
         -- min() takes the score of its row.
         SELECT posts.id, posts.path, posts.title, posts.tags, posts.published_at, tier, score
         FROM (
           SELECT id, min(tier) AS tier, score
           FROM (${TITLES_RANKED} UNION ALL ${TEXTS_RANKED}) GROUP BY id
         ) AS found JOIN posts ON posts.id = found.id
         WHERE ${VISIBLE}
         ORDER BY tier, score, posts.published_at DESC, posts.id DESC LIMIT @limit OFFSET @offset
       ) AS best JOIN post_search ON post_search.rowid = best.id
       WHERE post_search MATCH @match ORDER BY best.tier, best.score, best.published_at DESC, best.id DESC`,
    );
    this.#count = database
      .prepare<[Readonly<Record<string, string | number>>], number>(
        `SELECT count(*) FROM (
           SELECT 1 FROM post_search JOIN posts ON posts.id = post_search.rowid
           WHERE post_search MATCH @match AND ${VISIBLE} LIMIT @most)`,
      )
      .pluck();
    this.#insert = database.prepare(
      'INSERT INTO post_search (rowid, title, tags, body, folded) VALUES (?, ?, ?, ?, ?)',
    );
    this.#delete = database.prepare('DELETE FROM post_search WHERE rowid = ?');
    this.#read = database.prepare('SELECT title, body FROM post_search WHERE rowid = ?');
  }

  /**
   * Searches any text; without a word it finds nothing. Posts with all words in title and tags come first; titles weigh more than tags, tags
   * more than text. Bounded: of many matches, those that were added last are ranked.
   */
  search(text: string, options: { readonly page?: number; readonly limit?: number } = {}): SearchResults {
    const limit = options.limit ?? HITS_PER_PAGE;
    const match = matchExpression(text);
    if (match === undefined) return { hits: [], total: 0, isMore: false, page: 1, pages: 0 };
    const now = this.#now();
    const counted = this.#count.get({ match, now, most: MAX_TOTAL + 1 }) ?? 0;
    const total = Math.min(counted, MAX_TOTAL);
    const inTitle = `{title tags} : (${match})`;
    const pages = Math.min(Math.ceil(total / limit), MAX_PAGE);
    const page = Math.max(1, Math.min(Math.trunc(options.page ?? 1) || 1, pages));
    const rows =
      total === 0 ? [] : this.#search.all({ match, inTitle, now, limit, offset: (page - 1) * limit });
    return { hits: rows.map(hitOf), total, isMore: counted > MAX_TOTAL, page, pages };
  }

  /** Replaces the indexed text of a post. Call it inside the transaction that saves the post. */
  put(postId: number, text: SearchText): void {
    this.#delete.run(postId);
    const texts = [text.title, text.tags.join(', '), text.body].map(unmarked) as [string, string, string];
    this.#insert.run(postId, ...texts, foldedWords(texts.join(' ')));
  }

  /** Replaces the tags alone of a post that is indexed. */
  replaceTags(postId: number, tags: readonly string[]): void {
    const text = this.#read.get(postId);
    if (text !== undefined) this.put(postId, { ...text, tags });
  }

  remove(postId: number): void {
    this.#delete.run(postId);
  }
}

function unmarked(text: string): string {
  return text.replace(MARKS, '');
}

function piecesOf(marked: string): SnippetPiece[] {
  const pieces: SnippetPiece[] = [];
  for (const [index, part] of marked.split(HIT_START).entries()) {
    const end = index === 0 ? -1 : part.indexOf(HIT_END);
    if (end > 0) pieces.push({ text: part.slice(0, end), hit: true });
    const rest = part.slice(end + 1);
    if (rest !== '') pieces.push({ text: rest, hit: false });
  }
  return pieces;
}

function hitOf(row: HitRow): SearchHit {
  return {
    id: row.id,
    path: row.path,
    title: row.title,
    titlePieces: piecesOf(row.marked_title),
    snippet: piecesOf(row.snippet),
    publishedAtMillis: row.published_at,
    tags: JSON.parse(row.tags) as string[],
  };
}
