import { format } from 'd3-format';
import { html, type Html } from './html.ts';

/** A number as people read it, and its unit apart, so that the unit can be small and soft. */
export interface Quantity {
  readonly value: string;
  readonly unit: string;
}

const NONE: Quantity = { value: '–', unit: '' };
const whole = format(',.0f');
const BINARY_UNITS = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];
const SIZE_UNITS = ['bytes', 'kB', 'MB', 'GB', 'TB'];

/** At most three significant digits, thousands separated, no exponent: 0.112, 3.84, 61.3, 1,040. */
export function threeDigits(value: number): string {
  return value === 0
    ? '0'
    : exactlyThreeDigits(value)
        .replace(/(\.\d*?)0+$/, '$1')
        .replace(/\.$/, '');
}

/** As many decimals as make three digits: 0.900, 35.0, 961. What was measured is told so, and a column of it stands in line. */
function exactlyThreeDigits(value: number): string {
  if (!Number.isFinite(value)) return '–';
  if (value === 0) return '0';
  const magnitude = Math.floor(Math.log10(Math.abs(Number(value.toPrecision(3)))));
  return magnitude >= 2 ? whole(value) : value.toFixed(Math.min(8, 2 - magnitude));
}

/** Exact, thousands separated. */
export function countText(value: number): string {
  return Number.isFinite(value) ? whole(value) : '–';
}

/** Longest first: from how many milliseconds on a unit is used, and how many of them it is. */
const DURATION_UNITS: readonly (readonly [fromMillis: number, unitMillis: number, unit: string])[] = [
  [7_200_000, 3_600_000, 'h'],
  [99_500, 60_000, 'min'],
  [999.5, 1000, 's'],
  [0.9995, 1, 'ms'],
  [0.000_999_5, 0.001, 'µs'],
  [0, 0.000_001, 'ns'],
];

function durationIn(millis: number, digits: (value: number) => string): Quantity {
  if (!Number.isFinite(millis) || millis < 0) return NONE;
  if (millis === 0) return { value: '0', unit: 'ms' };
  const [, unitMillis, unit] = DURATION_UNITS.find(([from]) => millis >= from)!;
  return { value: digits(millis / unitMillis), unit };
}

/** In the unit that suits it, from ns to h, without idle zeros: for prose, axes and what was chosen, such as 500 ms. */
export function duration(millis: number): Quantity {
  return durationIn(millis, threeDigits);
}

/** The same with exactly three digits: for figures and columns of what was measured, such as 35.0 ms. */
export function measured(millis: number): Quantity {
  return durationIn(millis, exactlyThreeDigits);
}

/** Powers of 1000, as disks, `ls` and the backup command count them: 1 MB is 1,000,000 bytes wherever people read it. */
export function size(bytes: number): Quantity {
  if (!Number.isFinite(bytes)) return NONE;
  let value = bytes;
  let power = 0;
  while (Math.abs(value) >= 999.5 && power < SIZE_UNITS.length - 1) {
    value /= 1000;
    power++;
  }
  return { value: threeDigits(value), unit: SIZE_UNITS[power]! };
}

/** Powers of 1024, for bounds that are set in them: 16777216 is 16 MiB. */
export function binarySize(bytes: number): Quantity {
  const power = [4, 3, 2, 1].find((each) => bytes >= 1024 ** each) ?? 0;
  return { value: threeDigits(bytes / 1024 ** power), unit: BINARY_UNITS[power]! };
}

/** Per second, or per minute or hour where a second would read as nothing. */
export function rate(count: number, seconds: number): Quantity {
  const perSecond = seconds > 0 ? count / seconds : 0;
  if (perSecond >= 0.1 || perSecond === 0) return { value: threeDigits(perSecond), unit: '/s' };
  if (perSecond * 60 >= 0.1) return { value: threeDigits(perSecond * 60), unit: '/min' };
  return { value: threeDigits(perSecond * 3600), unit: '/h' };
}

/** A share of one as percent; a little never reads as nothing, nearly all never as all. */
export function share(part: number): Quantity {
  if (!Number.isFinite(part)) return NONE;
  const percent = part * 100;
  if (percent > 0 && percent < 0.1) return { value: '< 0.1', unit: '%' };
  if (percent > 99.9 && percent < 100) return { value: '> 99.9', unit: '%' };
  if (percent > 99 && percent < 100) return { value: percent.toFixed(1), unit: '%' };
  return {
    value: percent >= 10 ? percent.toFixed(0) : threeDigits(Number(percent.toPrecision(2))),
    unit: '%',
  };
}

/** In running text; number and unit are never parted by a line's end. */
export function text(quantity: Quantity): string {
  return quantity.unit === '' ? quantity.value : `${quantity.value}\u00a0${quantity.unit}`;
}

/** `3.84 ms` with the unit small and soft. */
export function figure(quantity: Quantity): Html {
  return quantity.unit === ''
    ? html`${quantity.value}`
    : html`${quantity.value}<span class="unit"> ${quantity.unit}</span>`;
}

const LONG_UNITS: ReadonlySet<string> = new Set(['s', 'min', 'h']);

/** A measured duration for a column of them; a unit of a second or more stands out, as its numbers are small. */
export function durationCell(millis: number): Html {
  const { value, unit } = measured(millis);
  return LONG_UNITS.has(unit)
    ? html`${value}<span class="unit long"> ${unit}</span>`
    : figure({ value, unit });
}

/** Of what is counted by kind. */
export function sumOf(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}
