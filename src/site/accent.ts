// No library: contrast is one formula of WCAG 2.2, and a mix of two colours another.
type Rgb = readonly [red: number, green: number, blue: number];

/** Text of normal size (WCAG 2.2, success criterion 1.4.3). */
const MIN_CONTRAST = 4.5;
/** What links stand on in each theme: `--paper`, `--card` and `--well` of src/public/tokens.css. */
const LIGHT = ['#fbfcfa', '#ffffff', '#f1f5f0'];
const DARK = ['#0f1512', '#151d19', '#161e1a'];
const STEPS = 50;
const NAME = /^accent\.([0-9a-f]{6})\.css$/;

/** Returns true for `#1f7a4d`. */
export function isColour(text: string): boolean {
  return /^#[0-9a-f]{6}$/.test(text);
}

/** The address of the stylesheet that gives pages for readers this colour; it never changes. */
export function accentUrl(colour: string): string {
  return `/assets/accent.${colour.slice(1)}.css`;
}

/** The stylesheet of that name below `/assets/`; undefined if it is another file's. */
export function accentCss(name: string): string | undefined {
  const [, digits] = NAME.exec(name) ?? [];
  if (digits === undefined) return undefined;
  const rules = (colour: string): string =>
    `{--leaf:${colour};--tint:color-mix(in oklab,${colour} 12%,var(--paper));--mark:color-mix(in oklab,${colour} 22%,var(--paper))}`;
  const light = readable(`#${digits}`, LIGHT, '#000000');
  const dark = readable(`#${digits}`, DARK, '#ffffff');
  return `@layer tokens{:root${rules(light)}@media screen and (prefers-color-scheme:dark){:root:not([data-theme='light'])${rules(dark)}}}`;
}

/** The colour, mixed with black or white until text in it can be read on each ground. */
function readable(colour: string, grounds: readonly string[], towards: string): string {
  for (let step = 0; step < STEPS; step++) {
    const mixed = mix(colour, towards, step / STEPS);
    if (grounds.every((ground) => contrast(mixed, ground) >= MIN_CONTRAST)) return mixed;
  }
  return towards;
}

/** From 1 to 21 (WCAG 2.2, “contrast ratio”). */
export function contrast(one: string, other: string): number {
  const [lighter = 1, darker = 0] = [luminance(one), luminance(other)].toSorted((a, b) => b - a);
  return (lighter + 0.05) / (darker + 0.05);
}

function luminance(colour: string): number {
  const light = (value: number): number =>
    value <= 0.040_45 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  const [red, green, blue] = rgbOf(colour);
  return 0.2126 * light(red) + 0.7152 * light(green) + 0.0722 * light(blue);
}

function mix(colour: string, other: string, share: number): string {
  const [from, to] = [rgbOf(colour), rgbOf(other)];
  const channels = from.map((value, i) => Math.round((value * (1 - share) + to[i]! * share) * 255));
  return `#${channels.map((value) => value.toString(16).padStart(2, '0')).join('')}`;
}

/** Each from 0 to 1. */
function rgbOf(colour: string): Rgb {
  const channel = (at: number): number => Number.parseInt(colour.slice(at, at + 2), 16) / 255;
  return [channel(1), channel(3), channel(5)];
}
