import { countText, duration, text } from '../../markup/quantity.ts';
import type { CountedLonger } from '../facts/counted-longer.ts';
import type { RequestsWithLonger } from '../facts/requests-with-longer.ts';
import type { Interval } from '../facts/weighted-interval.ts';
import { plural } from './sentence.ts';

const NOUNS = {
  http: ['request', 'requests'],
  database: ['statement', 'statements'],
  render: ['render', 'renders'],
} as const;
const ALL = ' In all, kept or not,';

/**
 * How many took so long in all, kept or not, how many of them are listed, and how exact each number is; empty if that is not known.
 *
 * @param listed Kept traces that match.
 */
export function longerWords(found: CountedLonger | undefined, listed: number, rangeWords: string): string {
  if (found === undefined || (found.counted?.to === 0 && listed === 0)) return '';
  const longer = atLeastListed(found, listed);
  const { type, millis, isAtLeast, counted, isOfSeries } = longer;
  const ofRequests = Math.max(0, listed - (longer.requests?.besides ?? 0));
  const requests = longer.requests && withListed(longer.requests, ofRequests);
  const isKnown = requests !== undefined && (requests.from > 0 || !isOpen(requests));
  const took = `took ${isAtLeast ? 'at least' : 'longer than'} ${text(duration(millis))}`;
  const exactness = counted === undefined ? '' : ` (${exactnessOf(counted, longer.isLowerBound)})`;
  // Neither counts nor kept ones tell.
  if (counted === undefined && listed === 0 && requests?.to === 0)
    return `${ALL} no request matches ${rangeWords}.`;
  const isTold = isKnown && (listed > 0 || requests.from === 0);
  if (counted === undefined && !isTold) return '';
  // Of a route, the counts are of all that was searched for.
  if (type === 'http' && isOfSeries)
    return `${ALL} ${countedText({ ...longer, isOfSeries: false })} ${counted?.to === 1 ? 'matches' : 'match'} ${rangeWords}${exactness}; ${listedText(listed)}.`;
  if (!isKnown)
    return `${ALL} ${countedText(longer)} ${took} ${rangeWords}${exactness}; ${listedText(listed)}.`;
  const had = isOfSeries ? (isOne(requests) ? 'matches' : 'match') : `had a ${NOUNS[type][0]} that ${took}`;
  const all = `${ALL} ${requestsText(requests)} ${had} ${rangeWords}${whyOf(requests)}; ${listedText(ofRequests)}${besidesText(requests)}.`;
  if (counted === undefined) return all;
  return isOfSeries
    ? `${all} ${capitalised(countedText(longer))} ${took}${exactness}.`
    : `${all} ${capitalised(countedText(longer, 'such '))} ran in all${exactness}.`;
}

/** For a search for what took long that neither counts nor estimates can answer: of what it is. */
export function keptAloneWords({ held, count }: HeldOf, rangeWords: string): string {
  if (held >= count) return ` Every request ${rangeWords} is kept, so that these are all.`;
  return ` Only kept traces are counted here: those of ${countText(held)} of ${plural(count, 'request')} ${rangeWords}.`;
}

/** Requests of a range with a kept trace that is still held, of all. */
export interface HeldOf {
  readonly held: number;
  readonly count: number;
}

/** `415 statements`, `412 to 420 of these statements`. */
function countedText({ type, counted, isOfSeries, isLowerBound }: CountedLonger, such = ''): string {
  if (counted === undefined) return '';
  const [one, many] = NOUNS[type];
  const nouns = isOfSeries ? `of these ${many}` : `${such}${counted.to === 1 ? one : many}`;
  return `${isLowerBound ? `at least ${countText(counted.from)}` : fromTo(counted)} ${nouns}`;
}

function exactnessOf({ from, to }: Interval, isLowerBound: boolean): string {
  if (isLowerBound) return 'all that are counted; some counts are lost';
  return from === to ? 'each one is counted' : 'each one is counted, its time to within 2 %';
}

function besidesText({ besides }: RequestsWithLonger): string {
  return besides === 0 ? '' : `, beside ${plural(besides, 'trace')} of no request`;
}

function listedText(listed: number): string {
  if (listed === 0) return 'none of them is kept';
  return `${countText(listed)} of them ${listed === 1 ? 'is' : 'are'} kept and listed here`;
}

/** A killed process may have written traces of requests whose counts are lost. */
function atLeastListed(longer: CountedLonger, listed: number): CountedLonger {
  const { type, counted } = longer;
  if (type !== 'http' || counted === undefined) return longer;
  return { ...longer, counted: { from: Math.max(counted.from, listed), to: Math.max(counted.to, listed) } };
}

/** A trace that was active in the range is listed, also if its statement ended after it. */
function withListed(requests: RequestsWithLonger, listed: number): RequestsWithLonger {
  return { ...requests, from: Math.max(requests.from, listed), to: Math.max(requests.to, listed) };
}

function requestsText(requests: RequestsWithLonger): string {
  const { from, to } = requests;
  const noun = isOne(requests) ? 'request' : 'requests';
  if (isOpen(requests)) return `at least ${countText(from)} ${noun}`;
  return from === 0 && to > 0 ? `at most ${countText(to)} ${noun}` : `${fromTo(requests)} ${noun}`;
}

/** Why the number of requests is not one number. */
function whyOf(requests: RequestsWithLonger): string {
  const { from, to, isLowerBound } = requests;
  if (isLowerBound) return ' (by those kept, of which some are no longer held)';
  if (to === Infinity) return ' (by those kept)';
  return from === to ? ' (every one is kept)' : ' (estimated from those kept, right in 95 of 100 cases)';
}

function isOpen({ to, isLowerBound }: RequestsWithLonger): boolean {
  return isLowerBound || to === Infinity;
}

function isOne(requests: RequestsWithLonger): boolean {
  return (isOpen(requests) ? requests.from : requests.to) === 1;
}

function capitalised(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** `415`, `412 to 420`. */
function fromTo({ from, to }: Interval): string {
  return from === to ? countText(from) : `${countText(from)} to ${countText(to)}`;
}
