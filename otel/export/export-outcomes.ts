import type { Signal } from '../base/export-storage.ts';
import { ExportFailure, isRetryable, RejectedItems } from './delivery.ts';
import type { ExportBooks } from './export-books.ts';
import { ExportNews } from './export-news.ts';
import { RetryPause } from './retry-pause.ts';

/** What each outcome of an export comes to: an entry in the books, a log line if it changed, and a pause if it failed. */
export class ExportOutcomes {
  readonly pause: RetryPause;
  /** The last export may succeed later. */
  isAway = false;
  readonly #books: ExportBooks;
  readonly #news: ExportNews;
  readonly #waiting: { readonly all: number; readonly lost: number };

  constructor(options: {
    readonly signal: Signal;
    readonly books: ExportBooks;
    readonly waiting: { readonly all: number; readonly lost: number };
    /** After the first failure. */
    readonly pauseMillis: number;
    readonly now: () => number;
    readonly log: (message: string) => void;
    readonly onPauseEnd: () => void;
  }) {
    this.#books = options.books;
    this.#waiting = options.waiting;
    this.#news = new ExportNews(options.signal, options.books.endpoint, options.log);
    this.pause = new RetryPause(options.pauseMillis, options.now, options.onPauseEnd);
  }

  /** @param ended Items that are sent or lost; 0 if they are sent again. */
  note(error: unknown, ended: number): void {
    if (ended > 0) this.#books.countEnded(ended, error);
    else this.#books.noteError(error);
    if (error === undefined) this.#news.succeeded(this.#waiting.all, this.#waiting.lost);
    else this.#news.failed(error, this.#waiting.lost);
    this.isAway = isRetryable(error);
    // A receiver that rejects items will reject them again; the others were accepted, so no pause is needed.
    if (error === undefined || error instanceof RejectedItems) this.pause.end();
    else this.pause.begin(error instanceof ExportFailure ? error.retryAfterMillis : undefined);
  }

  /** There was nothing to export because of it. */
  noteFault(error: unknown): void {
    this.#books.noteError(error);
    this.#news.failed(error, this.#waiting.lost);
  }

  /** @param lost Items dropped at the stop. */
  noteStop(lost: number): void {
    this.#news.stopped(lost, this.#waiting.all);
  }
}
