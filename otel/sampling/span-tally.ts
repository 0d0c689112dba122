import type { OperationType, RuleCounts, SamplingRule, SpanCounts } from '../query.ts';

/** Rules that may let an operation go. */
type DroppingRule = 'error' | 'slow' | OperationType;
type ByRule = { -readonly [Rule in DroppingRule]: number };

/**
 * Counts every span once at its start and once at its verdict, under the rule it fell by: started = live + kept + dropped (G23), and each
 * rule's seen = kept + dropped. Operations that never became spans are seen and dropped, and nothing else.
 */
export class SpanTally {
  #started = 0;
  #live = 0;
  readonly #kept: ByRule & { ancestor: number; late: number } = { ...noneByRule(), ancestor: 0, late: 0 };
  readonly #dropped: ByRule = noneByRule();
  readonly #letGo: ByRule = noneByRule();
  #lost = 0;

  start(): void {
    this.#started++;
    this.#live++;
  }

  keep(rule: SamplingRule): void {
    this.#live--;
    this.#kept[rule]++;
  }

  /** By the rate of its type. */
  drop(type: OperationType): void {
    this.#live--;
    this.#dropped[type]++;
  }

  /** By a storm. */
  cut(rule: 'error' | 'slow'): void {
    this.#live--;
    this.#dropped[rule]++;
  }

  /** A span that could not even be placed in its trace: no rule saw it. */
  lose(): void {
    this.#live--;
    this.#lost++;
  }

  /** An operation that was let go before it was a span. */
  letGo(rule: DroppingRule): void {
    this.#letGo[rule]++;
  }

  counts(): SpanCounts {
    const { error, slow, ancestor, late, ...byRate } = this.#kept;
    const { error: errors, slow: slows, ...droppedByRate } = this.#dropped;
    return {
      started: this.#started,
      live: this.#live,
      kept: { error, slow, probability: sum(byRate), ancestor, late },
      dropped: { probability: sum(droppedByRate), storm: errors + slows, overflow: this.#lost },
    };
  }

  rules(): Readonly<Record<SamplingRule, RuleCounts>> {
    const counts = (rule: DroppingRule): RuleCounts =>
      ruleCounts(this.#kept[rule], this.#dropped[rule] + this.#letGo[rule]);
    return {
      error: counts('error'),
      slow: counts('slow'),
      http: counts('http'),
      database: counts('database'),
      render: counts('render'),
      other: counts('other'),
      ancestor: ruleCounts(this.#kept.ancestor, 0),
      late: ruleCounts(this.#kept.late, 0),
    };
  }
}

function ruleCounts(kept: number, dropped: number): RuleCounts {
  return { seen: kept + dropped, kept, dropped };
}

function noneByRule(): ByRule {
  return { error: 0, slow: 0, http: 0, database: 0, render: 0, other: 0 };
}

function sum(counts: Readonly<Record<OperationType, number>>): number {
  return counts.http + counts.database + counts.render + counts.other;
}
