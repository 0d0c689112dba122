import type { Database, Statement } from 'better-sqlite3';
import { highlighted, snippetOf, type SnippetPiece } from './highlight.ts';
import { matchExpression, searchTerms, type SearchTerm } from './search-query.ts';

export interface SearchHit {
  readonly id: number;
  readonly path: string;
  readonly title: string;
  /** BCP 47. */
  /** Its own; undefined: the blog's. */
  readonly language: string | undefined;
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

/** In this thread or another. */
export interface Searches {
  /** Posts that cannot be found yet. */
  readonly unindexed?: number;
  /** Call it when a search is likely to follow, as the first one takes longer. */
  prepare?(): void;
  search(text: string, options?: SearchOptions): SearchResults | Promise<SearchResults>;
}

export interface SearchOptions {
  /** From 1. */
  readonly page?: number | undefined;
  readonly limit?: number | undefined;
}

/** Calls `run`, which runs the statement `sql`, and returns its rows. */
export type ObserveStatement = <Row>(sql: string, run: () => readonly Row[]) => readonly Row[];

interface FoundRow {
  readonly id: number;
  /** 0: all terms are in title and tags. */
  readonly tier: number;
}

interface HitRow {
  readonly id: number;
  readonly path: string;
  readonly title: string;
  readonly language: string;
  readonly tags: string;
  readonly published_at: number;
  readonly body: string;
}

const HITS_PER_PAGE = 20;
/** Further pages rank too low to be useful. */
const MAX_PAGE = 50;
const MAX_TOTAL = HITS_PER_PAGE * MAX_PAGE;
/** Matches that are found, those that were added last: FTS5 walks them by row, so that a limit ends the walk. */
const MAX_FOUND = 2000;
/** The same, of posts with all words in title and tags: these come first, however old. They have an index of their own, as it is small. */
const MAX_TITLES = 500;
/** FTS5 reads all matches of each term for its score: 5 ms for one that all of 100,000 posts have. */
const MAX_SCORED_TERMS = 6;
const VISIBLE = "posts.status = 'published' AND posts.deleted_at IS NULL AND posts.published_at <= @now";

const FOUND = `SELECT posts.id, min(tier) AS tier FROM (
    SELECT id, 0 AS tier FROM (
      SELECT rowid AS id FROM post_search_titles WHERE post_search_titles MATCH @match ORDER BY rowid DESC LIMIT ${MAX_TITLES})
    UNION ALL SELECT id, 1 FROM (
      SELECT rowid AS id FROM post_search WHERE post_search MATCH @match ORDER BY rowid DESC LIMIT ${MAX_FOUND})
  ) AS found JOIN posts ON posts.id = found.id
  WHERE ${VISIBLE} GROUP BY posts.id ORDER BY 2, posts.published_at DESC, posts.id DESC`;
const SCORES = `SELECT rowid AS id, bm25(post_search, 10.0, 5.0, 1.0) AS score FROM post_search
  WHERE post_search MATCH ? ORDER BY rowid DESC LIMIT ${MAX_FOUND}`;
const HITS = `SELECT posts.id, posts.path, posts.title, posts.language, posts.tags, posts.published_at, post_texts.body
  FROM json_each(@ids) AS asked JOIN posts ON posts.id = asked.value JOIN post_texts ON post_texts.post_id = posts.id
  WHERE ${VISIBLE} ORDER BY asked.key`;

/** Full-text search over published posts. Drafts, unlisted and deleted posts are not indexed; scheduled ones appear at their time. */
export class SearchReader {
  readonly #database: Database;
  readonly #now: () => number;
  readonly #observe: ObserveStatement;
  #found: Statement<[{ match: string; now: number }], FoundRow> | undefined;
  #scores: Statement<[string], { id: number; score: number }> | undefined;
  #hits: Statement<[{ ids: string; now: number }], HitRow> | undefined;

  constructor(
    database: Database,
    options: { readonly now?: () => number; readonly observe?: ObserveStatement } = {},
  ) {
    this.#database = database;
    this.#now = options.now ?? Date.now;
    this.#observe = options.observe ?? ((_sql, run) => run());
  }

  /**
   * Searches any text; without a word it finds nothing. Posts with all words in title and tags come first. Few matches are ranked: titles weigh more than
   * tags, tags more than text. Of many, those that were added last are found, and the newest come first.
   */
  search(text: string, options: SearchOptions = {}): SearchResults {
    const limit = options.limit ?? HITS_PER_PAGE;
    const terms = searchTerms(text);
    const now = this.#now();
    const ids = this.#idsOf(terms, now);
    const total = Math.min(ids.length, MAX_TOTAL);
    const pages = Math.min(Math.ceil(total / limit), MAX_PAGE);
    const page = Math.max(1, Math.min(Math.trunc(options.page ?? 1) || 1, pages));
    const shown = ids.slice((page - 1) * limit, page * limit);
    const rows = shown.length === 0 ? [] : this.#read({ ids: JSON.stringify(shown), now });
    const hits = rows.map((row) => hitOf(row, terms));
    return { hits, total, isMore: ids.length > MAX_TOTAL, page, pages };
  }

  #idsOf(terms: readonly SearchTerm[], now: number): readonly number[] {
    if (terms.length === 0) return [];
    const match = matchExpression(terms);
    const found = this.#find({ match, now });
    const isScored = found.length > 1 && found.length < MAX_FOUND && terms.length <= MAX_SCORED_TERMS;
    const scores = new Map(isScored ? this.#score(match).map(({ id, score }) => [id, score]) : []);
    // The better, the lower. The sort is stable.
    const scoreOf = ({ id }: FoundRow): number => scores.get(id) ?? 0;
    return found.toSorted((a, b) => a.tier - b.tier || scoreOf(a) - scoreOf(b)).map(({ id }) => id);
  }

  // Prepared at their first use: an index that is missing fails the search, not the start.
  #find(values: { match: string; now: number }): readonly FoundRow[] {
    return this.#observe(FOUND, () => (this.#found ??= this.#database.prepare(FOUND)).all(values));
  }

  #score(match: string): readonly { id: number; score: number }[] {
    return this.#observe(SCORES, () => (this.#scores ??= this.#database.prepare(SCORES)).all(match));
  }

  #read(values: { ids: string; now: number }): readonly HitRow[] {
    return this.#observe(HITS, () => (this.#hits ??= this.#database.prepare(HITS)).all(values));
  }
}

function hitOf(row: HitRow, terms: readonly SearchTerm[]): SearchHit {
  return {
    id: row.id,
    path: row.path,
    title: row.title,
    language: row.language === '' ? undefined : row.language,
    titlePieces: highlighted(row.title.normalize('NFC'), terms),
    snippet: snippetOf(row.body, terms),
    publishedAtMillis: row.published_at,
    tags: JSON.parse(row.tags) as string[],
  };
}
