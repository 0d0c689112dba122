import type { RuleCounts, SamplingFacts, StormFacts } from '../query.ts';
import { neverMatches } from '../settings/unreachable-rules.ts';
import type { OperationTally } from './operation-tally.ts';
import type { SamplingSettings } from './sampling-settings.ts';

type Unreachable = NonNullable<SamplingFacts['unreachable']>;

/** Cached per set of rules: comparing each of a hundred rules with those before it takes milliseconds. */
const unreachable = new WeakMap<SamplingSettings['rules'], Unreachable>();

const UNSEEN: RuleCounts = { seen: 0, kept: 0, dropped: 0 };

/** The settings in force and their effect, for pages. */
export function samplingFacts(
  { rates, exportRates, slowThresholdNanos, rules, target }: SamplingSettings,
  tally: Pick<OperationTally, 'rules' | 'named'>,
  storm: StormFacts,
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
    unreachable: unreachableIn(rules),
    storm,
  };
}

function unreachableIn(rules: SamplingSettings['rules']): Unreachable {
  let found = unreachable.get(rules);
  if (found === undefined) {
    found = neverMatches(rules).map(({ number, why }) => ({ name: rules[number - 1]!.text, why }));
    unreachable.set(rules, found);
  }
  return found;
}
