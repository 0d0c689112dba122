import { countText, duration, rate, text, threeDigits } from '../../markup/quantity.ts';
import type { ComparedSeries, Difference, Quantile } from '../facts/compared-series.ts';
import type { ComparedRatio } from '../facts/ratio-interval.ts';
import { clearest } from '../facts/uncertain-differences.ts';

/** `×1.33`. */
export const times = (value: number): string => (value >= 9.95 ? threeDigits(value) : value.toFixed(2));

/** `0.80 to 11`; where nothing bounds it, `at least 0.80`, `at most 11` or `too few to tell`. */
export function intervalText({ low, high }: ComparedRatio): string {
  if (high === Infinity) return low === 0 ? 'too few to tell' : `at least ${times(low)}`;
  return low === 0 ? `at most ${times(high)}` : `${times(low)} to ${times(high)}`;
}

const isBounded = ({ low, high }: ComparedRatio): boolean => low > 0 || high < Infinity;

const WHEN = { p95: 'one time in twenty', p75: 'one time in four', p50: 'half the time' } as const;

/** The first difference in words, and with failures also the duration: `takes ×1.33, 280 ms or more half the time, before 210 ms`. */
export function differenceWords(row: ComparedSeries): string {
  const [first] = row.differs;
  if (first === undefined) return 'does not differ';
  const duration = clearest(row, row.differs);
  if (duration === undefined) return wordsOf(row, first);
  return first === 'failed'
    ? `${wordsOf(row, first)}, and ${wordsOf(row, duration)}`
    : wordsOf(row, duration);
}

function wordsOf(row: ComparedSeries, what: Difference): string {
  const { before, after } = row;
  switch (what) {
    case 'failed':
      return `fails ${outcome(before.errors, before.count, after.errors, after.count)}`;
    case 'client errors':
      return `gets a 4xx ${outcome(before.clientErrors, before.count, after.clientErrors, after.count)}`;
    case 'p95':
    case 'p75':
    case 'p50':
      return `takes ${durationWords(row, what, ({ ratio }) => `×${times(ratio)} at ${what}`)}`;
    case 'rate':
      if (before.count === 0) return `comes ${text(rate(after.perSecond, 1))}, none before`;
      if (after.count === 0) return `is gone, it came ${text(rate(before.perSecond, 1))}`;
      return `comes ${text(rate(after.perSecond, 1))} after ${text(rate(before.perSecond, 1))}`;
  }
}

/** A difference that chance does not exclude, with its interval: `×4.00 (1.21 to 13), 8 ms or more half the time, before 2 ms`. */
export function uncertainWords(row: ComparedSeries, what: Quantile): string {
  return durationWords(
    row,
    what,
    (quantile) =>
      `×${times(quantile.ratio)} at ${what}${isBounded(quantile) ? ` (${intervalText(quantile)})` : ''}`,
  );
}

function durationWords(row: ComparedSeries, what: Quantile, by: (quantile: ComparedRatio) => string): string {
  const quantile = row[what];
  const [before, after] = [row.before, row.after].map((side) => text(duration(side.durationMillis[what])));
  return `${quantile === undefined ? '' : `${by(quantile)}, `}${after} or more ${WHEN[what]}, before ${before}`;
}

function outcome(errorsBefore: number, before: number, errorsAfter: number, after: number): string {
  const side = (errors: number, count: number): string => `${countText(errors)} of ${countText(count)} times`;
  return `${side(errorsAfter, after)}, before ${side(errorsBefore, before)}`;
}
