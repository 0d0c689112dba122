const FNV_PRIME = 0x01000193;
const MIX = 0x85ebca6b;

/**
 * 64 bits of a trace id, in two lanes of 32: a multiplication waits for the one before. With a secret seed, because clients choose trace ids and
 * could else choose them so that all fall on one place. Answers in fields, so that nothing is made.
 */
export class TraceIdHash {
  readonly #seed: number;
  even = 0;
  odd = 0;

  constructor(seed = Math.floor(Math.random() * 2 ** 32)) {
    this.#seed = seed;
  }

  /** With the same seed, and fields of its own. */
  sibling(): TraceIdHash {
    return new TraceIdHash(this.#seed);
  }

  compute(traceId: string): void {
    let even = this.#seed | 0;
    let odd = ~even;
    const last = traceId.length - 1;
    for (let i = 0; i < last; i += 2) {
      even = Math.imul(even ^ traceId.charCodeAt(i), FNV_PRIME);
      odd = Math.imul(odd ^ traceId.charCodeAt(i + 1), FNV_PRIME);
    }
    this.even = even;
    this.odd = odd;
  }

  /** Of both lanes, well mixed in its upper bits. */
  get mixed(): number {
    return Math.imul(this.even ^ (this.odd >>> 15) ^ (this.odd << 7), MIX);
  }
}
