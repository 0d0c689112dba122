import type { AuditedSeries, AuditFacts } from '../../../otel/query.ts';
import { countText } from '../../markup/quantity.ts';
import type { Links } from '../links.ts';
import { plural, type Sentence } from './sentence.ts';

/** Whether what was kept stands for what was counted, in words. */
export function booksWords(audit: AuditFacts): string {
  const [alarm] = audit.alarms;
  if (alarm !== undefined)
    return `They disagree: ${alarmWords(alarm)} ${WHAT_TO_DO[alarm.judgement === 'missing' ? 'missing' : 'biased']}`;
  if (audit.sampled === 0)
    return 'Nothing was left to chance so far: at a rate of 1 everything is kept, and at 0 nothing ordinary. So there is nothing to estimate.';
  if (audit.judged === 0) return 'The books agree so far; there are too few operations to say more.';
  return `The books agree: in ${plural(audit.judged, 'sum')} what was kept stands for what was counted, as closely as chance allows.`;
}

/** For the overview: nothing while the books agree. */
export function booksSentence(audit: AuditFacts, links: Links): Sentence | undefined {
  const [alarm] = audit.alarms;
  if (alarm === undefined) return undefined;
  return [
    { text: 'The books of sampling disagree', href: links.to('/sampling'), tone: 'failed' },
    { text: `: ${alarmWords(alarm)}` },
  ];
}

function alarmWords({ type, series, over, counted, adjusted, due, z, judgement }: AuditedSeries): string {
  const what = series ?? ALL_OF[type];
  const when = over === 'window' ? ' of late' : '';
  return judgement === 'missing'
    ? `of ${what}, what reached the buffer${when} stands for ${countText(adjusted)} operations; what was decided to be kept, for ${countText(due)}.`
    : `of ${what}, what was kept${when} stands for ${countText(adjusted)} operations where ${countText(counted)} were counted, ${Math.abs(z).toFixed(1)} standard deviations off.`;
}

const ALL_OF: Readonly<Record<AuditedSeries['type'], string>> = {
  http: 'all requests',
  database: 'all statements',
  render: 'all pages drawn',
  other: 'all other operations',
};

const WHAT_TO_DO = {
  missing:
    'Counts and durations stay exact. Look at the faults on the buffer page: kept operations are lost on their way to the buffer.',
  biased:
    'Counts and durations stay exact. A policy whose threshold depends on the randomness of the trace, or trace ids that are not random, would do that.',
} as const;
