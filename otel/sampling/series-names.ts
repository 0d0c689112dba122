import { MAX_SERIES_LENGTH } from '../sql/statement-names.ts';

/** Pairs remembered before all are forgotten: far more than an app has routes, ~200 bytes each. */
const MAX_PAIRS = 2000;

/**
 * Joins two parts of a series' name, giving the same string for the same pair: a string that was built is flattened and hashed
 * again at every look-up, one that was kept is not.
 */
export class SeriesNames {
  readonly #separator: string;
  readonly #maxPairs: number;
  readonly #names = new Map<string, Map<string, string>>();
  #pairs = 0;

  constructor(separator: string, maxPairs = MAX_PAIRS) {
    this.#separator = separator;
    this.#maxPairs = maxPairs;
  }

  get size(): number {
    return this.#pairs;
  }

  of(first: string, second: string): string {
    return this.#names.get(first)?.get(second) ?? this.#join(first, second);
  }

  #join(first: string, second: string): string {
    const name = cutSeries(`${first}${this.#separator}${second}`);
    // The key of a huge part would weigh as much as the part.
    if (first.length + second.length > MAX_SERIES_LENGTH) return name;
    if (this.#pairs >= this.#maxPairs) {
      this.#names.clear();
      this.#pairs = 0;
    }
    let bySecond = this.#names.get(first);
    if (bySecond === undefined) this.#names.set(first, (bySecond = new Map()));
    bySecond.set(second, name);
    this.#pairs++;
    return name;
  }
}

export function cutSeries(name: string): string {
  return name.length > MAX_SERIES_LENGTH ? name.slice(0, MAX_SERIES_LENGTH) : name;
}
