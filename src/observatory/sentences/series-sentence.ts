import type { OperationSummary, OperationType } from '../../../otel/query.ts';
import { countText, duration, share, text } from '../../markup/quantity.ts';
import { plural, type Sentence, type SentencePart } from './sentence.ts';

const WORDS: Readonly<Record<OperationType, readonly [string, string]>> = {
  http: ['request', 'all request time'],
  database: ['run', 'all database time'],
  render: ['rendering', 'all render time'],
  other: ['operation', 'their time'],
};

interface SeriesWords {
  readonly failuresHref?: string;
  /** What of its time was not its own. */
  readonly ofItsTime?: Sentence;
}

/** Count, failures, durations and share of time: for the page of a route or a statement. */
export function seriesSentence(
  row: OperationSummary | undefined,
  type: OperationType,
  totalMillis: number,
  words: string,
  { failuresHref, ofItsTime = [] }: SeriesWords,
): Sentence {
  const [one, whole] = WORDS[type];
  if (row === undefined || row.count === 0)
    return [{ text: `No ${one}s ${words}. Choose a longer range to see older ones.` }];
  const parts: SentencePart[] = [{ text: `${plural(row.count, one)} ${words}, ` }];
  if (row.errors === 0) parts.push({ text: 'none failed' });
  else
    parts.push({
      text: `${countText(row.errors)} failed`,
      tone: 'failed',
      ...(failuresHref === undefined ? {} : { href: failuresHref }),
    });
  if (row.clientErrors > 0) parts.push({ text: `, ${countText(row.clientErrors)} got a 4xx` });
  if (row.aborted > 0) parts.push({ text: `, ${countText(row.aborted)} aborted` });
  const { p50, p99, max } = row.durationMillis;
  if (row.count >= 100)
    parts.push({
      text: `. Half took ${text(duration(p50))} or less, one in a hundred more than ${text(duration(p99))}`,
    });
  else if (row.count > 1)
    parts.push({ text: `. Half took ${text(duration(p50))} or less, the longest ${text(duration(max))}` });
  else parts.push({ text: `. It took ${text(duration(max))}` });
  if (totalMillis > 0)
    parts.push({ text: `. That is ${text(share(row.totalMillis / totalMillis))} of ${whole}` }, ...ofItsTime);
  return [...parts, { text: '.' }];
}
