import { describe, expect, it } from '@jest/globals';
import type { HeatMap } from '../../../../otel/query.ts';
import { compareQuantile, compareRates } from '../../../../src/observatory/facts/compared-durations.ts';
import { ratioInterval, type RatioTest } from '../../../../src/observatory/facts/ratio-interval.ts';
import { isLarge } from '../../../../src/observatory/facts/uncertain-differences.ts';
import { fisher, holm } from '../../../../src/observatory/facts/significance.ts';
import { randomOf } from '../../../otel/sampling/random.ts';

const BLOCKS = 24;
const BAND = Math.log(1.04);
/** Runs, and operations of each: those of a small blog. */
const RUNS = 100;
const OPERATIONS = 8;

/** Durations of a process whose machine has slower and faster minutes. */
class Visitors {
  readonly #random: () => number;
  #drift = 0;

  constructor(seed: number) {
    const random = randomOf(seed);
    this.#random = () => random() / 2 ** 32;
  }

  #gauss(): number {
    return Math.sqrt(-2 * Math.log(1 - this.#random())) * Math.cos(2 * Math.PI * this.#random());
  }

  poisson(mean: number): number {
    let count = -1;
    for (let product = 1; product > Math.exp(-mean); count++) product *= this.#random();
    return count;
  }

  /**
   * One side: so many operations per block, `factor` times as long, of which a share has a long tail, and another takes 30 times as long. In a `busy` block
   * what takes long takes longer still.
   */
  side(perBlock: number, factor = 1, { slow = 0, busy = 0 } = {}): HeatMap {
    const blocks = Array.from({ length: BLOCKS }, () => {
      this.#drift = 0.5 * this.#drift + 0.1 * this.#gauss();
      const longer = this.#random() < busy ? 1.5 : 0;
      return Array.from({ length: this.poisson(perBlock) }, () => {
        const isSlow = this.#random() < slow;
        const tail = isSlow ? Math.log(30) + longer : this.#random() < 0.03 ? 2 + longer : 0;
        return Math.floor((2 + Math.log(factor) + this.#drift + 0.7 * this.#gauss() + tail) / BAND);
      });
    });
    const all = blocks.flat();
    const first = Math.min(...all);
    const bands = Math.max(...all) - first + 1;
    return {
      bandEdgesMillis: Array.from({ length: bands + 1 }, (_, band) => Math.exp((first + band) * BAND)),
      columns: blocks.map((durations, block) => {
        const counts = Array<number>(bands).fill(0);
        for (const band of durations) counts[band - first]! += 1;
        return { startMillis: block * 1000, widthMillis: 1000, counts };
      }),
    };
  }
}

const chanceOf = (test: RatioTest | undefined): number | undefined => test?.chanceOf(1);

const compared = (before: HeatMap, after: HeatMap): readonly RatioTest[] =>
  [
    compareQuantile(before, after, 0.5, 20),
    compareQuantile(before, after, 0.25, 30),
    compareQuantile(before, after, 0.05, 60),
  ].filter((each) => each !== undefined);

describe('two stretches of time that do not differ', () => {
  const told = (more: number, seed: number): { readonly claimed: number; readonly perhaps: number } => {
    const visitors = new Visitors(seed);
    const runs = Array.from({ length: RUNS }, () => {
      let isPerhaps = false;
      const chances = Array.from({ length: OPERATIONS }, (_, operation) => {
        const perBlock = [2, 5, 12, 40][operation % 4]!;
        const [before, after] = [visitors.side(perBlock), visitors.side(perBlock * more)];
        const quantiles = compared(before, after);
        isPerhaps ||= quantiles.some((each) => isLarge(ratioInterval(each, 0.05)));
        const failed = fisher(
          visitors.poisson(perBlock / 4),
          perBlock * BLOCKS,
          visitors.poisson((perBlock * more) / 4),
          perBlock * more * BLOCKS,
        );
        const rate = chanceOf(compareRates(before, visitors.side(perBlock)))!;
        return [...quantiles.map((each) => each.chanceOf(1)), failed, rate];
      });
      return { isClaimed: holm(chances.flat(), 0.05).includes(true), isPerhaps };
    });
    return {
      claimed: runs.filter(({ isClaimed }) => isClaimed).length,
      perhaps: runs.filter(({ isPerhaps }) => isPerhaps).length,
    };
  };

  it('differ in at most 5 of 100 runs by our claim, and perhaps in as few', () => {
    const { claimed, perhaps } = told(1, 11);
    expect(Math.max(claimed, perhaps)).toBeLessThanOrEqual(5);
  });

  // A percentile of few operations is biased, so that twice the traffic would look like slower operations.
  it('do so with three times the traffic', () => {
    const { claimed, perhaps } = told(3, 12);
    expect(Math.max(claimed, perhaps)).toBeLessThanOrEqual(5);
  });
});

describe('a burst within one block of time', () => {
  /** One operation of about 2 ms a block, and so many of another duration in one block alone. */
  const steady = (burst: number): HeatMap => ({
    bandEdgesMillis: [0.25, 0.5, 1, 1.5, 2, 3, 4],
    columns: Array.from({ length: BLOCKS }, (_, block) => ({
      startMillis: block * 1000,
      widthMillis: 1000,
      counts: [0, block === 5 ? burst : 0, 0, Number(block % 3 === 0), Number(block % 3 !== 0), 0],
    })),
  });

  it('is one stretch of time, and no claim that all the rest is faster, or more frequent', () => {
    const found = compareQuantile(steady(0), steady(489), 0.5, 20);
    expect(chanceOf(found)).toBeGreaterThan(0.05);
    expect(chanceOf(compareRates(steady(0), steady(489)))).toBeGreaterThan(0.05);
  });
});

describe('two stretches of time that differ', () => {
  it.each([
    [2, 0.5],
    [3, 0.05],
    [0.5, 0.5],
  ])('by a factor of %d are told apart, with an interval around it', (factor, above) => {
    const visitors = new Visitors(13);
    const results = Array.from({ length: 20 }, () =>
      ratioInterval(compareQuantile(visitors.side(60), visitors.side(30, factor), above, 60)!, 0.05),
    );
    expect(results.filter(({ chance }) => chance < 0.001).length).toBeGreaterThanOrEqual(19);
    expect(results.filter(({ low, high }) => low <= factor && factor <= high).length).toBeGreaterThanOrEqual(
      17,
    );
  });

  // In the slowest twentieth are the busy blocks alone.
  it('in a third of their operations, on a machine with busy minutes, are told apart among eighty operations', () => {
    const visitors = new Visitors(16);
    const certain = (above: number, atLeast: number): number =>
      Array.from({ length: 20 }, () =>
        compareQuantile(
          visitors.side(18, 1, { busy: 0.15 }),
          visitors.side(18, 1, { slow: 1 / 3, busy: 0.15 }),
          above,
          atLeast,
        )!.chanceOf(1),
      ).filter((chance) => chance < 0.04 / 240).length;
    expect(certain(0.25, 30)).toBeGreaterThanOrEqual(19);
    expect(certain(0.05, 60)).toBeLessThanOrEqual(10);
  });

  it('in their rate are told apart, also from a side without any operation', () => {
    const visitors = new Visitors(14);
    expect(chanceOf(compareRates(visitors.side(10), visitors.side(20)))).toBeLessThan(1e-6);
    expect(chanceOf(compareRates({ bandEdgesMillis: [], columns: [] }, visitors.side(5)))).toBeLessThan(1e-5);
    expect(
      compareRates({ bandEdgesMillis: [], columns: [] }, { bandEdgesMillis: [], columns: [] }),
    ).toBeUndefined();
  });

  it('are not compared with too few operations', () => {
    const visitors = new Visitors(15);
    expect(compareQuantile(visitors.side(40), visitors.side(1), 0.05, 60)).toBeUndefined();
  });
});
