import type { SamplingRule } from '../../../otel/query.ts';

/** What a rule is about. */
export const RULE_WORDS: Readonly<Record<SamplingRule, string>> = {
  error: 'Failed',
  slow: 'Took its threshold or longer',
  http: 'Ordinary requests',
  database: 'Ordinary statements',
  render: 'Ordinary pages drawn',
  other: 'Other ordinary operations',
  trace: 'Of a trace with one that failed or was slow',
  ancestor: 'Led to one that was kept',
  late: 'Failed or was slow, after its trace was decided',
};

/** In the order in which they are asked. */
export const RULE_NAMES = Object.keys(RULE_WORDS) as readonly SamplingRule[];

/** Of a rule of the settings, a target or a policy of the app. */
export function namedRuleWords(name: string): string {
  return name === 'target' ? 'The target' : name;
}
