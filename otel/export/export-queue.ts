import type { Signal } from '../base/export-storage.ts';

/** Items that belong together: the kept spans of a trace, one log record, the data points of one collection. */
export interface Bundle<Item> {
  readonly items: readonly Item[];
  /** Spans, log records or data points. */
  readonly count: number;
  readonly bytes: number;
  /** Dropped last. */
  readonly isMustKeep: boolean;
}

/** What a pipeline must know of its items. */
export interface ItemKind<Item> {
  readonly signal: Signal;
  /** One bundle of what is exported together. */
  bundle(items: readonly Item[]): Bundle<Item>;
  /** Splits off the first `count` items; undefined for a bundle that cannot be split. */
  split(bundle: Bundle<Item>, count: number): readonly [Bundle<Item>, Bundle<Item>] | undefined;
  traceIds(items: readonly Item[]): readonly string[];
}

interface Entry<Item> extends Bundle<Item> {
  /** Increases with each bundle; what is put back keeps its own. */
  readonly number: number;
}

/**
 * Items queued for export, bounded in number and bytes. A bundle stays together and is dropped as a whole, the oldest first, and a must-keep one
 * only after all others: a full queue loses whole traces instead of parts, and no failure before a success.
 */
export class ExportQueue<Item> {
  readonly #maxItems: number;
  readonly #maxBytes: number;
  readonly #split: ItemKind<Item>['split'];
  readonly #ordinary = new Line<Item>();
  readonly #mustKeep = new Line<Item>();
  #number = 0;
  #items = 0;
  #bytes = 0;

  constructor(maxItems: number, maxBytes: number, split: ItemKind<Item>['split']) {
    this.#maxItems = maxItems;
    this.#maxBytes = maxBytes;
    this.#split = split;
  }

  get items(): number {
    return this.#items;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Returns how many items were dropped to make room: older ones, or all of these if they alone are too many. */
  add(bundle: Bundle<Item>): number {
    if (bundle.count > this.#maxItems || bundle.bytes > this.#maxBytes) return bundle.count;
    const { items, count, bytes, isMustKeep } = bundle;
    this.#lineOf(bundle).push({ items, count, bytes, isMustKeep, number: this.#number++ });
    this.#count(bundle, 1);
    return this.#dropExcess();
  }

  /** Removes the oldest bundles, at most `maxItems` items; only a larger bundle is split. */
  take(maxItems: number): Taken<Item> {
    const taken: Entry<Item>[] = [];
    let items = 0;
    for (let next = this.#oldest(); next !== undefined; next = this.#oldest()) {
      if (items > 0 && items + next.count > maxItems) break;
      this.#lineOf(next).shift();
      this.#count(next, -1);
      const parts = next.count > maxItems ? this.#split(next, maxItems) : undefined;
      if (parts !== undefined) {
        const rest = { ...parts[1], number: next.number };
        this.#lineOf(next).unshift([rest]);
        this.#count(rest, 1);
      }
      taken.push(parts === undefined ? next : { ...parts[0], number: next.number });
      items += taken.at(-1)!.count;
    }
    return taken;
  }

  /** Puts a batch back in its place; returns how many items were dropped to make room. */
  putBack(taken: Taken<Item>): number {
    for (const line of [this.#ordinary, this.#mustKeep]) {
      const back = taken.filter((entry) => this.#lineOf(entry) === line);
      line.unshift(back);
      for (const entry of back) this.#count(entry, 1);
    }
    return this.#dropExcess();
  }

  #dropExcess(): number {
    let dropped = 0;
    while (this.#items > this.#maxItems || this.#bytes > this.#maxBytes) {
      const gone = this.#ordinary.shift() ?? this.#mustKeep.shift();
      if (gone === undefined) break;
      this.#count(gone, -1);
      dropped += gone.count;
    }
    return dropped;
  }

  #oldest(): Entry<Item> | undefined {
    const ordinary = this.#ordinary.first;
    const mustKeep = this.#mustKeep.first;
    if (ordinary === undefined || mustKeep === undefined) return ordinary ?? mustKeep;
    return ordinary.number <= mustKeep.number ? ordinary : mustKeep;
  }

  #lineOf({ isMustKeep }: Bundle<Item>): Line<Item> {
    return isMustKeep ? this.#mustKeep : this.#ordinary;
  }

  #count({ count, bytes }: Bundle<Item>, sign: 1 | -1): void {
    this.#items += sign * count;
    this.#bytes += sign * bytes;
  }
}

/** A batch in order, which can be put back. */
export type Taken<Item> = readonly Entry<Item>[];

/** Oldest first. Live from #head on; the emptied front is trimmed now and then, so that taking is O(1). */
class Line<Item> {
  #entries: (Entry<Item> | undefined)[] = [];
  #head = 0;

  get first(): Entry<Item> | undefined {
    return this.#entries[this.#head];
  }

  push(entry: Entry<Item>): void {
    this.#entries.push(entry);
  }

  unshift(entries: readonly Entry<Item>[]): void {
    this.#entries = [...entries, ...this.#entries.slice(this.#head)];
    this.#head = 0;
  }

  shift(): Entry<Item> | undefined {
    const { first } = this;
    if (first === undefined) return undefined;
    this.#entries[this.#head++] = undefined;
    if (this.#head * 2 > this.#entries.length) {
      this.#entries = this.#entries.slice(this.#head);
      this.#head = 0;
    }
    return first;
  }
}
