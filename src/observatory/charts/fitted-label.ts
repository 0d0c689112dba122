/** The minimum width of a strip of frames, in pixels; a wider one only gives labels more room. */
const NARROWEST = 620;
const PADDING = 12;
/** Average width of an 11 px letter, proportional and monospaced. */
const SANS_LETTER = 6.1;
const MONO_LETTER = 6.7;
const MIN_LETTERS = 3;

/** The part of name and number that fits into a percentage of the width; may be empty. */
export function fittedLabel(name: string, number: string, percent: number, mono = false): string {
  const letters = Math.floor(((percent / 100) * NARROWEST - PADDING) / (mono ? MONO_LETTER : SANS_LETTER));
  const whole = `${name} · ${number}`;
  if (whole.length <= letters) return whole;
  if (name.length <= letters) return name;
  return letters <= MIN_LETTERS ? '' : `${name.slice(0, letters - 1).trimEnd()}…`;
}
