import { html, type Html } from '../../markup/html.ts';
import { px } from './scales.ts';
import { textPixels } from './text-width.ts';

/** A part of the width, percent. */
export interface Part {
  readonly left: number;
  readonly width: number;
}

/** The bar of a row: the whole, its solid parts and its hatched ones. */
export interface DrawnBar {
  readonly whole: Part;
  readonly solid: readonly Part[];
  readonly hatched: readonly Part[];
}

/** What stands at a bar; a phone does not show what is its own. */
export interface BarWords {
  readonly length: string;
  readonly own: string;
  readonly rest: string;
}

/** The least width of the column of bars: beside the names, and under them on a phone. */
const NARROWEST = { beside: 350, under: 270 } as const;
const GAP = 6;
/** Bold letters are wider. */
const BOLD = 1.06;
const TEXT_Y = 18;

/** Where words stand: beside the bar, or in a part of it that is of one colour. */
interface Place {
  readonly at: 'after' | 'before' | 'inside';
  readonly x: number;
  readonly isFilled: boolean;
}

/**
 * The label of a bar, beside it or in a part of it that is of one colour, with as much of its words as has room there; if not even the length has, on
 * a ground of its own.
 */
export function barLabel(bar: DrawnBar, words: BarWords): Html {
  for (const each of shorterAndShorter(words)) {
    const place = placeOf(bar, each);
    if (place !== undefined) return atPlace(place, each);
  }
  return onPlate(bar, { ...words, own: '', rest: '' });
}

function shorterAndShorter(words: BarWords): readonly BarWords[] {
  const { length } = words;
  return [words, { ...words, rest: '' }, { ...words, own: '' }, { length, own: '', rest: '' }];
}

function atPlace({ at, x, isFilled }: Place, words: BarWords): Html {
  return html`<text
    class="bar-label ${at}${isFilled ? ' filled' : ''}"
    x="${px(x)}%"
    dx="${at === 'before' ? -GAP : GAP}"
    y="${TEXT_Y}"
    text-anchor="${at === 'before' ? 'end' : 'start'}"
  >
    ${inParts(words)}
  </text>`;
}

function inParts({ length, own, rest }: BarWords): Html {
  return html`${length}${own !== '' && html`<tspan class="own">${own}</tspan>`}${rest}`;
}

/** Pixels of the words on either kind of screen. */
function pixelsOf({ length, own, rest }: BarWords): { readonly beside: number; readonly under: number } {
  const under = textPixels(length + rest) * BOLD;
  return { beside: under + textPixels(own) * BOLD, under };
}

function placeOf(bar: DrawnBar, words: BarWords): Place | undefined {
  const { whole } = bar;
  const pixels = pixelsOf(words);
  const hasRoom = (percent: number): boolean =>
    (percent / 100) * NARROWEST.beside >= pixels.beside + 2 * GAP &&
    (percent / 100) * NARROWEST.under >= pixels.under + 2 * GAP;
  const end = whole.left + whole.width;
  if (hasRoom(100 - end)) return { at: 'after', x: end, isFilled: false };
  if (hasRoom(whole.left)) return { at: 'before', x: whole.left, isFilled: false };
  const [widest] = evenParts(bar).toSorted((a, b) => b.width - a.width);
  return widest !== undefined && hasRoom(widest.width)
    ? { at: 'inside', x: widest.left, isFilled: widest.isSolid }
    : undefined;
}

interface EvenPart extends Part {
  readonly isSolid: boolean;
}

/** Parts of one colour, without hatched ones. */
function evenParts({ whole, solid, hatched }: DrawnBar): readonly EvenPart[] {
  const endOf = ({ left, width }: Part): number => left + width;
  const edges = [whole, ...solid, ...hatched]
    .flatMap((part) => [part.left, endOf(part)])
    .filter((edge) => edge >= whole.left && edge <= endOf(whole))
    .sort((a, b) => a - b);
  return edges.slice(1).flatMap((to, index) => {
    const left = edges[index]!;
    const middle = (left + to) / 2;
    const isIn = (part: Part): boolean => part.left <= middle && middle <= endOf(part);
    return hatched.some(isIn) ? [] : [{ left, width: to - left, isSolid: solid.some(isIn) }];
  });
}

/** Over the bar from its begin on, as far as that keeps the words within the column. */
function onPlate({ whole }: DrawnBar, words: BarWords): Html {
  const pixels = pixelsOf(words).under;
  const left = Math.max(0, Math.min(whole.left, 100 * (1 - (pixels + 4 * GAP) / NARROWEST.under)));
  return html`<svg x="${px(left)}%">
    <rect class="plate" x="${GAP}" width="${px(pixels + 2 * GAP)}" y="6" height="16" rx="3" />
    <text class="bar-label inside" x="${2 * GAP}" y="${TEXT_Y}">${inParts(words)}</text>
  </svg>`;
}
