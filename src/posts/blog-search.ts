import type { Database } from 'better-sqlite3';
import type { WhenUnlocked } from '../db/when-unlocked.ts';
import type { RanStatement } from '../search/search-messages.ts';
import type { Searches, SearchOptions, SearchResults } from '../search/search-reader.ts';
import { SearchWorker } from '../search/search-worker.ts';
import { StaleSearch } from './stale-search.ts';

/** `thread.name` of its statements. */
const THREAD_NAME = 'search';

/** The search of the running blog: in a thread of its own, over an index that is completed after the start. */
export class BlogSearch implements Searches {
  readonly #worker: SearchWorker;
  readonly #stale: StaleSearch;

  /** @param onStatement Records what the thread ran. */
  constructor(
    database: Database,
    onStatement: (statement: RanStatement & { readonly file: string; readonly thread: string }) => void,
  ) {
    const file = database.name;
    this.#worker = new SearchWorker(file, {
      onStatement: (statement) => onStatement({ ...statement, file, thread: THREAD_NAME }),
    });
    this.#stale = new StaleSearch(database);
  }

  /** Posts that cannot be found yet. */
  get unindexed(): number {
    return this.#stale.left;
  }

  prepare(): void {
    this.#worker.prepare();
  }

  search(text: string, options?: SearchOptions): Promise<SearchResults> {
    return this.#worker.search(text, options);
  }

  /** As `StaleSearch.indexAll`. */
  indexAll(whenUnlocked: WhenUnlocked): Promise<number> {
    return this.#stale.indexAll(whenUnlocked);
  }

  /** Nothing is searched or written afterwards. */
  close(): Promise<void> {
    this.#stale.stop();
    return this.#worker.close();
  }
}
