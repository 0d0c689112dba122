import type { Downtime } from '../../../otel/query.ts';
import type { DowntimeSum } from '../facts/downtimes.ts';
import type { ChosenRange } from '../facts/time-range.ts';
import { momentText } from '../format/moment.ts';
import { countText, duration, text } from '../../markup/quantity.ts';
import type { Sentence, SentencePart } from './sentence.ts';

/** How the time before it ended. */
export const ENDED_WORDS: Readonly<Record<Downtime['ended'], string>> = {
  stopped: 'stopped as asked',
  crashed: 'crashed',
  killed: 'killed, or aborted out of memory',
  'machine restarted': 'machine restarted or lost power',
  slept: 'machine was suspended',
  'not stopped': 'ended without a stop',
};

const lengthOf = ({ fromMillis, toMillis }: Downtime): number => toMillis - fromMillis;

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
  const { rows, totalMillis, known, upShare } = sum;
  const when =
    known.fromMillis > range.fromMillis ? `since ${momentText(known.fromMillis, now)}` : range.words;
  const [newest] = rows;
  const isWhole = rows.every((row) => row.isWhole);
  if (newest === undefined)
    return [{ text: 'The blog ran', tone: 'good' }, { text: ` all the time ${when}.` }];
  const unasked = rows.filter(({ ended }) => ended !== 'stopped').length;
  const all: SentencePart = {
    text: rows.length === 1 ? 'Down once' : `Down ${countText(rows.length)} times`,
    ...(unasked > 0 && { tone: 'failed' as const }),
  };
  const asked = unasked === 0 ? 'each a stop that somebody asked for' : `${unasked} of them unasked`;
  return [
    all,
    {
      text:
        rows.length === 1
          ? ` ${when}: ${detail(newest, now)}`
          : ` ${when}, altogether ${text(duration(totalMillis))}${orMore(isWhole)}; ${asked}. The last: ${detail(newest, now)}`,
    },
    ...(last === undefined ? [] : [{ text: '; in its last minute ' }, last]),
    {
      text: `. ${longestOf(rows, now)}The blog ran ${isWhole ? '' : 'at most '}${percent(upShare)} of the time.`,
    },
  ];
}

/** The longest time, if it is not the last one. */
function longestOf(rows: readonly Downtime[], now: number): string {
  const longest = rows.reduce((most, row) => (lengthOf(row) > lengthOf(most) ? row : most));
  return longest === rows[0] ? '' : `The longest: ${detail(longest, now)}. `;
}

function detail(row: Downtime, now: number): string {
  const { fromMillis, ended, reason } = row;
  const why = reason === undefined ? '' : ` (${reason})`;
  return `${text(duration(lengthOf(row)))}${orMore(row.isWhole)} from ${momentText(fromMillis, now)}, ${ENDED_WORDS[ended]}${why}`;
}

/** After a length whose end is not known. */
export function orMore(isWhole: boolean): string {
  return isWhole ? '' : ' or more';
}

/** Never rounded up to a whole that it is not. */
function percent(upShare: number): string {
  const digits = upShare > 0.999 ? 3 : 2;
  return text({
    value: (Math.floor(upShare * 100 * 10 ** digits) / 10 ** digits).toFixed(digits),
    unit: '%',
  });
}
