import { format } from 'd3-format';
import { html, type Html } from './html.ts';

/** A formatted number and its unit, separate so that the unit can be styled. */
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

/** Exactly three significant digits: 0.900, 35.0, 961. For measured values, so that columns align. */
function exactlyThreeDigits(value: number): string {
  if (!Number.isFinite(value)) return '–';
  if (value === 0) return '0';
  const magnitude = Math.floor(Math.log10(Math.abs(Number(value.toPrecision(3)))));
  return (magnitude >= 2 ? whole(value) : value.toFixed(Math.min(8, 2 - magnitude))).replace('-', '−');
}

/** Exact, thousands separated. */
export function countText(value: number): string {
  return Number.isFinite(value) ? whole(value) : '–';
}

/** Units, longest first: from how many milliseconds each is used, and its length. */
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

/** A duration in a fitting unit, from ns to h, without trailing zeros: for prose, axes and settings, such as 500 ms. */
export function duration(millis: number): Quantity {
  return durationIn(millis, threeDigits);
}

/** A duration with exactly three digits: for figures and columns of measured values, such as 35.0 ms. */
export function measured(millis: number): Quantity {
  return durationIn(millis, exactlyThreeDigits);
}

/** Bytes in powers of 1000: 1 MB is 1,000,000 bytes everywhere. */
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

/** Bytes in powers of 1024, for settings in them: 16777216 is 16 MiB. */
export function binarySize(bytes: number): Quantity {
  const power = [4, 3, 2, 1].find((each) => bytes >= 1024 ** each) ?? 0;
  return { value: threeDigits(bytes / 1024 ** power), unit: BINARY_UNITS[power]! };
}

/** A rate per second, or per minute or hour if it is small. */
export function rate(count: number, seconds: number): Quantity {
  const perSecond = seconds > 0 ? count / seconds : 0;
  if (perSecond >= 0.1 || perSecond === 0) return { value: threeDigits(perSecond), unit: '/s' };
  if (perSecond * 60 >= 0.1) return { value: threeDigits(perSecond * 60), unit: '/min' };
  return { value: threeDigits(perSecond * 3600), unit: '/h' };
}

/** A share as percent; never rounded to 0 or 100 if it is not exactly that. */
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

/** A quantity as text, with a no-break space before the unit. */
export function text(quantity: Quantity): string {
  return quantity.unit === '' ? quantity.value : `${quantity.value}\u00a0${quantity.unit}`;
}

/** `3.84 ms` as HTML with a muted unit. */
export function figure(quantity: Quantity): Html {
  return quantity.unit === ''
    ? html`${quantity.value}`
    : html`${quantity.value}<span class="unit"> ${quantity.unit}</span>`;
}

/** A unit for a whole column, so that its numbers can be compared at a glance. */
export interface ColumnUnit {
  readonly unit: 'µs' | 'ms' | 's';
  readonly millis: number;
}

/** Unit of a column whose longest duration this is. */
export function columnUnit(longestMillis: number): ColumnUnit {
  if (longestMillis >= 100_000) return { unit: 's', millis: 1000 };
  return longestMillis < 1 ? { unit: 'µs', millis: 0.001 } : { unit: 'ms', millis: 1 };
}

/** The number of a measured duration in the unit of its column. */
export function inUnit(millis: number, { millis: unitMillis }: ColumnUnit): string {
  return Number.isFinite(millis) && millis >= 0 ? exactlyThreeDigits(millis / unitMillis) : NONE.value;
}

const LONG_UNITS: ReadonlySet<string> = new Set(['s', 'min', 'h']);

/** A measured duration for a table column; units of a second or more are emphasised, as their numbers are small. */
export function durationCell(millis: number): Html {
  const { value, unit } = measured(millis);
  return LONG_UNITS.has(unit)
    ? html`${value}<span class="unit long"> ${unit}</span>`
    : figure({ value, unit });
}

/** The sum of counts by kind. */
export function sumOf(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}
