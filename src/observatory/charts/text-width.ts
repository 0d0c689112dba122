/** Pixels of a letter of 11 px: JetBrains Mono, and Inter with figures of one width, as Chromium draws it. */
const MONO = 6.7;
const SANS: readonly (readonly [pixels: number, letters: string])[] = [
  [3.3, "ijlI .,:;·'"],
  [4.4, 'frt()[]{}/\\|!`‹›'],
  [5.2, '"_^'],
  [6.3, 'ackszvxyJL?'],
  [6.8, 'bdeghnopquEF'],
  [7.2, '0123456789BPRSTZ-+=*&#$<>~×±'],
  [8.5, 'ACDGHKNOQUVXY'],
  [9.7, 'mw…'],
  [11.1, 'MW%@—'],
];
/** Of other letters, as with accents. */
const OTHER = 8.5;
/** Of Chinese, Japanese and Korean, and of pictures. */
const SQUARE = 12.5;
const FIRST_SQUARE = 0x2e80;
const PIXELS = new Map(SANS.flatMap(([pixels, letters]) => [...letters].map((letter) => [letter, pixels])));

function letterPixels(letter: string, mono: boolean): number {
  if ((letter.codePointAt(0) ?? 0) >= FIRST_SQUARE) return SQUARE;
  return mono ? MONO : (PIXELS.get(letter) ?? OTHER);
}

/** About as wide as a browser draws it, at most. */
export function textPixels(text: string, mono = false): number {
  let pixels = 0;
  for (const letter of text) pixels += letterPixels(letter, mono);
  return pixels;
}

const MIN_LETTERS = 3;

/** As much of a text as fits, with an ellipsis if it is cut; empty if that is next to nothing. */
export function fittedText(text: string, pixels: number, mono = false): string {
  if (textPixels(text, mono) <= pixels) return text;
  const left = pixels - letterPixels('…', mono);
  let [used, shown, letters] = [0, '', 0];
  for (const letter of text) {
    used += letterPixels(letter, mono);
    if (used > left) break;
    shown += letter;
    letters++;
  }
  return letters < MIN_LETTERS ? '' : `${shown.trimEnd()}…`;
}
