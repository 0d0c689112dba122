import { format } from 'd3-format';
import { html, type Html } from '../../views/html.ts';

/** A number as people read it, and its unit apart, so that the unit can be small and soft. */
export interface Quantity {
  readonly value: string;
  readonly unit: string;
}

const NONE: Quantity = { value: '–', unit: '' };
const whole = format(',.0f');
const BINARY_UNITS = ['bytes', 'KB', 'MB', 'GB', 'TB'];

/** At most three significant digits, thousands separated, no exponent: 0.112, 3.84, 61.3, 1,040. */
export function threeDigits(value: number): string {
  if (!Number.isFinite(value)) return '–';
  const size = Math.abs(value);
  if (size >= 100) return whole(value);
  if (size === 0) return '0';
  const decimals = size >= 10 ? 1 : size >= 1 ? 2 : Math.min(6, 2 - Math.floor(Math.log10(size)));
  return value.toFixed(decimals).replace(/\.?0+$/, '');
}

/** Exact, thousands separated. */
export function countText(value: number): string {
  return Number.isFinite(value) ? whole(value) : '–';
}

/** For prose and cards: ms below a second, then s, min, h. */
export function duration(millis: number): Quantity {
  if (!Number.isFinite(millis) || millis < 0) return NONE;
  if (millis < 999.5) return { value: threeDigits(millis), unit: 'ms' };
  const seconds = millis / 1000;
  if (seconds < 99.5) return { value: threeDigits(seconds), unit: 's' };
  if (seconds < 7200) return { value: threeDigits(seconds / 60), unit: 'min' };
  return { value: threeDigits(seconds / 3600), unit: 'h' };
}

/** Powers of 1024 under the names people use. */
export function size(bytes: number): Quantity {
  if (!Number.isFinite(bytes)) return NONE;
  let value = bytes;
  let power = 0;
  while (Math.abs(value) >= 1023.5 && power < BINARY_UNITS.length - 1) {
    value /= 1024;
    power++;
  }
  return { value: threeDigits(value), unit: BINARY_UNITS[power]! };
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
    : html`${quantity.value}<span class="unit"> ${quantity.unit}</span>`;
}

/** Milliseconds for a column of them: always ms, so that the column can be compared by eye. */
export function millisCell(millis: number): Html {
  return figure({ value: threeDigits(millis), unit: 'ms' });
}
