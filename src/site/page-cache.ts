import { ByteBoundedCache } from '../http/byte-bounded-cache.ts';

/** A rendered page or feed, ready to send. */
export interface CachedPage {
  /** UTF-8, encoded once: a large feed takes milliseconds. */
  readonly body: Buffer;
  readonly etag: string;
  /** Epoch milliseconds of a change that only this page shows; 0: none. */
  readonly ownChangeMillis?: number;
  /** Names the render span. */
  readonly template: string;
  /** Names the span of a request that is answered with it. */
  readonly route: string;
}

/** Caches rendered pages and feeds by key, each for one version of the blog; the least recently used goes first. */
export class PageCache {
  readonly #kept: ByteBoundedCache<CachedPage & { readonly version: string }>;

  /** @param maxBytes 0: nothing is cached. */
  constructor(maxBytes: number) {
    this.#kept = new ByteBoundedCache(maxBytes);
  }

  get bytes(): number {
    return this.#kept.bytes;
  }

  get size(): number {
    return this.#kept.size;
  }

  /** @param versionFor called if there is a page of any version. */
  get(key: string, versionFor: (page: CachedPage) => string): CachedPage | undefined {
    const found = this.#kept.get(key);
    if (found === undefined || found.version === versionFor(found)) return found;
    this.#kept.delete(key);
    return undefined;
  }

  set(key: string, version: string, page: CachedPage): void {
    // V8 stores most strings with one byte a character, some with two; count two.
    this.#kept.set(key, { ...page, version }, key.length * 2 + page.body.length);
  }
}
