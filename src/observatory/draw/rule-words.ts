import type { SamplingRule } from '../../../otel/query.ts';

/** What a rule applies to. */
export const RULE_WORDS: Readonly<Record<SamplingRule, string>> = {
  error: 'Failed',
  slow: 'Took its threshold or longer',
  http: 'Ordinary requests',
  database: 'Ordinary statements',
  render: 'Ordinary renders',
  other: 'Other ordinary operations',
  trace: 'In the trace of a failed or slow operation',
  ancestor: 'Called a kept operation',
  late: 'Failed or was slow, after its trace was decided',
};

/** In order of precedence. */
export const RULE_NAMES = Object.keys(RULE_WORDS) as readonly SamplingRule[];

/** Words for a rule of the settings, a target or a policy of the app. */
export function namedRuleWords(name: string): string {
  return name === 'target' ? 'The target' : name;
}
