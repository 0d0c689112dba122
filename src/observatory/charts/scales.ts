import { scaleLinear, scaleLog, scaleUtc } from 'd3-scale';
import { momentsOf } from '../../markup/zoned-time.ts';
import { shownZone, wallTime } from '../format/zone.ts';

/** Shapes are drawn 1000 wide and stretched; heights are CSS pixels, so text keeps its size. */
export const PLOT_WIDTH = 1000;

/** Between base lines of two labels at the end of lines, in pixels: glyphs of 11 px and some air. */
export const LABEL_LINE = 14;

export type Scale = (value: number) => number;

/** Formats a number for an attribute: two decimals, never NaN. */
export function px(value: number): string {
  return Number.isFinite(value) ? String(Math.round(value * 100) / 100) : '0';
}

/** Maps times to 0–1000. */
export function timeScale(fromMillis: number, toMillis: number): Scale {
  const end = toMillis > fromMillis ? toMillis : fromMillis + 1;
  return scaleLinear([fromMillis, end], [0, PLOT_WIDTH]).clamp(true);
}

/** Ticks at 1, 2 and 5 of every decade, thinned to decades and then to at most `most`. */
export function logTicks(low: number, high: number, most = 4): readonly number[] {
  const of = (steps: readonly number[]): number[] => {
    const ticks: number[] = [];
    for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power++)
      for (const step of steps) {
        const tick = Number((step * 10 ** power).toPrecision(1));
        if (tick >= low * 0.999 && tick <= high * 1.001) ticks.push(tick);
      }
    return ticks;
  };
  for (const steps of [[1, 2, 5], [1, 5], [1]]) {
    const ticks = of(steps);
    if (ticks.length <= most && ticks.length > 0) return ticks;
  }
  const decades = of([1]);
  const every = Math.ceil(decades.length / most);
  return decades.filter((_, index) => (decades.length - 1 - index) % every === 0);
}

/** A logarithmic scale from the bottom of the plot to its top, over positive finite values, widened if there is only one. */
export function logScale(
  values: readonly number[],
  height: number,
): { readonly y: Scale; readonly ticks: readonly number[] } {
  const positive = values.filter((value) => Number.isFinite(value) && value > 0);
  const low = (positive.length === 0 ? 1 : positive.reduce((a, b) => Math.min(a, b))) * 0.8;
  const high = Math.max(
    (positive.length === 0 ? 10 : positive.reduce((a, b) => Math.max(a, b))) * 1.15,
    low * 4,
  );
  const scale = scaleLog([low, high], [height, 0]).clamp(true);
  return { y: (value) => scale(value > 0 ? value : low), ticks: logTicks(low, high) };
}

/** A linear scale from zero to a round number. */
export function zeroScale(
  values: readonly number[],
  height: number,
  most = 3,
): { readonly y: Scale; readonly ticks: readonly number[] } {
  const high = values.filter(Number.isFinite).reduce((a, b) => Math.max(a, b), 0);
  const scale = scaleLinear([0, high > 0 ? high : 1], [height, 0])
    .nice(most)
    .clamp(true);
  return { y: (value) => scale(Number.isFinite(value) ? value : 0), ticks: scale.ticks(most) };
}

/** Round times within the range, as clocks of the shown zone have them: an hour that they show twice has two ticks, one that they skip none. */
export function timeTicks(fromMillis: number, toMillis: number, most: number): readonly number[] {
  const length = toMillis - fromMillis;
  const [first, last] = [wallTime(fromMillis).getTime(), wallTime(toMillis).getTime()];
  // Clocks may show more or less time than passes; equally long ranges from either end have ticks of the same distance.
  const walls = [first, last - length].flatMap((start) =>
    scaleUtc([start, start + length], [0, 1])
      .ticks(most)
      .map(Number),
  );
  return [...new Set(walls)]
    .flatMap((wall) => momentsOf(wall, shownZone()))
    .filter((millis) => millis >= fromMillis && millis <= toMillis)
    .sort((a, b) => a - b);
}
