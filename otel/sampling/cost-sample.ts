/** One in this many is timed; never the first ones, which run cold. */
const SAMPLE_EVERY = 64;

/** What ending a span costs here, from a sample: two clock readings for each would be a tenth of it. */
export class CostSample {
  #seen = 0;
  #sampled = 0;
  #sampledNanos = 0;

  /** Counts one and does its work. */
  run<T>(work: (subject: T) => void, subject: T): void {
    if (++this.#seen % SAMPLE_EVERY !== 0) return work(subject);
    const before = performance.now();
    work(subject);
    this.#sampledNanos += (performance.now() - before) * 1e6;
    this.#sampled++;
  }

  /** Mean time of one, and how many there were. */
  facts(): { readonly nanosPerSpan: number; readonly spans: number } {
    return { nanosPerSpan: this.#sampled && this.#sampledNanos / this.#sampled, spans: this.#seen };
  }
}
