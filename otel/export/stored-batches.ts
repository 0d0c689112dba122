import { promisify } from 'node:util';
import { gunzip, gzipSync } from 'node:zlib';
import type { ExportFacts } from '../base/export-facts.ts';
import type { ExportStorage, StoredExport } from '../base/export-storage.ts';
import type { Encoding } from './destination.ts';
import type { Bundle, ItemKind } from './export-queue.ts';
import { type FirstPart, firstPart } from './otlp-division.ts';

const uncompressed = promisify(gunzip);
/** Fast, because it runs on the event loop: some 2 ms for 512 spans. */
const LEVEL = 1;

/** Above it, however few items an export has: 100 per second. */
const MIN_PAUSE_MILLIS = 10;

type Batch = StoredExport & { readonly id: number };

/** The oldest batch, or the first part of it. */
export interface StoredPart {
  readonly items: number;
  /** Sent together with this part, because nothing follows. */
  readonly traceIds: readonly string[];
  send(abort: AbortSignal): Promise<void>;
  /** It was accepted, or is lost. */
  remove(): void;
  /** It was too large: the next part has half as many items. False if it cannot be divided. */
  halve(): boolean;
}

/** Batches of one pipeline that wait on disk. */
export class StoredBatches<Item> {
  readonly #storage: ExportStorage;
  readonly #encoding: Encoding<Item>;
  readonly #kind: ItemKind<Item>;
  readonly #itemsPerSecond: number;
  #maxPartItems = Infinity;
  #pauseMillis = MIN_PAUSE_MILLIS;

  constructor(options: {
    readonly storage: ExportStorage;
    readonly encoding: Encoding<Item>;
    readonly kind: ItemKind<Item>;
    readonly itemsPerSecond: number;
  }) {
    this.#storage = options.storage;
    this.#encoding = options.encoding;
    this.#kind = options.kind;
    this.#itemsPerSecond = options.itemsPerSecond;
  }

  get isWaiting(): boolean {
    return this.items > 0;
  }

  get items(): number {
    return this.facts()?.items ?? 0;
  }

  /** Until the next part: what was sent last takes its time. */
  get pauseMillis(): number {
    return this.#pauseMillis;
  }

  facts(): ExportFacts['stored'] {
    const facts = this.#storage.facts(this.#kind.signal);
    return facts && { ...facts, maxItemsPerSecond: this.#itemsPerSecond };
  }

  /** Writes must-keep traces apart from others, because they are dropped last. False if not everything could be written; then nothing was. */
  put(batch: readonly Bundle<Item>[]): boolean {
    const groups = [true, false].map((isMustKeep) =>
      batch.filter((bundle) => bundle.isMustKeep === isMustKeep),
    );
    try {
      return this.#storage.put(
        groups.filter((group) => group.length > 0).map((group) => this.#stored(group)),
      );
    } catch {
      // What cannot be encoded stays in the queue; sending it tells why.
      return false;
    }
  }

  /** Undefined if nothing waits. Never rejects; what cannot be read fails when it is sent. */
  async oldest(): Promise<StoredPart | undefined> {
    const batch = this.#storage.oldest(this.#kind.signal);
    if (batch === undefined) return undefined;
    try {
      return this.#partOf(batch, await uncompressed(batch.body));
    } catch (error) {
      const whole = { body: batch.body, items: batch.items, elements: 1, rest: undefined };
      return { ...this.#part(batch, whole), send: () => Promise.reject(error) };
    }
  }

  #partOf(batch: Batch, body: Uint8Array): StoredPart {
    const { items } = batch;
    const whole = { body, items, elements: items, rest: undefined };
    if (items <= this.#maxPartItems) return this.#part(batch, whole);
    return this.#part(batch, firstPart(body, batch.mediaType, batch.signal, this.#maxPartItems) ?? whole);
  }

  #part(batch: Batch, { body, items, elements, rest }: FirstPart): StoredPart {
    return {
      items,
      traceIds: rest === undefined ? batch.traceIds : [],
      send: (abort) => this.#encoding.sendEncoded(body, batch.mediaType, abort),
      remove: () => {
        this.#pauseMillis = Math.max(MIN_PAUSE_MILLIS, (1000 * items) / this.#itemsPerSecond);
        if (rest === undefined) this.#storage.remove(batch.id);
        else this.#storage.replace(batch.id, { body: compressed(rest), items: batch.items - items });
      },
      halve: () => {
        if (elements < 2) return false;
        this.#maxPartItems = Math.ceil(items / 2);
        return true;
      },
    };
  }

  #stored(group: readonly Bundle<Item>[]): StoredExport {
    const items = group.flatMap((bundle) => bundle.items);
    return {
      signal: this.#kind.signal,
      items: group.reduce((sum, { count }) => sum + count, 0),
      isMustKeep: group[0]?.isMustKeep === true,
      mediaType: this.#encoding.mediaType,
      body: compressed(this.#encoding.encode(items)),
      traceIds: this.#kind.traceIds(items),
    };
  }
}

function compressed(body: Uint8Array): Uint8Array {
  return gzipSync(body, { level: LEVEL });
}
