import type { EvictionReason } from '../query.ts';

/** What is still known of a trace that left the ring. */
export interface Tombstone {
  readonly atMillis: number;
  readonly reason: EvictionReason;
  readonly name: string;
  readonly startMillis: number;
}

/** The last `maxTombstones` evictions by trace id; about 150 bytes each. */
export class Tombstones {
  readonly #maxTombstones: number;
  readonly #byTraceId = new Map<string, Tombstone>();
  /** Lives across calls: a new iterator would walk the holes of deleted entries every time. */
  #oldest = this.#byTraceId.keys();

  constructor(maxTombstones: number) {
    this.#maxTombstones = maxTombstones;
  }

  get size(): number {
    return this.#byTraceId.size;
  }

  get(traceId: string): Tombstone | undefined {
    return this.#byTraceId.get(traceId);
  }

  delete(traceId: string): void {
    this.#byTraceId.delete(traceId);
  }

  set(traceId: string, tombstone: Tombstone): void {
    this.#byTraceId.delete(traceId);
    this.#byTraceId.set(traceId, tombstone);
    while (this.#byTraceId.size > this.#maxTombstones) {
      const next = this.#oldest.next();
      if (next.done === true) this.#oldest = this.#byTraceId.keys();
      else this.#byTraceId.delete(next.value);
    }
  }
}
