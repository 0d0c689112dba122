import type { SamplingFacts, StormFacts } from '../query.ts';
import type { SamplingSettings } from './policies.ts';

/** The settings in force and what came of them, as pages read it. */
export function samplingFacts(
  { rates, exportRates, slowThresholdNanos }: SamplingSettings,
  rules: SamplingFacts['rules'],
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
    rules,
    storm,
  };
}
