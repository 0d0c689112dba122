import type { OperationType, RuleCounts, SamplingRule, OperationCounts } from '../query.ts';

/** Rules that may drop an operation. */
type DroppingRule = 'error' | 'slow' | OperationType;

class Rule {
  kept = 0;
  dropped = 0;

  counts(): RuleCounts {
    return { seen: this.kept + this.dropped, kept: this.kept, dropped: this.dropped };
  }
}

/**
 * The one book of operations, with a span or without: each counts once when it starts, and once at its verdict under the rule it fell by.
 * started = live + kept + dropped (G23), and the rules together have seen what was kept and dropped, but for what `lose` counts.
 */
export class OperationTally {
  #started = 0;
  #live = 0;
  #lost = 0;
  readonly #error = new Rule();
  readonly #slow = new Rule();
  readonly #http = new Rule();
  readonly #database = new Rule();
  readonly #render = new Rule();
  readonly #other = new Rule();
  readonly #ancestor = new Rule();
  readonly #late = new Rule();

  start(): void {
    this.#started++;
    this.#live++;
  }

  keep(rule: SamplingRule): void {
    this.#live--;
    this.#of(rule).kept++;
  }

  /** By the rate of its type, or by a storm. */
  drop(rule: DroppingRule): void {
    this.#live--;
    this.#of(rule).dropped++;
  }

  /** One that was over and dropped before anybody made a span of it. */
  dropAtOnce(rule: DroppingRule): void {
    this.#started++;
    this.#of(rule).dropped++;
  }

  /** A span that could not even be placed in its trace: no rule saw it. */
  lose(): void {
    this.#live--;
    this.#lost++;
  }

  counts(): OperationCounts {
    const byRate = [this.#http, this.#database, this.#render, this.#other];
    return {
      started: this.#started,
      live: this.#live,
      kept: {
        error: this.#error.kept,
        slow: this.#slow.kept,
        probability: byRate.reduce((sum, { kept }) => sum + kept, 0),
        ancestor: this.#ancestor.kept,
        late: this.#late.kept,
      },
      dropped: {
        probability: byRate.reduce((sum, { dropped }) => sum + dropped, 0),
        storm: this.#error.dropped + this.#slow.dropped,
        overflow: this.#lost,
      },
    };
  }

  rules(): Readonly<Record<SamplingRule, RuleCounts>> {
    return {
      error: this.#error.counts(),
      slow: this.#slow.counts(),
      http: this.#http.counts(),
      database: this.#database.counts(),
      render: this.#render.counts(),
      other: this.#other.counts(),
      ancestor: this.#ancestor.counts(),
      late: this.#late.counts(),
    };
  }

  /** A property whose name varies would be looked up anew for every span. */
  #of(rule: SamplingRule): Rule {
    switch (rule) {
      case 'http':
        return this.#http;
      case 'database':
        return this.#database;
      case 'render':
        return this.#render;
      case 'other':
        return this.#other;
      case 'error':
        return this.#error;
      case 'slow':
        return this.#slow;
      case 'ancestor':
        return this.#ancestor;
      case 'late':
        return this.#late;
    }
  }
}
