import type { Downtime } from '../../../otel/query.ts';
import type { DowntimeSum } from '../facts/downtimes.ts';
import type { ChosenRange } from '../facts/time-range.ts';
import { momentText } from '../format/moment.ts';
import { duration, text } from '../../markup/quantity.ts';
import type { Sentence } from './sentence.ts';

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

/** How much of the range the blog ran, how often it did not, and the longest of these times. */
export function downtimeSentence(sum: DowntimeSum, range: ChosenRange, now: number): Sentence {
  const { rows, totalMillis, known, upShare } = sum;
  const when =
    known.fromMillis > range.fromMillis ? `since ${momentText(known.fromMillis, now)}` : range.words;
  if (rows.length === 0) return [{ text: 'The blog ran', tone: 'good' }, { text: ` all the time ${when}.` }];
  const longest = rows.reduce((most, row) => (lengthOf(row) > lengthOf(most) ? row : most));
  const unasked = rows.filter(({ ended }) => ended !== 'stopped').length;
  const ran = `The blog ran ${percent(upShare)} of the time ${when}. It was down `;
  const tone = unasked > 0 ? { tone: 'failed' as const } : {};
  if (rows.length === 1)
    return [{ text: ran }, { text: 'once', ...tone }, { text: `, ${detail(longest, now)}` }];
  return [
    { text: ran },
    { text: `${rows.length} times`, ...tone },
    {
      text: `, ${text(duration(totalMillis))} in all; ${unasked === 0 ? 'each was a stop that somebody asked for' : `${unasked} of them unasked`}. The longest was ${detail(longest, now)}`,
    },
  ];
}

function detail(row: Downtime, now: number): string {
  const { fromMillis, ended, reason } = row;
  const why = reason === undefined ? '' : ` (${reason})`;
  return `${text(duration(lengthOf(row)))} from ${momentText(fromMillis, now)}: ${ENDED_WORDS[ended]}${why}.`;
}

/** Never rounded up to a whole that it is not. */
function percent(upShare: number): string {
  const digits = upShare > 0.999 ? 3 : 2;
  return text({
    value: (Math.floor(upShare * 100 * 10 ** digits) / 10 ** digits).toFixed(digits),
    unit: '%',
  });
}
