import { RedBucket } from './red-bucket.ts';
import { TIERS } from './tiers.ts';

/**
 * Current counts of one series. Operations are added to `delta`, so that recording costs one sketch update; once a second, and before every read,
 * CountsOverTime moves it into the open bucket of the finest tier, and each open bucket into the next coarser one when it ends.
 */
export class TieredSeries {
  /** Its number in slots. */
  readonly number: number;
  /** Its key on disk. */
  readonly key: string;
  /** Counts of this process since start, without `delta`. */
  readonly total = new RedBucket();
  readonly delta = new RedBucket();
  /** Per tier, without what finer tiers hold; created on first use. */
  readonly #open: (RedBucket | undefined)[] = TIERS.map(() => undefined);

  /** The type's totals, which receive everything too. */
  readonly totals: TieredSeries | undefined;

  constructor(number: number, key: string, totals?: TieredSeries) {
    this.number = number;
    this.key = key;
    this.totals = totals;
  }

  open(tier: number): RedBucket {
    return (this.#open[tier] ??= new RedBucket());
  }

  /** Adds the open bucket of a tier: its own counts and those of all finer tiers within it. */
  mergeOpen(tier: number, target: RedBucket): void {
    for (let each = 0; each <= tier; each++) {
      const bucket = this.#open[each];
      if (bucket !== undefined && !bucket.isEmpty) target.merge(bucket);
    }
  }
}
