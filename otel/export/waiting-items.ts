import type { ExportFacts } from '../base/export-facts.ts';
import type { ExportBooks } from './export-books.ts';
import { type Bundle, ExportQueue, type ItemKind, type Taken } from './export-queue.ts';
import type { StoredBatches } from './stored-batches.ts';

/** What waits for its export: in a bounded queue and, while the receiver is away, on disk. Counts what neither can hold. */
export class WaitingItems<Item> {
  readonly maxItems: number;
  readonly stored: StoredBatches<Item> | undefined;
  readonly #maxBytes: number;
  readonly #queue: ExportQueue<Item>;
  readonly #books: ExportBooks;
  #maxBatchItems: number;

  constructor(options: {
    readonly maxItems: number;
    readonly maxBytes: number;
    readonly maxBatchItems: number;
    readonly kind: ItemKind<Item>;
    readonly stored: StoredBatches<Item> | undefined;
    readonly books: ExportBooks;
  }) {
    this.maxItems = options.maxItems;
    this.stored = options.stored;
    this.#maxBytes = options.maxBytes;
    this.#maxBatchItems = options.maxBatchItems;
    this.#queue = new ExportQueue(options.maxItems, options.maxBytes, options.kind.split);
    this.#books = options.books;
  }

  /** In the queue. */
  get items(): number {
    return this.#queue.items;
  }

  get bytes(): number {
    return this.#queue.bytes;
  }

  get isBatchFull(): boolean {
    return this.#queue.items >= this.#maxBatchItems;
  }

  /** In the queue and on disk. */
  get all(): number {
    return this.#queue.items + (this.stored?.items ?? 0);
  }

  /** Everything lost since start, also what the bound of the storage removed. */
  get lost(): number {
    return this.#books.lost + (this.stored?.facts()?.dropped ?? 0);
  }

  /** Adds it to the queue; if that is full, what is in it goes to disk, or is dropped, oldest first. */
  add(bundle: Bundle<Item>): void {
    const isFull =
      this.#queue.items + bundle.count > this.maxItems || this.#queue.bytes + bundle.bytes > this.#maxBytes;
    if (isFull) this.store();
    const isTooLarge = bundle.count > this.maxItems || bundle.bytes > this.#maxBytes;
    this.#books.countDropped(this.#queue.add(bundle), isTooLarge ? 'too_large' : 'queue_full');
  }

  /** The next batch, oldest first. */
  take(): Taken<Item> {
    return this.#queue.take(this.#maxBatchItems);
  }

  /** Keeps a batch for later: on disk, or in the queue. */
  keep(batch: Taken<Item>): void {
    if (this.stored?.put(batch) !== true) this.#putBack(batch);
  }

  /** Puts a batch back that the receiver found too large, to be sent in halves; returns false if it cannot be divided. */
  halve(batch: Taken<Item>): boolean {
    if (batch.length < 2) return false;
    this.#maxBatchItems = Math.max(1, Math.ceil(this.#maxBatchItems / 2));
    this.#putBack(batch);
    return true;
  }

  /** Moves the queue to disk; what cannot be written stays. */
  store(): void {
    while (this.stored !== undefined && this.#queue.items > 0) {
      const batch = this.take();
      if (this.stored.put(batch)) continue;
      this.#putBack(batch);
      return;
    }
  }

  /** Empties the queue at the end of the process; returns how many items are lost. */
  drop(): number {
    const left = this.#queue.items;
    this.#queue.take(Infinity);
    this.#books.countDropped(left, 'stopped');
    return left;
  }

  facts(): Pick<ExportFacts, 'queue' | 'stored'> {
    return {
      queue: { bytes: this.#queue.bytes, maxItems: this.maxItems, maxBytes: this.#maxBytes },
      stored: this.stored?.facts(),
    };
  }

  #putBack(batch: Taken<Item>): void {
    this.#books.countDropped(this.#queue.putBack(batch), 'queue_full');
  }
}
