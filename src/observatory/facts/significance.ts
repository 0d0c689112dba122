// No library: those with Student's distribution are unkept, untyped or bring a hundred packages; these are three textbook functions with tables to test against.

/** Lanczos' coefficients for g = 7. */
const LANCZOS = [
  676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059, 12.507343278686905,
  -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
] as const;
const MAX_TERMS = 300;
const TINY = 1e-300;

/** ln Γ(x) for x > 0.5. */
function logGamma(x: number): number {
  const shifted = x - 1;
  const t = shifted + 7.5;
  const sum = LANCZOS.reduce(
    (all, factor, index) => all + factor / (shifted + index + 1),
    0.99999999999980993,
  );
  return 0.5 * Math.log(2 * Math.PI) + (shifted + 0.5) * Math.log(t) - t + Math.log(sum);
}

const logFactorial = (n: number): number => logGamma(n + 1);

/** The regularised incomplete beta function I_x(a, b), by its continued fraction (Lentz). */
function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  // The fraction converges fast below the mean only.
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a);
  const front =
    Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log(1 - x)) / a;
  let c = 1;
  let d = 1 / guarded(1 - ((a + b) * x) / (a + 1));
  let fraction = d;
  for (let m = 1; m <= MAX_TERMS; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / guarded(1 + even * d);
    c = guarded(1 + even / c);
    fraction *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / guarded(1 + odd * d);
    c = guarded(1 + odd / c);
    fraction *= d * c;
    if (Math.abs(d * c - 1) < 1e-12) break;
  }
  return front * fraction;
}

const guarded = (value: number): number => (Math.abs(value) < TINY ? TINY : value);

/** The probability that Student's t is at least as far from 0, in either direction. */
export function studentTail(t: number, degrees: number): number {
  return incompleteBeta(degrees / (degrees + t * t), degrees / 2, 0.5);
}

/** The t that is passed, in either direction, with a probability of `tail`. */
export function studentQuantile(tail: number, degrees: number): number {
  let [low, high] = [0, 1];
  while (studentTail(high, degrees) > tail) high *= 2;
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (studentTail(middle, degrees) > tail) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/**
 * Fisher's exact test: the probability that shares as different as `a` of `n` and `b` of `m` come from one share, in either direction (twice the
 * smaller tail).
 */
export function fisher(a: number, n: number, b: number, m: number): number {
  const hits = a + b;
  if (hits === 0 || hits === n + m || n === 0 || m === 0) return 1;
  const logChoose = (all: number, some: number): number =>
    logFactorial(all) - logFactorial(some) - logFactorial(all - some);
  const whole = logChoose(n + m, hits);
  const chance = (x: number): number => Math.exp(logChoose(n, x) + logChoose(m, hits - x) - whole);
  const isHigh = a * m >= b * n;
  const step = isHigh ? 1 : -1;
  let tail = 0;
  for (let x = a; x >= Math.max(0, hits - m) && x <= Math.min(n, hits); x += step) {
    const term = chance(x);
    tail += term;
    if (term < tail * 1e-12) break;
  }
  return Math.min(1, 2 * tail);
}

/**
 * Holm's method: the chance up to which, of many, each is marked, so that, were there no difference anywhere, one or more would be marked in a share
 * `level` of all cases at most. NaN is no evidence.
 */
export function holmChance(chances: readonly number[], level: number): number {
  const sorted = chances.map((chance) => (Number.isNaN(chance) ? 1 : chance)).sort((a, b) => a - b);
  const kept = sorted.findIndex((chance, rank) => chance > level / (sorted.length - rank));
  return kept < 0 ? level : level / (sorted.length - kept);
}

/** Which of many chances Holm's method marks, by index. */
export function holm(chances: readonly number[], level: number): readonly boolean[] {
  const most = holmChance(chances, level);
  return chances.map((chance) => chance <= most);
}
