import type { SamplingFacts } from '../query.ts';
import type { SamplingSettings } from './policies.ts';

/** The settings in force as pages read them. */
export function samplingFacts({ rates, exportRates, slowThresholdNanos }: SamplingSettings): SamplingFacts {
  return {
    enabled: true,
    rates,
    exportRates,
    thresholdsSeconds: {
      database: slowThresholdNanos.database / 1e9,
      http: slowThresholdNanos.http / 1e9,
      render: slowThresholdNanos.render / 1e9,
    },
  };
}
