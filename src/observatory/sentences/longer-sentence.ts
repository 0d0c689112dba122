import { countText, duration, text } from '../../markup/quantity.ts';
import type { CountedLonger } from '../facts/counted-longer.ts';

const NOUNS = {
  http: ['request', 'requests'],
  database: ['statement', 'statements'],
  render: ['render', 'renders'],
} as const;

/** How many took so long in all, beside the traces that are held of them; empty if that is not known. */
export function longerWords(longer: CountedLonger | undefined, rangeWords: string): string {
  if (longer === undefined || longer.count === 0) return '';
  const { type, millis, isAtLeast, count, isAbout, isOfSeries } = longer;
  const noun = NOUNS[type][count === 1 ? 0 : 1];
  const number = `${isAbout ? 'about ' : ''}${countText(count)} ${isOfSeries ? `of these ${NOUNS[type][1]}` : noun}`;
  const said = `${number} took ${isAtLeast ? 'at least' : 'longer than'} ${text(duration(millis))} ${rangeWords}`;
  return ` Whether held or not, ${said}: all are counted.`;
}
