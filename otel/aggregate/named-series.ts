import type { EndedOperation } from './ended-operation.ts';
import type { RedBucket } from './red-bucket.ts';
import type { TieredSeries } from './tiers.ts';

/** Distinct callers that a statement remembers; later ones are not counted. */
const MAX_CALLERS = 32;
/** Callers that a row shows. */
const SHOWN_CALLERS = 8;

/** A series with what only database series have: the statement's text and who issues it. */
export class NamedSeries {
  readonly tiers: TieredSeries;
  #text: string | undefined;
  #callers: Map<string, number> | undefined;

  constructor(tiers: TieredSeries) {
    this.tiers = tiers;
  }

  record(operation: EndedOperation): void {
    this.tiers.record(operation);
    if (operation.text !== undefined) this.#text ??= operation.text;
    if (operation.caller !== undefined) this.#recordCaller(operation.caller);
  }

  facts(bucket: RedBucket): { text?: string; rows?: number; callers?: readonly string[] } {
    return {
      ...(this.#text === undefined ? {} : { text: this.#text, rows: bucket.rows }),
      ...(this.#callers === undefined ? {} : { callers: this.#mostFrequentCallers(this.#callers) }),
    };
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
