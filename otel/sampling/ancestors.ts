import type { EndedSpan } from '../spans/operation.ts';
import type { Outcome } from './policy.ts';

/** Records ids of parents that have not ended yet, for example a Set of strings. */
interface OwedIds {
  readonly size: number;
  add(spanId: string): unknown;
  delete(spanId: string): boolean;
}

/** Up to this many spans a linear scan is faster than an index. */
const MAX_SEARCHED_SPANS = 12;

/**
 * Keeps the ancestors of kept spans, so that no kept span lacks a parent that ended here (G15). Adds the ids
 * of parents that have not ended to `owed`, so that they are kept when they end.
 */
export function keepAncestors(spans: readonly EndedSpan[], outcomes: Outcome[], owed: OwedIds): void {
  const index = spans.length > MAX_SEARCHED_SPANS ? indexById(spans) : undefined;
  for (let i = 0; i < spans.length; i++) {
    const span = spans[i]!;
    if (owed.size > 0 && owed.delete(span.spanId)) keepAt(i, outcomes);
    if (outcomes[i]!.reason !== undefined) climb(span.parentSpanId, spans, outcomes, owed, index);
  }
}

/** The threshold of a span kept only as an ancestor is unknown. */
function keepAt(at: number, outcomes: Outcome[]): void {
  const { reason, policy } = outcomes[at]!;
  if (reason === undefined) outcomes[at] = { reason: 'ancestor', threshold: undefined, policy };
}

function indexById(spans: readonly EndedSpan[]): Map<string, number> {
  const index = new Map<string, number>();
  for (let i = 0; i < spans.length; i++) index.set(spans[i]!.spanId, i);
  return index;
}

/** Keeps the parents from `id` up to the first that is kept already; those that have not ended are owed. */
function climb(
  id: string | undefined,
  spans: readonly EndedSpan[],
  outcomes: Outcome[],
  owed: OwedIds,
  index: ReadonlyMap<string, number> | undefined,
): void {
  while (id !== undefined) {
    const at = index === undefined ? search(spans, id) : index.get(id);
    if (at === undefined) {
      owed.add(id);
      return;
    }
    if (outcomes[at]!.reason !== undefined) return;
    keepAt(at, outcomes);
    id = spans[at]!.parentSpanId;
  }
}

/** Scans backwards: the local root usually ends last and has most of the children. */
function search(spans: readonly EndedSpan[], id: string): number | undefined {
  for (let i = spans.length - 1; i >= 0; i--) if (spans[i]!.spanId === id) return i;
  return undefined;
}

/** How many ids all traces together may hold; ~100 bytes each. */
export interface OwedBudget {
  readonly maxPerTrace: number;
  readonly max: number;
  held: number;
  /** Ids dropped at a bound: a kept span may lack its parent. */
  forgotten: number;
}

/**
 * Ids of running spans that must be kept when they end, because a child was kept. Bounded per trace and over
 * all traces; the oldest id of the trace is dropped first.
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

  /** Removes the id; returns true if it was owed. */
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
