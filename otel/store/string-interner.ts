/** Longer strings rarely repeat and are not worth hashing. */
const MAX_SHARED_CHARS = 256;

/** Longer lists of attributes are rare. */
const MAX_REMEMBERED_ATTRIBUTES = 64;

/** The most recent names and values of attribute lists of one length, by position. */
export interface LastAttributes {
  readonly keys: (string | undefined)[];
  readonly values: (string | undefined)[];
}

/**
 * Shares equal strings between kept records: routes, scopes, methods and user agents repeat thousands of times. Two generations of `maxStrings`:
 * when the young one is full, the old one is dropped, so strings in use stay and floods pass through, at O(1) and at most 2 × 1000 × 256 characters
 * by default.
 */
export class StringInterner {
  readonly #maxStrings: number;
  #young = new Map<string, string>();
  #old = new Map<string, string>();
  readonly #last: (LastAttributes | undefined)[] = [];

  constructor(maxStrings = 1000) {
    this.#maxStrings = maxStrings;
  }

  /** The shared copy, or undefined. */
  find(text: string): string | undefined {
    if (text.length > MAX_SHARED_CHARS) return undefined;
    const young = this.#young.get(text);
    if (young !== undefined) return young;
    const old = this.#old.get(text);
    if (old !== undefined) this.add(old);
    return old;
  }

  add(text: string): void {
    if (text.length > MAX_SHARED_CHARS) return;
    if (this.#young.size >= this.#maxStrings) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(text, text);
  }

  /**
   * The most recent list of this length, as shared copies: spans of one instrumentation have the same names in the same order, and comparing is
   * cheaper than looking up. A caller that copies a list must update it.
   */
  lastOf(attributes: number): LastAttributes {
    if (attributes > MAX_REMEMBERED_ATTRIBUTES) return { keys: [], values: [] };
    return (this.#last[attributes] ??= { keys: [], values: [] });
  }

  get size(): number {
    return this.#young.size + this.#old.size;
  }
}
