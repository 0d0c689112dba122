import type { SamplingFacts, StormFacts } from '../query.ts';
import type { OperationTally } from './operation-tally.ts';
import type { SamplingSettings } from './sampling-settings.ts';

/** The settings in force and what came of them, as pages read it. */
export function samplingFacts(
  { rates, exportRates, slowThresholdNanos }: SamplingSettings,
  tally: Pick<OperationTally, 'rules' | 'named'>,
  storm: StormFacts,
): SamplingFacts {
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
    named: [...tally.named()].map(([name, counts]) => ({ name, ...counts })),
    storm,
  };
}
