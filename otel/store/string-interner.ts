/** Longer strings are rarely met twice and not worth a hash. */
const MAX_SHARED_CHARS = 256;

/** Longer lists of attributes are rare. */
const MAX_REMEMBERED_ATTRIBUTES = 64;

/** Names and values met last in a list of attributes of one length, place by place. */
export interface LastAttributes {
  readonly keys: (string | undefined)[];
  readonly values: (string | undefined)[];
}

/**
 * Shares equal strings between kept records: routes, scopes, methods and user agents are met thousands of times.
 * Two generations of `maxStrings`: when the young one is full the old one is forgotten, so what is in use stays and
 * what floods in goes, at O(1) and at most 2 × 1000 × 256 characters by default.
 */
export class StringInterner {
  readonly #maxStrings: number;
  #young = new Map<string, string>();
  #old = new Map<string, string>();
  readonly #last: (LastAttributes | undefined)[] = [];

  constructor(maxStrings = 1000) {
    this.#maxStrings = maxStrings;
  }

  /** The copy that is held already, or undefined. */
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
   * What stood where in the last list of so many attributes, in copies that are held here: spans of one instrumentation come with the same names in
   * the same order, and comparing is cheaper than looking up. To be written by who copies a list.
   */
  lastOf(attributes: number): LastAttributes {
    if (attributes > MAX_REMEMBERED_ATTRIBUTES) return { keys: [], values: [] };
    return (this.#last[attributes] ??= { keys: [], values: [] });
  }

  get size(): number {
    return this.#young.size + this.#old.size;
  }
}
