/**
 * Consistent probability sampling: an item is kept iff R, its randomness, >= T, a rejection threshold.
 * Source: OpenTelemetry specification, "TraceState: Probability Sampling".
 *
 * The 56 bits of either do not fit a double, and BigInt is slow on the hot path: a value is two halves of 28.
 */
export interface Bits56 {
  readonly high: number;
  readonly low: number;
}

/** T of probability 1: nothing is rejected. */
export const KEEP_ALL: Bits56 = { high: 0, low: 0 };
/** T of probability 0, above any R, so everything is rejected. It has no encoding: a rate of 0 is off. */
export const REJECT_ALL: Bits56 = { high: 2 ** 28, low: 0 };

const TWO_56 = 2 ** 56;
const LOW_28 = (1n << 28n) - 1n;

/**
 * T = (1 - p) * 2^56. Monotone: kept(p1) is within kept(p2) for p1 <= p2. A p below 2^-56 is raised to it.
 * @throws RangeError when p is not within 0 and 1.
 */
export function thresholdOf(probability: number): Bits56 {
  if (!(probability >= 0 && probability <= 1)) {
    throw new RangeError(`Expected a probability from 0 to 1, got ${probability}`);
  }
  if (probability === 0) return REJECT_ALL;
  if (probability === 1) return KEEP_ALL;
  const accepted = BigInt(Math.max(1, Math.round(probability * TWO_56)));
  const rejected = (1n << 56n) - accepted;
  return { high: Number(rejected >> 28n), low: Number(rejected & LOW_28) };
}

/** Share of traces that a threshold keeps, 0–1. */
export function probabilityOf(threshold: Bits56): number {
  return 1 - (threshold.high * 2 ** 28 + threshold.low) / TWO_56;
}

/** R >= T. */
export function isAtLeast(randomness: Bits56, threshold: Bits56): boolean {
  return (
    randomness.high > threshold.high ||
    (randomness.high === threshold.high && randomness.low >= threshold.low)
  );
}

/** Comparator of two values. */
export function compareBits56(a: Bits56, b: Bits56): number {
  return a.high - b.high || a.low - b.low;
}

/** R of a trace without `rv`: the last 14 hex digits of its id. */
export function randomnessOfTraceId(traceId: string): Bits56 {
  return { high: hex7(traceId, traceId.length - 14), low: hex7(traceId, traceId.length - 7) };
}

/** `th:` text: up to 14 hex digits without trailing zeros, `0` for keep-all; undefined for reject-all. */
export function encodeThreshold(threshold: Bits56): string | undefined {
  if (threshold.high >= 2 ** 28) return undefined;
  return encode14(threshold).replace(/0+$/, '') || '0';
}

/** Parses a `th` value, 1–14 hex digits padded on the right; undefined if malformed. */
export function decodeThreshold(text: string): Bits56 | undefined {
  return /^[0-9a-f]{1,14}$/.test(text) ? decode14(text.padEnd(14, '0')) : undefined;
}

/** Parses an `rv` value, exactly 14 hex digits; undefined if malformed. */
export function decodeRandomness(text: string): Bits56 | undefined {
  return /^[0-9a-f]{14}$/.test(text) ? decode14(text) : undefined;
}

function decode14(text: string): Bits56 {
  return { high: hex7(text, 0), low: hex7(text, 7) };
}

function encode14({ high, low }: Bits56): string {
  return high.toString(16).padStart(7, '0') + low.toString(16).padStart(7, '0');
}

/** Seven hex digits from `at` on; others count by their low bits, as garbage is still randomness. */
function hex7(text: string, at: number): number {
  let value = 0;
  for (let i = at; i < at + 7; i++) {
    const code = text.charCodeAt(i);
    value = (value << 4) | ((code <= 57 ? code : code - 87) & 15);
  }
  return value;
}
