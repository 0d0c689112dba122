import { ratioInterval, meanInterval, type Interval } from './interval.ts';
import { median } from './median.ts';
import type { Load, PassCost, RequestCosts, Turn, WholeCost } from './request-cost.ts';
import type { VariantKey } from './variants.ts';

/** A server of every pass, or the difference of two: what is compared is always of one pass, and where there is but one, of one round. */
export class CostTable {
  readonly #costs: RequestCosts;

  constructor(costs: RequestCosts) {
    this.#costs = costs;
  }

  has(key: VariantKey): boolean {
    return this.#costs.every((pass) => pass.has(key));
  }

  /** Independent values by which one variant cost more than another in turns of one load. */
  differences(load: Load, what: keyof Turn, key: VariantKey, base: VariantKey): readonly number[] {
    const byPass = this.#costs.map((pass) => {
      const bases = pass.get(base)!.turns[load];
      return pass.get(key)!.turns[load].map((turn, round) => turn[what] - bases[round]![what]);
    });
    // Rounds of one server have its compiled code in common and are not independent of each other; the median of them is one value.
    return byPass.length > 1 ? byPass.map(median) : (byPass[0] ?? []);
  }

  values(load: Load, what: keyof Turn, key: VariantKey): readonly number[] {
    return this.#costs.map((pass) => median(pass.get(key)!.turns[load].map((turn) => turn[what])));
  }

  added(load: Load, what: keyof Turn, key: VariantKey): Interval {
    return meanInterval(this.differences(load, what, key, 'bare'));
  }

  /** What `key` adds to `base` over what `other` adds to bare. */
  ratio(
    load: Load,
    what: keyof Turn,
    [key, base]: readonly [VariantKey, VariantKey],
    other: VariantKey,
  ): Interval {
    return ratioInterval(
      this.differences(load, what, key, base),
      this.differences(load, what, other, 'bare'),
    );
  }

  /** Added over all of a load, pauses included, per pass; and telemetry's own account of it. */
  whole(load: Load, key: VariantKey): { readonly added: readonly number[]; readonly own: readonly number[] } {
    const of = (key: VariantKey): readonly WholeCost[] =>
      this.#costs.flatMap((pass) => pass.get(key)?.whole[load] ?? []);
    const bare = of('bare');
    return {
      added: of(key).map(({ cpuMicros }, pass) => cpuMicros - bare[pass]!.cpuMicros),
      own: of(key).map(({ ownMicros }) => ownMicros),
    };
  }

  each<T>(key: VariantKey, of: (cost: PassCost) => T): readonly T[] {
    return this.#costs.map((pass) => of(pass.get(key)!));
  }
}
