import type { TraceRecord } from './trace-record.ts';

/** Ids of traces that are not on disk as they are now: what had to be kept comes before the ordinary, each oldest first. */
export class UnsavedTraces {
  readonly #mustKeep = new Set<string>();
  readonly #ordinary = new Set<string>();

  get mustKeepSize(): number {
    return this.#mustKeep.size;
  }

  add({ traceId, keepReason }: Pick<TraceRecord, 'traceId' | 'keepReason'>): void {
    if (keepReason === 'probability' || keepReason === 'ancestor') {
      if (!this.#mustKeep.has(traceId)) this.#ordinary.add(traceId);
    } else {
      this.#ordinary.delete(traceId);
      this.#mustKeep.add(traceId);
    }
  }

  /** Whether it was there. */
  delete(traceId: string): boolean {
    return this.#mustKeep.delete(traceId) || this.#ordinary.delete(traceId);
  }

  *ids(): Iterable<string> {
    yield* this.#mustKeep;
    yield* this.#ordinary;
  }
}
