import type { Downtime } from '../../../otel/query.ts';
import { type DowntimeSum, isUnasked, latestBegun, outsideText } from '../facts/downtimes.ts';
import { lengthOf } from '../facts/traffic.ts';
import type { Links } from '../links.ts';
import type { ChosenRange } from '../facts/time-range.ts';
import { momentText } from '../format/moment.ts';
import { countText, duration, text } from '../../markup/quantity.ts';
import type { Sentence, SentencePart } from './sentence.ts';

/** How the time before it ended, as far as that is known; `ENDED_MEANINGS` say what is not. */
export const ENDED_WORDS: Readonly<Record<Downtime['ended'], string>> = {
  stopped: 'stopped',
  crashed: 'crashed',
  killed: 'killed',
  'machine restarted': 'machine restarted',
  slept: 'suspended',
  'not stopped': 'end unknown',
};

/** What is known by each word, and what is not. */
export const ENDED_MEANINGS: Readonly<Record<Downtime['ended'], string>> = {
  stopped: 'it was asked to end, by a signal, or exited with code 0',
  crashed: 'it ended by an error that nothing caught, or with another exit code; which, is noted',
  killed:
    'it had no time to note anything: SIGKILL, which also the kernel sends when memory runs out, an abort of Node itself, as with a full heap, or a fault in native code; which of them cannot be known here: the log of the supervisor or the kernel tells',
  'machine restarted':
    'the machine started anew meanwhile; whether it was asked to or lost power is not known',
  slept: 'the machine was suspended, and the process went on afterwards',
  'not stopped': 'an earlier version of this program ran, which noted no more than that it was not stopped',
};

/**
 * How often the blog was down, for how long altogether, the last time and why, and how much of the range it ran.
 *
 * @param last What the last end left, if there is anything, as a link.
 */
export function downtimeSentence(
  sum: DowntimeSum,
  range: ChosenRange,
  now: number,
  last?: SentencePart,
): Sentence {
  const { rows, totalMillis, leastMillis, known } = sum;
  const when =
    known.fromMillis > range.fromMillis ? `since ${momentText(known.fromMillis, now)}` : range.words;
  const [newest] = rows;
  const detailOf = (row: Downtime): string => detail(row, now, outsideText(row, known));
  if (newest === undefined)
    return [{ text: 'The blog ran', tone: 'good' }, { text: ` all the time ${when}.` }];
  const unasked = unaskedOf(rows);
  const all: SentencePart = {
    text: rows.length === 1 ? 'Down once' : `Down ${countText(rows.length)} times`,
    ...(unasked > 0 && { tone: 'failed' as const }),
  };
  const asked = rows.every(({ ended }) => ended === 'stopped')
    ? 'each a stop that somebody asked for'
    : unaskedWords(unasked, rows.length);
  return [
    all,
    {
      text:
        rows.length === 1
          ? ` ${when}: ${detailOf(newest)}`
          : ` ${when}, altogether ${lengthWords(leastMillis, totalMillis, isWhole(rows))}; ${asked}. The last: ${detailOf(newest)}`,
    },
    ...(last === undefined ? [] : [{ text: '; in its last minute ' }, last]),
    {
      text: `. ${longestOf(rows, detailOf)}The blog ran ${upWords(sum)} of the time.`,
    },
  ];
}

function unaskedOf(rows: readonly Downtime[]): number {
  return rows.filter(isUnasked).length;
}

/** `2 of them ended without being asked to`. */
function unaskedWords(unasked: number, all: number): string {
  const which = unasked === 0 ? 'none' : unasked === all ? 'each' : countText(unasked);
  return `${which} of them ended without being asked to`;
}

function isWhole(rows: readonly Downtime[]): boolean {
  return rows.every((row) => row.isWhole);
}

/** `99.95 to 99.96 %`: as exact as the lengths are. */
function upWords({ rows, upShare, mostUpShare }: DowntimeSum): string {
  const [from, to] = [percent(upShare), percent(mostUpShare)];
  if (!isWhole(rows)) return `at most ${to}`;
  return from === to ? from : `${from.replace(/\s*%$/, '')} to ${to}`;
}

/** Room for the times around a stop. */
const AROUND_MILLIS = 60_000;

function fromLink(fromMillis: number, links: Links): string {
  return links.ranged('/downtime', {}, { from: new Date(fromMillis - AROUND_MILLIS).toISOString() });
}

/** `Before this range the blog was down for 51 s from 19:37:02, killed.` */
export function beforeWords(row: Downtime, now: number, links: Links): Sentence {
  return [
    { text: 'Before this range ' },
    { text: 'the blog was down', href: fromLink(row.fromMillis, links) },
    { text: ` for ${detail(row, now)}.` },
  ];
}

/** ` Before this range it was down 3 times, the last: 51 s from 19:37:02, killed.` Each links to where they are shown; nothing if there are none. */
export function outsideWords({ earlier, later, rows }: DowntimeSum, now: number, links: Links): Sentence {
  const more = rows.length > 0 ? ' more' : '';
  const said = (where: string, outside: readonly Downtime[]): Sentence => {
    const [last] = outside;
    if (last === undefined) return [];
    const unasked = unaskedOf(outside);
    const times = outside.length === 1 ? `once${more}` : `${countText(outside.length)}${more} times`;
    const asked = outside.length === 1 ? '' : `, ${unaskedWords(unasked, outside.length)}`;
    const fromMillis = Math.min(...outside.map((row) => row.fromMillis));
    return [
      { text: ` ${where} this range it was ` },
      {
        text: `down ${times}`,
        href: fromLink(fromMillis, links),
        ...(unasked > 0 && { tone: 'failed' as const }),
      },
      { text: `${asked}${outside.length === 1 ? '' : ', the last'}: ${detail(last, now)}.` },
    ];
  };
  return [...said('Before', earlier), ...said('After', later)];
}

/** The longest time, if it is not the last one. */
function longestOf(rows: readonly Downtime[], detailOf: (row: Downtime) => string): string {
  const longest = rows.reduce((most, row) => (lengthOf(row) > lengthOf(most) ? row : most));
  return longest === rows[0] ? '' : `The longest: ${detailOf(longest)}. `;
}

/** @param outside What is to say of the range, after the begin. */
function detail(row: Downtime, now: number, outside?: string): string {
  const { fromMillis, ended, reason } = row;
  const why = reason === undefined ? '' : ` (${reason})`;
  return `${rowLength(row)} from ${momentText(fromMillis, now)}${outside === undefined ? '' : ` (${outside})`}, ${ENDED_WORDS[ended]}${why}`;
}

/** `44.8 to 48.8 s` of an end that nobody noted, `48.8 s` of another. */
export function rowLength(row: Downtime): string {
  return lengthWords(lengthOf(latestBegun(row)), lengthOf(row), row.isWhole);
}

/** @param isWhole False if it is not known when it ended. */
export function lengthWords(leastMillis: number, mostMillis: number, isWhole = true): string {
  const [least, most] = [duration(leastMillis), duration(mostMillis)];
  if (!isWhole) return `${text(least)} or more`;
  if (text(least) === text(most)) return text(most);
  return least.unit === most.unit || leastMillis === 0
    ? `${least.value} to ${text(most)}`
    : `${text(least)} to ${text(most)}`;
}

/** Never rounded up to a whole that it is not. */
function percent(upShare: number): string {
  const digits = upShare > 0.999 ? 3 : 2;
  return text({
    value: (Math.floor(upShare * 100 * 10 ** digits) / 10 ** digits).toFixed(digits),
    unit: '%',
  });
}
