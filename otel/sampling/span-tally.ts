import type { DropReason, KeepReason, SpanCounts } from '../query.ts';

/** Counts every span once at its start and once at its verdict: started = live + kept + dropped (G23). */
export class SpanTally {
  #started = 0;
  #live = 0;
  readonly #kept: Record<KeepReason, number> = { error: 0, slow: 0, probability: 0, ancestor: 0, late: 0 };
  readonly #dropped: Record<DropReason, number> = { probability: 0, storm: 0, overflow: 0 };

  start(): void {
    this.#started++;
    this.#live++;
  }

  keep(reason: KeepReason): void {
    this.#live--;
    this.#kept[reason]++;
  }

  drop(reason: DropReason): void {
    this.#live--;
    this.#dropped[reason]++;
  }

  counts(): SpanCounts {
    return {
      started: this.#started,
      live: this.#live,
      kept: { ...this.#kept },
      dropped: { ...this.#dropped },
    };
  }
}
