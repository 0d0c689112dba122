import type { EntryTable } from './entry-table.ts';
import type { HistoryFile } from './history-file.ts';
import type { HistoryPart } from './history-part.ts';

export interface NewestEntriesOptions<Entry> {
  readonly max: number;
  readonly tableOf: (file: HistoryFile) => EntryTable<Entry>;
  /** Epoch milliseconds. */
  readonly timeOf: (entry: Entry) => number;
  /** Of those that wait, written at once; the last write has all. Default: all. */
  readonly maxWritten?: number;
  /** Puts what was read and what this process added in order. Default: the former first. */
  readonly order?: (a: Entry, b: Entry) => number;
}

/** Entries of this and earlier processes, in memory and in the history file; bounded, oldest removed first. */
export class NewestEntries<Entry> implements HistoryPart {
  readonly #options: NewestEntriesOptions<Entry>;
  #entries: Entry[] = [];
  readonly #unsaved: Entry[] = [];
  #heldSinceMillis: number | undefined;

  constructor(options: NewestEntriesOptions<Entry>) {
    this.#options = options;
  }

  get entries(): readonly Entry[] {
    return this.#entries;
  }

  /** Undefined if none were removed. */
  get heldSinceMillis(): number | undefined {
    return this.#heldSinceMillis;
  }

  add(entry: Entry): void {
    this.#entries.push(entry);
    this.#unsaved.push(entry);
    this.#bound();
    if (this.#unsaved.length > this.#options.max) this.#unsaved.shift();
  }

  restore(file: HistoryFile): void {
    const { max, tableOf, order } = this.#options;
    const table = tableOf(file);
    this.#entries = [...table.newest(max), ...this.#entries];
    if (order !== undefined) this.#entries.sort(order);
    if (table.hasRemoved) this.#holdFromOldest();
    this.#bound();
  }

  write(file: HistoryFile): void {
    this.#write(file, this.#options.maxWritten ?? Infinity);
  }

  close(file: HistoryFile): void {
    this.#write(file, Infinity);
  }

  #write(file: HistoryFile, limit: number): void {
    if (this.#unsaved.length === 0) return;
    const table = this.#options.tableOf(file);
    for (let written = 0; this.#unsaved.length > 0 && written < limit; written++) {
      table.add(this.#unsaved[0]!);
      this.#unsaved.shift();
    }
    table.bound(this.#options.max);
  }

  #bound(): void {
    const over = this.#entries.length - this.#options.max;
    if (over <= 0) return;
    this.#entries.splice(0, over);
    this.#holdFromOldest();
  }

  #holdFromOldest(): void {
    const [oldest] = this.#entries;
    this.#heldSinceMillis = oldest && this.#options.timeOf(oldest);
  }
}
