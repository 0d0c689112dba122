import type { Database } from 'better-sqlite3';
import type { WhenUnlocked } from '../db/when-unlocked.ts';
import type { RanSearch, RanStatement } from '../search/search-messages.ts';
import type { Searches, SearchOptions, SearchResults } from '../search/search-reader.ts';
import { SearchWorker } from '../search/search-worker.ts';
import { StaleSearch } from './stale-search.ts';

/** A search as telemetry records it. */
type SearchWork = Omit<RanSearch, 'statements'> & {
  readonly askedNanos: number;
  readonly thread: string;
  readonly statements: readonly (RanStatement & { readonly file: string; readonly thread: string })[];
};

const THREAD = new URL('./search-thread.ts', import.meta.url);
/** `thread.name` of its work. */
const THREAD_NAME = 'search';

/** The search of the running blog: in a thread of its own, over an index that is completed after the start. */
export class BlogSearch implements Searches {
  readonly #worker: SearchWorker;
  readonly #stale: StaleSearch;

  /** @param onWork Records what the thread did. */
  constructor(database: Database, onWork: (work: SearchWork) => void) {
    const file = database.name;
    this.#worker = new SearchWorker(file, {
      thread: THREAD,
      onRan: (ran) => {
        const statements = ran.statements.map((each) => ({ ...each, file, thread: THREAD_NAME }));
        onWork({ ...ran, thread: THREAD_NAME, statements });
      },
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
