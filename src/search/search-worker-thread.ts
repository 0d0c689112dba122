import { parentPort, workerData } from 'node:worker_threads';
import Database from 'better-sqlite3';
import type { RanStatement, SearchAnswer, SearchRequest, StatementFailure } from './search-messages.ts';
import { SearchReader, type SearchResults } from './search-reader.ts';

// The thread of search-worker.ts. It runs without telemetry: its statements are recorded by the main thread.
const BUSY_TIMEOUT_MILLIS = 1000;

const database = new Database(String(workerData), { readonly: true, timeout: BUSY_TIMEOUT_MILLIS });
let statements: RanStatement[] = [];
let now = 0;
const reader = new SearchReader(database, { now: () => now, observe });

function observe<Row>(sql: string, run: () => readonly Row[]): readonly Row[] {
  const startNanos = nanos();
  const note = (outcome: Pick<RanStatement, 'rows' | 'failure'>): void =>
    void statements.push({ sql, startNanos, durationNanos: nanos() - startNanos, ...outcome });
  try {
    const rows = run();
    note({ rows: rows.length });
    return rows;
  } catch (error) {
    note({ failure: failureOf(error) });
    throw error;
  }
}

function nanos(): number {
  return Number(process.hrtime.bigint());
}

function failureOf(error: unknown): StatementFailure {
  const { code, message } = Object(error) as { readonly code?: unknown; readonly message?: unknown };
  return { code: typeof code === 'string' ? code : undefined, message: String(message ?? error) };
}

function outcomeOf(search: () => SearchResults): Pick<SearchAnswer, 'results' | 'failure'> {
  try {
    return { results: search() };
  } catch (error) {
    return { failure: failureOf(error) };
  }
}

function answer(message: SearchAnswer): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
  parentPort!.postMessage(message);
}

parentPort!.on('message', ({ text, options, nowMillis }: SearchRequest) => {
  statements = [];
  now = nowMillis;
  const startNanos = nanos();
  const outcome = outcomeOf(() => reader.search(text, options));
  answer({ ...outcome, statements, startNanos, durationNanos: nanos() - startNanos });
});
