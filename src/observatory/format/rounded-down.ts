/** Of a duration, as shown. */
const DIGITS = 3;
/** Of floating point. */
const ROUNDING = 1e-9;

/** Milliseconds with the digits that a duration is shown with, but rounded down: shown parts never add up to more than the whole. */
export function roundedDown(millis: number): number {
  const unit = Math.max(1, 10 ** (Math.floor(Math.log10(Math.max(1, millis))) - DIGITS + 1));
  return Math.floor(millis / unit + ROUNDING) * unit;
}

/** The whole that such parts are of, as shown: what has all of it is shown as long. */
export function shownWhole(millis: number): number {
  return Number(millis.toPrecision(DIGITS));
}
