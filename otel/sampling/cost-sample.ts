/** One in this many is timed; never the first ones, which run cold. A power of two. */
const SAMPLE_EVERY = 64;

/** What ending a span costs here, from a sample: two clock readings for each would be a tenth of it. */
export class CostSample {
  #seen = 0;
  #sampled = 0;
  #sampledNanos = 0;

  /** Counts one; answers when it began, for `end`, or 0 when it is not among the sample. */
  begin(): number {
    return (++this.#seen & (SAMPLE_EVERY - 1)) === 0 ? performance.now() : 0;
  }

  end(sinceMillis: number): void {
    this.#sampledNanos += (performance.now() - sinceMillis) * 1e6;
    this.#sampled++;
  }

  /** Mean time of one, and how many there were. */
  facts(): { readonly nanosPerSpan: number; readonly spans: number } {
    return { nanosPerSpan: this.#sampled && this.#sampledNanos / this.#sampled, spans: this.#seen };
  }
}
