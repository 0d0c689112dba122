import type { EvictionReason } from '../query.ts';

/** What is still known of a trace that left the ring. */
export interface Tombstone {
  readonly atMillis: number;
  readonly reason: EvictionReason;
  readonly name: string;
  readonly startMillis: number;
}

/** The last `maxTombstones` evictions, written one after the other; about 100 bytes each. Noting one is cheap, looking one up is a search. */
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

  /** Of a trace that left more than once, the last time. */
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
