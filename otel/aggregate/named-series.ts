import type { SeriesSummary, StatementText } from '../query.ts';
import type { EndedOperation } from './ended-operation.ts';
import type { RedBucket } from './red-bucket.ts';
import type { TieredSeries } from './tiers.ts';

/** Distinct callers that a statement remembers; later ones are not counted. */
const MAX_CALLERS = 32;
/** Callers that a row shows. */
const SHOWN_CALLERS = 8;
/** Distinct texts under one summary; later ones count in the series alone. */
const MAX_TEXTS = 32;

/** How many texts all series together may still remember. */
export interface TextBudget {
  left: number;
}

interface TextCount {
  count: number;
  nanos: number;
  maxNanos: number;
}

/** A series with what only database series have: the statements' texts and who issues them. */
export class NamedSeries {
  readonly tiers: TieredSeries;
  readonly #budget: TextBudget;
  #texts: Map<string, TextCount> | undefined;
  /** Mostly the text before is the text again. */
  #lastText: string | undefined;
  #lastCount: TextCount | undefined;
  #callers: Map<string, number> | undefined;

  constructor(tiers: TieredSeries, budget: TextBudget) {
    this.tiers = tiers;
    this.#budget = budget;
  }

  record(operation: EndedOperation): void {
    this.tiers.record(operation);
    if (operation.text !== undefined) this.#recordText(operation.text, operation.durationNanos);
    if (operation.caller !== undefined) this.#recordCaller(operation.caller);
  }

  facts(bucket: RedBucket): Pick<SeriesSummary, 'text' | 'texts' | 'rows' | 'callers'> {
    const texts = this.#textsByTime();
    return {
      ...(texts[0] === undefined ? {} : { text: texts[0].text, texts, rows: bucket.rows }),
      ...(this.#callers === undefined ? {} : { callers: this.#mostFrequentCallers(this.#callers) }),
    };
  }

  #recordText(text: string, nanos: number): void {
    const known = text === this.#lastText ? this.#lastCount : this.#countOf(text);
    if (known === undefined) return;
    known.count++;
    known.nanos += nanos;
    if (nanos > known.maxNanos) known.maxNanos = nanos;
  }

  /** Undefined when there is no room for one more text. */
  #countOf(text: string): TextCount | undefined {
    this.#texts ??= new Map();
    let count = this.#texts.get(text);
    if (count === undefined) {
      if (this.#texts.size >= MAX_TEXTS || this.#budget.left <= 0) return undefined;
      this.#budget.left--;
      count = { count: 0, nanos: 0, maxNanos: 0 };
      this.#texts.set(text, count);
    }
    this.#lastText = text;
    this.#lastCount = count;
    return count;
  }

  #textsByTime(): readonly StatementText[] {
    return [...(this.#texts ?? [])]
      .sort((a, b) => b[1].nanos - a[1].nanos)
      .map(([text, { count, nanos, maxNanos }]) => ({
        text,
        count,
        totalMillis: nanos / 1e6,
        maxMillis: maxNanos / 1e6,
      }));
  }

  #recordCaller(caller: string): void {
    this.#callers ??= new Map();
    const calls = this.#callers.get(caller);
    if (calls !== undefined) this.#callers.set(caller, calls + 1);
    else if (this.#callers.size < MAX_CALLERS) this.#callers.set(caller, 1);
  }

  #mostFrequentCallers(callers: Map<string, number>): readonly string[] {
    return [...callers]
      .sort((a, b) => b[1] - a[1])
      .slice(0, SHOWN_CALLERS)
      .map(([caller]) => caller);
  }
}
