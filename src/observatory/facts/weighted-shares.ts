import { fisher, studentQuantile } from './significance.ts';

/** Two-sided 95 %. */
const Z = studentQuantile(0.05, 1e6);

/** Sums over the traces of one side that have a value. */
export class Hits {
  traces = 0;
  /** Of the weights of the spans that have it, and of their squares. */
  sum = 0;
  squares = 0;

  add(weight: number): void {
    this.traces++;
    this.sum += weight;
    this.squares += weight * weight;
  }
}

/** Shares on two sides, each as certain as that of so many independent traces of equal weight. */
export interface Shares {
  readonly p1: number;
  readonly n1: number;
  readonly p2: number;
  readonly n2: number;
}

export interface RatioOfShares {
  /** How many times as frequent on the first side; undefined if it was not found on the second. */
  readonly ratio: number | undefined;
  /** Its 95 % interval. */
  readonly ratioFrom: number;
  readonly ratioTo: number | undefined;
}

/** The number of traces of equal weight that would be as certain (Kish): fewer the more the weights differ. */
export function effectiveNumber({ sum, squares }: Hits): number {
  return sum === 0 ? 0 : (sum * sum) / squares;
}

/**
 * The share of a value, and its effective number, by the weights of the traces that have it if they are greater. Where no trace has it, one with the
 * greatest weight may have been missed.
 */
export function shareOf(
  hits: Hits,
  all: Hits,
  heaviest: number,
): { readonly share: number; readonly of: number } {
  if (all.traces === 0) return { share: 0, of: 0 };
  const typical = Math.max(
    all.sum / effectiveNumber(all),
    hits.traces === 0 ? heaviest : hits.squares / hits.sum,
  );
  return { share: Math.min(1, hits.sum / all.sum), of: all.sum / typical };
}

/** By whole traces, rounded against a difference. */
export function chanceOf({ p1, n1, p2, n2 }: Shares): number {
  const [of1, of2] = [Math.floor(n1 + 1e-6), Math.floor(n2 + 1e-6)];
  const hits1 = Math.min(of1, Math.floor(p1 * n1 + 1e-6));
  const hits2 = Math.min(of2, Math.ceil(p2 * n2 - 1e-6));
  return hits1 * of2 <= hits2 * of1 ? 1 : fisher(hits1, of1, hits2, of2);
}

/**
 * The values whose numbers allow a claim at all: one of two traces cannot stand out, and does not make it harder for the others (Tarone 1990). What
 * is left depends on how often a value occurs on both sides together, not on how it is divided.
 */
export function testable<S extends Shares>(shares: readonly S[], level: number): readonly S[] {
  const ranked = shares
    .map((each) => ({ each, least: leastChance(each) }))
    .filter(({ least }) => least <= level)
    .toSorted((a, b) => a.least - b.least);
  for (let tests = 1; ; tests++) {
    const next = ranked[tests];
    if (next === undefined || next.least > level / (tests + 1))
      return ranked.slice(0, tests).map(({ each }) => each);
  }
}

/** If all that have the value were on the first side. */
function leastChance({ p1, n1, p2, n2 }: Shares): number {
  const [of1, of2] = [Math.floor(n1 + 1e-6), Math.floor(n2 + 1e-6)];
  const hits = Math.round(p1 * n1 + p2 * n2);
  const first = Math.min(hits, of1);
  return fisher(first, of1, Math.min(of2, hits - first), of2);
}

/** Likelihood ratio of two shares against one, with the same numbers for every value: how much the value tells the sides apart. */
export function explains({ p1, p2 }: Shares, n1: number, n2: number): number {
  const p = (p1 * n1 + p2 * n2) / (n1 + n2);
  const part = (share: number, of: number): number => of * (ratioLog(share, p) + ratioLog(1 - share, 1 - p));
  return 2 * (part(p1, n1) + part(p2, n2));
}

function ratioLog(share: number, of: number): number {
  return share <= 0 ? 0 : share * Math.log(share / of);
}

/** The ratio of two shares with its interval (Katz, with halves added where nothing was found). */
export function ratioOf({ p1, n1, p2, n2 }: Shares): RatioOfShares {
  const isFound = p2 > 0;
  const half = isFound ? 0 : 0.5;
  const [hits1, of1, hits2, of2] = [p1 * n1 + half, n1 + half, p2 * n2 + half, n2 + half];
  const ratio = hits1 / of1 / (hits2 / of2);
  const spread = Z * Math.sqrt(Math.max(0, 1 / hits1 - 1 / of1 + 1 / hits2 - 1 / of2));
  return {
    ratio: isFound ? ratio : undefined,
    ratioFrom: ratio * Math.exp(-spread),
    ratioTo: isFound ? ratio * Math.exp(spread) : undefined,
  };
}
