import type { EvictionReason } from '../query.ts';

/** What is remembered of an evicted trace. */
export interface Tombstone {
  readonly atMillis: number;
  readonly reason: EvictionReason;
  readonly name: string;
  readonly startMillis: number;
}

/** A trace on its way out. */
export interface BuriedTrace {
  readonly traceId: string;
  readonly name: string;
  readonly startMillis: number;
  /** An exemplar names it, so somebody may ask for it much later. */
  readonly isReferenced: boolean;
}

/** About 200 bytes each. */
const MAX_REFERENCED = 10_000;

/**
 * The last `maxTombstones` evictions in a ring, about 100 bytes each: adding is cheap, a look-up is a linear scan. Traces that exemplars name are
 * remembered apart, so that others do not displace them.
 */
export class Tombstones {
  readonly #referenced = new Map<string, Tombstone>();
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
    return this.#traceIds.length + this.#referenced.size;
  }

  /** The last eviction of a trace. */
  get(traceId: string): Tombstone | undefined {
    const referenced = this.#referenced.get(traceId);
    if (referenced !== undefined) return referenced;
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

  add(
    { traceId, name, startMillis, isReferenced }: BuriedTrace,
    atMillis: number,
    reason: EvictionReason,
  ): void {
    if (this.#maxTombstones === 0) return;
    if (isReferenced || this.#referenced.has(traceId))
      return this.#addReferenced(traceId, { atMillis, reason, name, startMillis });
    const at = this.#next;
    this.#traceIds[at] = traceId;
    this.#names[at] = name;
    this.#reasons[at] = reason;
    this.#atMillis[at] = atMillis;
    this.#startMillis[at] = startMillis;
    this.#next = at + 1 === this.#maxTombstones ? 0 : at + 1;
  }
  #addReferenced(traceId: string, tombstone: Tombstone): void {
    this.#referenced.delete(traceId);
    if (this.#referenced.size >= MAX_REFERENCED)
      this.#referenced.delete(this.#referenced.keys().next().value!);
    this.#referenced.set(traceId, tombstone);
  }
}
