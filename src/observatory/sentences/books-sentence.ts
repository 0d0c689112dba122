import type { AuditedSeries, AuditFacts } from '../../../otel/query.ts';
import { countText } from '../../markup/quantity.ts';
import type { Links } from '../links.ts';
import { plural, type Sentence } from './sentence.ts';

/** The result of the sampling audit in words. */
export function booksWords(audit: AuditFacts): string {
  const [alarm] = audit.alarms;
  if (alarm !== undefined)
    return `The audit found a deviation: ${alarmWords(alarm)} ${WHAT_TO_DO[alarm.judgement === 'missing' ? 'missing' : 'biased']}`;
  if (audit.sampled === 0)
    return 'Nothing was sampled by chance so far: at rate 1 everything is kept, at rate 0 no ordinary operation is. So there is nothing to estimate.';
  if (audit.judged === 0) return 'No deviation so far; there are too few operations to judge.';
  const few = audit.rows.filter(({ judgement }) => judgement === 'too few').length;
  const unjudged =
    few > 0
      ? ` ${few} of the ${plural(audit.rows.length, 'row')} ${few === 1 ? 'has' : 'have'} too few operations to judge yet; their counts and durations are exact all the same.`
      : '';
  return `No deviation: in ${plural(audit.judged, 'sum')}, the differences between the weights of kept operations and the exact counts are within random variation.${unjudged}`;
}

/** For the overview; undefined while the audit finds no deviation. */
export function booksSentence(audit: AuditFacts, links: Links): Sentence | undefined {
  const [alarm] = audit.alarms;
  if (alarm === undefined) return undefined;
  return [
    { text: 'Sampling deviates from the counts', href: links.to('/sampling'), tone: 'failed' },
    { text: `: ${alarmWords(alarm)}` },
  ];
}

function alarmWords({ type, series, over, counted, adjusted, due, z, judgement }: AuditedSeries): string {
  const what = series ?? ALL_OF[type];
  const when = over === 'window' ? ' recently' : '';
  return judgement === 'missing'
    ? `for ${what}, operations that reached the buffer${when} stand for ${countText(adjusted)}; operations that were decided to be kept stand for ${countText(due)}.`
    : `for ${what}, operations kept${when} stand for ${countText(adjusted)}, but ${countText(counted)} were counted, ${Math.abs(z).toFixed(1)} standard deviations off.`;
}

const ALL_OF: Readonly<Record<AuditedSeries['type'], string>> = {
  http: 'all requests',
  database: 'all statements',
  render: 'all renders',
  other: 'all other operations',
};

const WHAT_TO_DO = {
  missing:
    'Counts and durations stay exact. Kept operations are lost on the way to the buffer; see the faults on the buffer page.',
  biased:
    'Counts and durations stay exact. Possible causes: a policy whose threshold depends on the randomness of the trace, or trace IDs that are not random.',
} as const;
