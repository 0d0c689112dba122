/** A made feed, ready to send. */
export interface CachedFeed {
  readonly body: string;
  readonly etag: string;
}

interface Entry extends CachedFeed {
  readonly version: string;
  readonly bytes: number;
}

/** 16 MiB: about a hundred feeds of fifty middling posts. */
const MAX_BYTES = 16 * 1024 * 1024;

/** Feeds by key, each for one version of the blog; the least recently used go when the bytes run out. */
export class FeedCache {
  readonly #entries = new Map<string, Entry>();
  readonly #maxBytes: number;
  #bytes = 0;

  constructor(options: { readonly maxBytes?: number } = {}) {
    this.#maxBytes = options.maxBytes ?? MAX_BYTES;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(key: string, version: string): CachedFeed | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    this.#entries.delete(key);
    if (entry.version !== version) {
      this.#bytes -= entry.bytes;
      return undefined;
    }
    this.#entries.set(key, entry);
    return entry;
  }

  /** A feed too large for the whole cache is not kept. */
  set(key: string, version: string, feed: CachedFeed): void {
    const before = this.#entries.get(key);
    if (before !== undefined) this.#remove(key, before);
    // V8 keeps most text at one byte a character, some at two; the larger is the bound.
    const bytes = (key.length + feed.body.length) * 2;
    if (bytes > this.#maxBytes) return;
    this.#entries.set(key, { ...feed, version, bytes });
    this.#bytes += bytes;
    for (const [oldest, entry] of this.#entries) {
      if (this.#bytes <= this.#maxBytes) break;
      this.#remove(oldest, entry);
    }
  }

  #remove(key: string, entry: Entry): void {
    this.#entries.delete(key);
    this.#bytes -= entry.bytes;
  }
}
