import { promisify } from 'node:util';
import { gunzip, gzipSync } from 'node:zlib';
import type { ExportStorage, StoredExport, StoredFacts } from '../base/export-storage.ts';
import type { Encoding } from './destination.ts';
import type { Bundle, ItemKind } from './export-queue.ts';

const uncompressed = promisify(gunzip);
/** Fast, because it runs on the event loop: some 2 ms for 512 spans. */
const LEVEL = 1;

type Batch = StoredExport & { readonly id: number };

/** Batches of one pipeline that wait on disk. */
export class StoredBatches<Item> {
  readonly #storage: ExportStorage;
  readonly #encoding: Encoding<Item>;
  readonly #kind: ItemKind<Item>;

  constructor(options: {
    readonly storage: ExportStorage;
    readonly encoding: Encoding<Item>;
    readonly kind: ItemKind<Item>;
  }) {
    this.#storage = options.storage;
    this.#encoding = options.encoding;
    this.#kind = options.kind;
  }

  get isWaiting(): boolean {
    return this.items > 0;
  }

  get items(): number {
    return this.facts()?.items ?? 0;
  }

  facts(): StoredFacts | undefined {
    return this.#storage.facts(this.#kind.signal);
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

  oldest(): Batch | undefined {
    return this.#storage.oldest(this.#kind.signal);
  }

  remove({ id }: Batch): void {
    this.#storage.remove(id);
  }

  async send({ body, mediaType }: Batch, abort: AbortSignal): Promise<void> {
    await this.#encoding.sendEncoded(await uncompressed(body), mediaType, abort);
  }

  #stored(group: readonly Bundle<Item>[]): StoredExport {
    const items = group.flatMap((bundle) => bundle.items);
    return {
      signal: this.#kind.signal,
      items: group.reduce((sum, { count }) => sum + count, 0),
      isMustKeep: group[0]?.isMustKeep === true,
      mediaType: this.#encoding.mediaType,
      body: gzipSync(this.#encoding.encode(items), { level: LEVEL }),
      traceIds: this.#kind.traceIds(items),
    };
  }
}
