import { ByteBoundedCache } from '../../http/byte-bounded-cache.ts';

/** A rendered feed, ready to send. */
export interface CachedFeed {
  /** UTF-8, encoded once: a large feed takes milliseconds. */
  readonly body: Buffer;
  readonly etag: string;
}

/** 16 MiB: about a hundred feeds of fifty average posts. */
const MAX_BYTES = 16 * 1024 * 1024;

/** Caches feeds by key, each for one version of the blog. */
export class FeedCache {
  readonly #kept: ByteBoundedCache<CachedFeed & { readonly version: string }>;

  constructor(options: { readonly maxBytes?: number } = {}) {
    this.#kept = new ByteBoundedCache(options.maxBytes ?? MAX_BYTES);
  }

  get bytes(): number {
    return this.#kept.bytes;
  }

  get size(): number {
    return this.#kept.size;
  }

  get(key: string, version: string): CachedFeed | undefined {
    const found = this.#kept.get(key);
    if (found === undefined || found.version === version) return found;
    this.#kept.delete(key);
    return undefined;
  }

  set(key: string, version: string, feed: CachedFeed): void {
    // V8 stores most strings with one byte a character, some with two; count two.
    this.#kept.set(key, { ...feed, version }, key.length * 2 + feed.body.length);
  }
}
