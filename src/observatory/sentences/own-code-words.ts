import type { OwnCode, TraceDetail } from '../../../otel/query.ts';
import { countText, duration, share, text } from '../../markup/quantity.ts';
import { placeText, type RouteCode, type RouteFunction, sampledMillis } from '../facts/own-code.ts';
import { momentText } from '../format/moment.ts';
import { sentMillis, sleptMillis } from '../facts/time-parts.ts';
import { ASLEEP_WORDS, OWN_WORDS, UNKNOWN_WAITING } from '../format/own-words.ts';
import { roundedDown, shownWhole } from '../format/rounded-down.ts';
import type { Links } from '../links.ts';
import { type SpanNode, spanTree } from '../trace/span-tree.ts';
import { plural, type Sentence, type SentencePart } from './sentence.ts';

/** Of the time or its samples, to call all of it one thing. */
const MOSTLY = 0.5;
/** With less, for how long is told. */
const NEARLY_ALL = 0.95;
/** Of the samples of a route, to be told. */
const TOLD = 0.1;
/** Of the time of a route: from this share on few samples are named, too. */
const NOTICED = 0.05;
/** With so many in each request, those that by chance have none do not change the mean. */
const OFTEN_SEEN = 1.5;
const MAX_NAMED = 2;
/** Fewer samples may be chance, unless they stand for a part of a route's time that is noticed. */
const ENOUGH = 3;
/** Of the samples that were due. */
const FEW = 0.6;

/** What the time of a request is that is in none of its spans, as far as that is known of it. */
export function ownTimeText(node: SpanNode): string {
  const { span, selfMillis } = node;
  const sent = sentMillis(span);
  if (sent >= MOSTLY * selfMillis) return 'sending what follows the first byte';
  const slept = Math.min(selfMillis, sleptMillis(node) - sent);
  if (slept >= MOSTLY * selfMillis)
    return `${ASLEEP_WORDS}${slept < NEARLY_ALL * selfMillis ? ` for ${text(duration(slept))} of it` : ''}`;
  const code = span.ownCode;
  if (code === undefined || 'missing' in code || code.samples === 0) return OWN_WORDS;
  const { samples, idle, shared } = code;
  if (idle >= MOSTLY * samples) return UNKNOWN_WAITING;
  return samples - idle - shared >= MOSTLY * samples ? 'work in its code' : OWN_WORDS;
}

/** ` It spent about 80 of the 242 ms that are in none of its spans in rankListens src/rank.ts:12 (2 samples).` The share of its samples. */
export function requestCodeText(code: OwnCode, who = 'It'): string {
  const { samples, idle, functions, ownMillis, everyMillis, theirs = 0 } = code;
  const shared = code.shared - theirs;
  const own = `the ${text(duration(ownMillis))} that are in none of its spans`;
  if (samples === 0) return ` No sample was taken in ${own}.`;
  const [first, ...others] = functions;
  const due = Math.round(ownMillis / everyMillis);
  const rest = [
    ...(idle > 0 ? [`in ${ofSamples(idle, samples)} the event loop slept: it waited`] : []),
    ...(theirs > 0 ? [`in ${ofSamples(theirs, samples)} the event loop worked for others: it waited`] : []),
    ...(shared > 0
      ? [`in ${ofSamples(shared, samples)} it is not known for whom something ran, as others were open, too`]
      : []),
    ...(samples < FEW * (due - 1)
      ? [
          `${countText(due - samples)} of ${countText(due)} samples are missing, as the system ran other programs`,
        ]
      : []),
  ];
  if (first === undefined) {
    const what =
      rest.length === 0
        ? [`in ${ofSamples(samples, samples)} nothing else ran than Node or telemetry`]
        : rest;
    return ` Of ${own}, ${what.join('; ')}.`;
  }
  const about = ({ samples: seen }: typeof first): string => text(duration(aboutMillis(code, seen)));
  const named = others
    .slice(0, MAX_NAMED)
    .map(
      (each) =>
        `, about ${about(each)} in ${placeText(each.place, each.callers)} (${plural(each.samples, 'sample')})`,
    );
  const opening = `${who} spent about ${about(first)} of ${own} in ${placeText(first.place, first.callers)} (${plural(first.samples, 'sample')})`;
  return ` ${opening}${named.join('')}${rest.map((each) => `; ${each}`).join('')}.`;
}

/**
 * Of the first request of a trace, and why that is not known.
 *
 * @param isNamed Something else names the function.
 */
export function ownCodeWords({ spans }: Pick<TraceDetail, 'spans'>, isNamed = false): Sentence {
  const code = spanTree(spans)[0]?.span.ownCode;
  if (code === undefined || (isNamed && 'missing' in code)) return [];
  return [
    {
      text:
        'missing' in code
          ? ` In which function it spent the time that is in none of its spans is ${code.missing}.`
          : requestCodeText(code),
    },
  ];
}

/** What so many samples of a request stand for, of its time as it is shown. */
function aboutMillis(code: OwnCode, samples: number): number {
  return roundedDown(sampledMillis({ ...code, ownMillis: shownWhole(code.ownMillis) }, samples));
}

function ofSamples(count: number, samples: number): string {
  return `${countText(count)} of ${plural(samples, 'sample')}`;
}

/**
 * What samples say of all of a route's requests with much time of their own.
 *
 * @param totalMillis Of all its requests.
 */
export function routeCodeWords(
  code: RouteCode,
  totalMillis: number,
  { now, links }: { readonly now: number; readonly links: Links },
): Sentence {
  const { requests, samples, idle, theirs, functions, leastMillis, sinceMillis, unasked, unread } = code;
  const shared = code.shared - theirs;
  if (requests + unasked + unread === 0) return [];
  const since = sinceMillis === undefined ? '' : ` since ${momentText(sinceMillis, now)}`;
  const all = `${plural(requests, 'request')} that took ${text(duration(leastMillis))} or more of ${requests === 1 ? 'its' : 'their'} own${since}`;
  const sharedMillis = code.sharedMillis - code.theirsMillis;
  const isTold = (count: number, millis: number): boolean =>
    count > 0 && count >= TOLD * samples && (count >= ENOUGH || millis >= NOTICED * totalMillis);
  const partOf = (millis: number): string => `for ${text(share(millis / code.sampledMillis))} of that time`;
  const told = functions.slice(0, MAX_NAMED).filter((each) => isTold(each.samples, each.millis));
  const rest = [
    ...(isTold(idle, code.idleMillis)
      ? [`${partOf(code.idleMillis)} the event loop slept: they waited`]
      : []),
    ...(isTold(theirs, code.theirsMillis)
      ? [`${partOf(code.theirsMillis)} the event loop worked for others: they waited`]
      : []),
    ...(isTold(shared, sharedMillis)
      ? [`${partOf(sharedMillis)} it is not known for whom something ran`]
      : []),
  ].join('; ');
  const [first, ...others] = told;
  const opening: Sentence =
    first === undefined
      ? [{ text: ` Of ${all}, ${rest}.` }]
      : [
          { text: ' Own code: ' },
          placePart(first, links),
          { text: `, ${routeFunctionText(first, requests)} of ${all}` },
          ...others.flatMap((each) => [
            { text: '; ' },
            placePart(each, links),
            { text: `, ${routeFunctionText(each, requests)} of them` },
          ]),
          { text: `${rest === '' ? '' : `; ${rest}`}.` },
        ];
  return [
    ...(requests === 0 || (first === undefined && (rest === '' || samples < ENOUGH)) ? [] : opening),
    ...(unasked > 0
      ? [{ text: ` ${countText(unasked)} more were too many at once to be asked about.` }]
      : []),
    ...(unread > 0 ? [{ text: ` The samples of ${countText(unread)} more were not read.` }] : []),
  ];
}

function placePart({ place, traceId }: RouteFunction, links: Links): SentencePart {
  return { text: place, ...(traceId !== undefined && { href: links.trace(traceId) }) };
}

/** `about 71 ms on average in 34`; of a short one, which by chance has no sample in many requests, the sum. */
export function routeFunctionText({ requests, samples, millis }: RouteFunction, all: number): string {
  const isMean = requests === all || samples >= OFTEN_SEEN * requests;
  const shown = text(duration(roundedDown(isMean ? millis / requests : millis)));
  const words = isMean ? (requests === 1 ? '' : ' on average') : ' in all,';
  return `about ${shown}${words} in ${countText(requests)}`;
}
