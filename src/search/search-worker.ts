import { Worker } from 'node:worker_threads';
import type { RanSearch, SearchAnswer, SearchRequest } from './search-messages.ts';
import type { SearchOptions, SearchResults } from './search-reader.ts';

const THREAD = new URL('./search-worker-thread.ts', import.meta.url);
/** A hundred times what a search of 100,000 posts takes. */
const DEADLINE_MILLIS = 5000;
/** Searches that wait for the one before; at 20 ms each, the last of them waits for two thirds of a second. */
const MAX_WAITING = 32;

/** More searches wait than are accepted, or one took too long: 503, and worth another try. */
export class SearchBusyError extends Error {
  override readonly name = 'SearchBusyError';
  readonly status = 503;
  readonly headers = { 'Retry-After': '1' };
}

/** The thread failed, or SQLite in it: `code` is its result code. */
class SearchFailedError extends Error {
  override readonly name = 'SearchFailedError';
  readonly code: string | undefined;
  constructor(message: string, code?: string) {
    super(message);
    this.code = code;
  }
}

interface Job {
  readonly request: SearchRequest;
  readonly resolve: (answer: SearchAnswer) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Searches in a worker thread with a connection of its own, so that all other requests are answered meanwhile: FTS5 cannot be interrupted while
 * it walks an index. One search at a time; the thread starts with the first, or before.
 */
export class SearchWorker {
  readonly #file: string;
  readonly #now: () => number;
  readonly #onRan: (ran: RanSearch & { readonly askedNanos: number }) => void;
  readonly #deadlineMillis: number;
  readonly #thread: URL;
  readonly #waiting: Job[] = [];
  #running: Job | undefined;
  #worker: Worker | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  /** @param file The database. */
  constructor(
    file: string,
    options: {
      /** Epoch milliseconds. */
      readonly now?: () => number;
      /** Called in the context of its search once it was answered; `askedNanos`: when it was asked. */
      readonly onRan?: (ran: RanSearch & { readonly askedNanos: number }) => void;
      readonly deadlineMillis?: number;
      readonly thread?: URL;
    } = {},
  ) {
    this.#file = file;
    this.#now = options.now ?? Date.now;
    this.#onRan = options.onRan ?? ((): void => {});
    this.#deadlineMillis = options.deadlineMillis ?? DEADLINE_MILLIS;
    this.#thread = options.thread ?? THREAD;
  }

  /** Starts the thread, if it does not run. */
  prepare(): void {
    if (!this.#isClosed) this.#worker ??= this.#start();
  }

  /** As `SearchReader.search`. Rejects with SearchBusyError, or with the error of SQLite. */
  async search(text: string, options: SearchOptions = {}): Promise<SearchResults> {
    if (this.#isClosed || this.#waiting.length >= MAX_WAITING)
      throw new SearchBusyError('too many searches at once');
    const askedNanos = Number(process.hrtime.bigint());
    const answer = await new Promise<SearchAnswer>((resolve, reject) => {
      this.#waiting.push({ request: { text, options, nowMillis: this.#now() }, resolve, reject });
      this.#next();
    });
    const { startNanos, durationNanos, statements } = answer;
    this.#onRan({ askedNanos, startNanos, durationNanos, statements });
    if (answer.results !== undefined) return answer.results;
    throw new SearchFailedError(answer.failure?.message ?? 'no answer', answer.failure?.code);
  }

  /** Ends the thread and closes its connection; searches that wait are refused. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const worker = this.#worker;
    this.#stop(worker, new SearchBusyError('the blog is stopping'));
    await worker?.terminate();
  }

  #next(): void {
    if (this.#running !== undefined) return;
    this.#running = this.#waiting.shift();
    if (this.#running === undefined) return;
    this.#timer = setTimeout(
      () => this.#stop(this.#worker, new SearchBusyError('the search took too long')),
      this.#deadlineMillis,
    ).unref();
    this.#worker ??= this.#start();
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
    this.#worker.postMessage(this.#running.request);
  }

  #start(): Worker {
    // Not this process's arguments, which would start telemetry in the thread.
    const worker = new Worker(this.#thread, {
      name: 'search',
      workerData: this.#file,
      execArgv: ['--disable-warning=ExperimentalWarning'],
    });
    worker.unref();
    worker.on('message', (answer: SearchAnswer) => this.#finish(worker, (job) => job.resolve(answer)));
    worker.on('error', (error) => this.#stop(worker, new SearchFailedError(error.message)));
    worker.on('exit', () => this.#stop(worker, new SearchFailedError('the thread of searches ended')));
    return worker;
  }

  #finish(worker: Worker | undefined, settle: (job: Job) => void): void {
    const job = this.#running;
    if (worker !== this.#worker || job === undefined) return;
    clearTimeout(this.#timer);
    this.#running = undefined;
    settle(job);
    this.#next();
  }

  /** Leaves a thread that is broken or too slow; the next search starts another. */
  #stop(worker: Worker | undefined, error: Error): void {
    if (worker !== this.#worker) return;
    this.#worker = undefined;
    void worker?.terminate();
    if (this.#isClosed) for (const { reject } of this.#waiting.splice(0)) reject(error);
    this.#finish(undefined, (job) => job.reject(error));
  }
}
