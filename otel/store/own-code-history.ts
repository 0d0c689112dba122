import { OWN_CODE_MILLIS, type OwnCodeFacts } from '../base/own-code.ts';
import { contains } from '../base/time-range.ts';
import type { OwnCode, TimeRange } from '../query.ts';
import type { HistoryFile } from './history-file.ts';
import type { HistoryPart } from './history-part.ts';
import { endOfEntry, type OwnCodeEntry } from './own-code-table.ts';

/** Some 1 KB each. */
const MAX_ENTRIES = 2000;
/** Written at once: those of a minute may come together. */
const MAX_WRITTEN = 50;

/** What samples say of requests of this and earlier processes, in memory and in the history file; bounded, oldest removed first. */
export class OwnCodeHistory implements HistoryPart {
  readonly #maxEntries: number;
  #entries: OwnCodeEntry[] = [];
  readonly #unsaved: OwnCodeEntry[] = [];
  /** Set if older ones were removed. */
  #heldSinceMillis: number | undefined;

  constructor(maxEntries = MAX_ENTRIES) {
    this.#maxEntries = maxEntries;
  }

  add(entry: OwnCodeEntry): void {
    this.#entries.push(entry);
    this.#unsaved.push(entry);
    this.#bound();
    if (this.#unsaved.length > this.#maxEntries) this.#unsaved.shift();
  }

  facts(range: TimeRange): OwnCodeFacts {
    const within = this.#entries.filter((entry) => contains(range, endOfEntry(entry))).toReversed();
    return {
      leastMillis: OWN_CODE_MILLIS,
      rows: within.filter(isRead),
      unasked: within.filter((entry) => 'requests' in entry),
      heldSinceMillis: this.#heldSinceMillis,
    };
  }

  ofTrace(traceId: string): readonly OwnCode[] {
    return this.#entries.filter(isRead).filter((row) => row.traceId === traceId);
  }

  restore(file: HistoryFile): void {
    this.#entries = [...file.ownCode.newest(this.#maxEntries), ...this.#entries];
    if (file.ownCode.hasRemoved) this.#heldSinceMillis = this.#oldestMillis();
    this.#bound();
  }

  write(file: HistoryFile): void {
    this.#write(file, MAX_WRITTEN);
  }

  close(file: HistoryFile): void {
    this.#write(file, Infinity);
  }

  #write(file: HistoryFile, limit: number): void {
    if (this.#unsaved.length === 0) return;
    for (let written = 0; this.#unsaved.length > 0 && written < limit; written++) {
      file.ownCode.add(this.#unsaved[0]!);
      this.#unsaved.shift();
    }
    file.ownCode.bound(this.#maxEntries);
  }

  #bound(): void {
    const over = this.#entries.length - this.#maxEntries;
    if (over <= 0) return;
    this.#entries.splice(0, over);
    this.#heldSinceMillis = this.#oldestMillis();
  }

  #oldestMillis(): number | undefined {
    const [oldest] = this.#entries;
    return oldest && endOfEntry(oldest);
  }
}

function isRead(entry: OwnCodeEntry): entry is OwnCode {
  return !('requests' in entry);
}
