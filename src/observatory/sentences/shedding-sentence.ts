import type { SheddingFacts } from '../../../otel/query.ts';
import { countText, duration, text } from '../../markup/quantity.ts';
import { momentText } from '../format/moment.ts';

/** Detail that is shed now. */
export interface Shed extends SheddingFacts {
  readonly sinceMillis: number;
  /** Operations that were counted but not considered for keeping, since the process started. */
  readonly dropped: number;
}

/** Since when, why, and what is missing. */
export function sheddingWords({ sinceMillis, delayMillis, limitMillis, dropped }: Shed, now: number): string {
  return [
    `Less detail since ${momentText(sinceMillis, now)}, because the event loop is late: ${text(duration(delayMillis))} on average, the limit is ${text(duration(limitMillis))}.`,
    'Only operations that fail, are slow or have to be kept by a rule are kept and exported, without the rest of their traces.',
    `Counts and percentiles on these pages are exact; ${countText(dropped)} operations since the start are only counted.`,
    'It ends by itself 30 s after the loop keeps up.',
  ].join(' ');
}
