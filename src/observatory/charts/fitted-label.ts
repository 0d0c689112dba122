import { fittedText, textPixels } from './text-width.ts';

/** The minimum width of a strip of frames, in pixels; a wider one only gives labels more room. */
const NARROWEST = 620;
const PADDING = 12;

/** The part of name and number that fits into a percentage of the width; may be empty. */
export function fittedLabel(name: string, number: string, percent: number, mono = false): string {
  const pixels = (percent / 100) * NARROWEST - PADDING;
  const whole = `${name} · ${number}`;
  return textPixels(whole, mono) <= pixels ? whole : fittedText(name, pixels, mono);
}
