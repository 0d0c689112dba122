import type { EvictionReason } from '../query.ts';

/** What is remembered of an evicted trace. */
export interface Tombstone {
  readonly atMillis: number;
  readonly reason: EvictionReason;
  readonly name: string;
  readonly startMillis: number;
}

/** The last `maxTombstones` evictions in a ring, about 100 bytes each. Adding is cheap; a look-up is a linear scan. */
export class Tombstones {
  readonly #maxTombstones: number;
  readonly #traceIds: string[] = [];
  readonly #names: string[] = [];
  readonly #reasons: EvictionReason[] = [];
  readonly #atMillis: number[] = [];
  readonly #startMillis: number[] = [];
  #next = 0;

  constructor(maxTombstones: number) {
    this.#maxTombstones = maxTombstones;
  }

  get size(): number {
    return this.#traceIds.length;
  }

  /** The last eviction of a trace. */
  get(traceId: string): Tombstone | undefined {
    const { length } = this.#traceIds;
    for (let back = 1; back <= length; back++) {
      const at = (this.#next - back + length) % length;
      if (this.#traceIds[at] !== traceId) continue;
      return {
        atMillis: this.#atMillis[at]!,
        reason: this.#reasons[at]!,
        name: this.#names[at]!,
        startMillis: this.#startMillis[at]!,
      };
    }
    return undefined;
  }

  add(traceId: string, atMillis: number, reason: EvictionReason, name: string, startMillis: number): void {
    if (this.#maxTombstones === 0) return;
    const at = this.#next;
    this.#traceIds[at] = traceId;
    this.#names[at] = name;
    this.#reasons[at] = reason;
    this.#atMillis[at] = atMillis;
    this.#startMillis[at] = startMillis;
    this.#next = at + 1 === this.#maxTombstones ? 0 : at + 1;
  }
}
