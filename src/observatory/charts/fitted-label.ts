/** The narrowest that a strip of frames is drawn, in pixels; wider only gives labels more room. */
const NARROWEST = 620;
const PADDING = 12;
/** An average letter of 11 px, proportional and not. */
const SANS_LETTER = 6.1;
const MONO_LETTER = 6.7;
const MIN_LETTERS = 3;

/** What of a name and its number can be read in so many percent of the width; empty where nothing can. */
export function fittedLabel(name: string, number: string, percent: number, mono = false): string {
  const letters = Math.floor(((percent / 100) * NARROWEST - PADDING) / (mono ? MONO_LETTER : SANS_LETTER));
  const whole = `${name} · ${number}`;
  if (whole.length <= letters) return whole;
  if (name.length <= letters) return name;
  return letters <= MIN_LETTERS ? '' : `${name.slice(0, letters - 1).trimEnd()}…`;
}
