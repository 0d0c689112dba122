import type { SearchOptions, SearchResults } from './search-reader.ts';

/** What the thread of searches is asked. */
export interface SearchRequest {
  readonly text: string;
  readonly options: SearchOptions;
  /** Epoch milliseconds. */
  readonly nowMillis: number;
}

/** A statement that ran in the thread. */
export interface RanStatement {
  readonly sql: string;
  /** By `process.hrtime`, which all threads share. */
  readonly startNanos: number;
  readonly durationNanos: number;
  /** Undefined if it failed. */
  readonly rows?: number | undefined;
  readonly failure?: StatementFailure | undefined;
}

export interface StatementFailure {
  /** SQLite's result code. */
  readonly code: string | undefined;
  readonly message: string;
}

/** What the thread did for a search, by `process.hrtime`. */
export interface RanSearch {
  readonly startNanos: number;
  readonly durationNanos: number;
  readonly statements: readonly RanStatement[];
}

/** What the thread answers; either `results` or `failure` is set. */
export interface SearchAnswer extends RanSearch {
  readonly results?: SearchResults;
  readonly failure?: StatementFailure;
}
