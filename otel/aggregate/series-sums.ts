import { RedBucket } from './red-bucket.ts';

/** One bucket per series, created on first use. */
export class SeriesSums {
  readonly #buckets = new Map<number, RedBucket>();

  of(series: number): RedBucket {
    let bucket = this.#buckets.get(series);
    if (bucket === undefined) this.#buckets.set(series, (bucket = new RedBucket()));
    return bucket;
  }

  /** By series number, ascending. */
  sorted(): readonly (readonly [series: number, bucket: RedBucket])[] {
    return [...this.#buckets].sort(([a], [b]) => a - b);
  }
}
