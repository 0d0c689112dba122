import type { RuleCounts, SamplingFacts, SheddingFacts, StormFacts } from '../query.ts';
import type { OperationTally } from './operation-tally.ts';
import type { SamplingSettings } from './sampling-settings.ts';

const UNSEEN: RuleCounts = { seen: 0, kept: 0, dropped: 0 };

/** The settings in force and their effect, for pages. */
export function samplingFacts(
  { rates, exportRates, slowThresholdNanos, rules, target }: SamplingSettings,
  tally: Pick<OperationTally, 'rules' | 'named'>,
  storm: StormFacts,
  shedding?: SheddingFacts,
): SamplingFacts {
  const named = new Map([...rules.map(({ text }) => [text, UNSEEN] as const), ...tally.named()]);
  return {
    enabled: true,
    rates,
    exportRates,
    thresholdsSeconds: {
      database: slowThresholdNanos.database / 1e9,
      http: slowThresholdNanos.http / 1e9,
      render: slowThresholdNanos.render / 1e9,
    },
    rules: tally.rules(),
    named: [...named].map(([name, counts]) => ({ name, ...counts })),
    ruleTexts: rules.map(({ text }) => text),
    target,
    storm,
    ...(shedding && { shedding }),
  };
}
