/** How many ids all traces together may owe; ~100 bytes each. */
export interface OwedBudget {
  readonly maxPerTrace: number;
  readonly max: number;
  held: number;
  /** Given up because of a bound: a kept span may have lost its parent. */
  forgotten: number;
}

/**
 * The ids of spans that have not ended and must be kept when they do, because a child of theirs was. Bounded per trace and over
 * all traces; the oldest of the trace gives way.
 */
export class OwedAncestors {
  readonly #budget: OwedBudget;
  #ids: Set<string> | undefined;

  constructor(budget: OwedBudget) {
    this.#budget = budget;
  }

  get size(): number {
    return this.#ids === undefined ? 0 : this.#ids.size;
  }

  add(spanId: string): void {
    const budget = this.#budget;
    const ids = (this.#ids ??= new Set());
    if (ids.has(spanId)) return;
    if (ids.size >= budget.maxPerTrace || budget.held >= budget.max) {
      budget.forgotten++;
      const oldest = ids.values().next();
      if (oldest.done === true) return;
      this.delete(oldest.value);
    }
    ids.add(spanId);
    budget.held++;
  }

  /** Whether it was owed; it no longer is. */
  delete(spanId: string): boolean {
    if (this.#ids === undefined || !this.#ids.delete(spanId)) return false;
    this.#budget.held--;
    return true;
  }

  clear(): void {
    this.#budget.held -= this.size;
    this.#ids = undefined;
  }
}
