import { type ListSummary, mostFrequentFirst } from './list-summary.ts';

/** Longer values are cut and counted together. */
export const MAX_LISTED_CHARS = 200;
/** An entry, its place in the map and the header of its string; estimated. */
const ENTRY_BYTES = 160;

/** Bytes that all lists together may still take. */
export interface ListBudget {
  leftBytes: number;
}

/** A share of a budget: lists that have it leave the rest to others. */
export class BudgetShare implements ListBudget {
  readonly #whole: ListBudget;
  #leftBytes: number;

  constructor(whole: ListBudget, maxBytes: number) {
    this.#whole = whole;
    this.#leftBytes = maxBytes;
  }

  get leftBytes(): number {
    return Math.min(this.#leftBytes, this.#whole.leftBytes);
  }
  set leftBytes(bytes: number) {
    const takenBytes = this.leftBytes - bytes;
    this.#leftBytes -= takenBytes;
    this.#whole.leftBytes -= takenBytes;
  }
}

export interface TopEntry<Detail> {
  readonly value: string;
  /** What the entry that it replaced was counted at: it may have been counted there before. */
  readonly floor: number;
  /** Since it is listed. */
  count: number;
  /** Counted since the list began, because nothing was folded before. */
  readonly isExact: boolean;
  /** When the last value before it was counted: those of its own that were not are no later. */
  readonly missedToMillis: number;
  firstMillis: number;
  lastMillis: number;
  readonly bytes: number;
  detail: Detail | undefined;
}

/**
 * The most frequent values of a stream, bounded in entries, characters and bytes: Space-Saving (Metwally, Agrawal, El Abbadi 2005). A new value
 * replaces the rarest and inherits its count as an error bound, so a frequent value enters however many rare ones came before. What is reported of
 * an entry is counted since it entered, hence never too much; what is not, is counted in `others`.
 */
export class TopList<Detail = undefined> {
  readonly #maxEntries: number;
  readonly #budget: ListBudget;
  readonly #release: (detail: Detail) => void;
  readonly #entries = new Map<string, TopEntry<Detail>>();
  /** Entries that were the rarest when they were last searched for. */
  #rarest: TopEntry<Detail>[] = [];
  #least = 0;
  #total = 0;
  #fromMillis = Infinity;
  #toMillis = -Infinity;
  #bytes = 0;
  #searches = 0;
  /** True once a value was counted without an entry, or lost it. */
  #hasFolded = false;
  /** True once there were no bytes for an entry: then floors say nothing. */
  #hasRefused = false;

  /** @param release Called for the detail of an entry that is replaced. */
  constructor(maxEntries: number, budget: ListBudget, release: (detail: Detail) => void = () => {}) {
    this.#maxEntries = maxEntries;
    this.#budget = budget;
    this.#release = release;
  }

  /** Values counted, listed or not. */
  get total(): number {
    return this.#total;
  }
  get bytes(): number {
    return this.#bytes;
  }

  /** How often all entries were searched for the rarest. */
  get searches(): number {
    return this.#searches;
  }

  has(value: string): boolean {
    return this.#entries.has(listed(value));
  }

  /** Returns its entry; undefined if there is no room for one. */
  add(value: string, atMillis: number): TopEntry<Detail> | undefined {
    this.#total++;
    const key = listed(value);
    const entry = this.#entries.get(key) ?? this.#admit(key, atMillis);
    if (atMillis < this.#fromMillis) this.#fromMillis = atMillis;
    if (atMillis > this.#toMillis) this.#toMillis = atMillis;
    if (entry === undefined) return undefined;
    entry.count++;
    if (atMillis < entry.firstMillis) entry.firstMillis = atMillis;
    if (atMillis > entry.lastMillis) entry.lastMillis = atMillis;
    return entry;
  }

  /** As plain data, with the bounds of its errors. @param savedOf Default: without details. */
  summary<Saved = undefined>(
    savedOf: (detail: Detail) => Saved | undefined = () => undefined,
  ): ListSummary<Saved> {
    const entries = [...this.#entries.values()];
    const others = entries.reduce((left, { count }) => left - count, this.#total);
    const least = entries.reduce((least, { floor, count }) => Math.min(least, floor + count), Infinity);
    const missedOf = (floor: number): number => (this.#hasRefused ? others : Math.min(floor, others));
    return {
      total: this.#total,
      unlisted: this.#hasFolded ? missedOf(least) : 0,
      ...(this.#total > 0 && { fromMillis: this.#fromMillis, toMillis: this.#toMillis }),
      rows: entries
        .map(({ value, count, floor, isExact, missedToMillis, firstMillis, lastMillis, detail }) => ({
          value,
          count,
          missed: isExact ? 0 : missedOf(floor),
          firstMillis,
          lastMillis,
          ...(!isExact && { missedFromMillis: this.#fromMillis, missedToMillis }),
          detail: detail === undefined ? undefined : savedOf(detail),
        }))
        .sort(mostFrequentFirst),
    };
  }

  /** Gives its bytes back. */
  clear(): void {
    for (const entry of this.#entries.values()) this.#drop(entry);
  }

  #admit(key: string, atMillis: number): TopEntry<Detail> | undefined {
    const bytes = ENTRY_BYTES + 2 * key.length;
    const isFull = this.#entries.size >= this.#maxEntries;
    const replaced = isFull ? this.#takeRarest() : undefined;
    if (bytes > this.#budget.leftBytes) {
      this.#hasFolded = true;
      this.#hasRefused = true;
      return undefined;
    }
    const entry: TopEntry<Detail> = {
      value: copied(key),
      floor: replaced === undefined ? 0 : replaced.floor + replaced.count,
      count: 0,
      isExact: !this.#hasFolded,
      missedToMillis: this.#toMillis,
      firstMillis: atMillis,
      lastMillis: atMillis,
      bytes,
      detail: undefined,
    };
    this.#entries.set(entry.value, entry);
    this.#budget.leftBytes -= bytes;
    this.#bytes += bytes;
    return entry;
  }

  /** Searches all entries only after all that were the rarest are gone or more frequent: on average once per pass of replaced entries. */
  #takeRarest(): TopEntry<Detail> {
    let entry = this.#rarest.pop();
    while (entry !== undefined && !this.#isStillRarest(entry)) entry = this.#rarest.pop();
    if (entry === undefined) {
      this.#searches++;
      let least = Infinity;
      for (const { floor, count } of this.#entries.values()) least = Math.min(least, floor + count);
      this.#least = least;
      this.#rarest = [...this.#entries.values()].filter(({ floor, count }) => floor + count === least);
      entry = this.#rarest.pop()!;
    }
    this.#hasFolded = true;
    this.#drop(entry);
    return entry;
  }

  #isStillRarest(entry: TopEntry<Detail>): boolean {
    return this.#entries.get(entry.value) === entry && entry.floor + entry.count === this.#least;
  }

  #drop(entry: TopEntry<Detail>): void {
    this.#entries.delete(entry.value);
    this.#budget.leftBytes += entry.bytes;
    this.#bytes -= entry.bytes;
    if (entry.detail !== undefined) this.#release(entry.detail);
  }
}

/** As much of it as a list has. */
export function listed(value: string): string {
  return value.length <= MAX_LISTED_CHARS ? value : `${value.slice(0, MAX_LISTED_CHARS - 1)}…`;
}

/** A new string: a slice would keep the whole request target alive. UTF-16, so that no half of a pair is changed. */
export function copied(text: string): string {
  return Buffer.from(text, 'utf16le').toString('utf16le');
}
