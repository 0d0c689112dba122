import type { StatementBook } from '../aggregate/series-book.ts';
import type { Clock } from '../base/clock.ts';
import type { HistoryFile } from './history-file.ts';
import type { HistoryPart } from './history-part.ts';

/** Twice the number of series; 2 MB at most. */
const MAX_STATEMENTS = 1000;

/** Keeps texts and summaries of statements across restarts. */
export class StatementHistory implements HistoryPart {
  readonly #book: StatementBook;
  readonly #clock: Clock;

  constructor(book: StatementBook, clock: Clock) {
    this.#book = book;
    this.#clock = clock;
  }

  restore(file: HistoryFile): void {
    for (const names of file.statements.all()) this.#book.restoreStatement(names);
  }

  write(file: HistoryFile): void {
    const told = [...this.#book.takeStatements()];
    if (told.length === 0) return;
    file.transaction(() => {
      for (const names of told) file.statements.add(names, this.#clock.now());
      file.statements.bound(MAX_STATEMENTS);
    });
  }

  close(file: HistoryFile): void {
    this.write(file);
  }
}
