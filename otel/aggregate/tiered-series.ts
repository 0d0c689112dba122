import { RedBucket } from './red-bucket.ts';
import { TIERS } from './tiers.ts';

/**
 * What one series counts now. Operations land in `delta`, so that recording costs one sketch update; once a second, and whenever somebody asks,
 * CountsOverTime moves it on into the open bucket of the finest tier, and each open bucket into the next coarser one when its time is over.
 */
export class TieredSeries {
  /** By which slots know it. */
  readonly number: number;
  /** What it is called where it is kept on disk. */
  readonly key: string;
  /** Of this process since its start, but for `delta`. */
  readonly total = new RedBucket();
  readonly delta = new RedBucket();
  /** Of each tier, without what its finer ones hold; made when they are first needed. */
  readonly #open: (RedBucket | undefined)[] = TIERS.map(() => undefined);

  /** Gets everything this one gets: a type's totals. */
  readonly totals: TieredSeries | undefined;

  constructor(number: number, key: string, totals?: TieredSeries) {
    this.number = number;
    this.key = key;
    this.totals = totals;
  }

  open(tier: number): RedBucket {
    return (this.#open[tier] ??= new RedBucket());
  }

  /** Adds what was counted in the open bucket of a tier: its own, and those of all finer tiers that lie in it. */
  mergeOpen(tier: number, target: RedBucket): void {
    for (let each = 0; each <= tier; each++) {
      const bucket = this.#open[each];
      if (bucket !== undefined && !bucket.isEmpty) target.merge(bucket);
    }
  }
}
