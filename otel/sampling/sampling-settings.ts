import type { TelemetryConfig } from '../config.ts';
import type { SamplingSettings } from './policies.ts';

/** As they are set at the start. */
export function samplingSettings({
  rates,
  exportRates,
  slowThresholdSeconds,
}: TelemetryConfig): SamplingSettings {
  return Object.freeze({
    rates,
    exportRates,
    slowThresholdNanos: Object.freeze({
      http: slowThresholdSeconds.http * 1e9,
      database: slowThresholdSeconds.database * 1e9,
      render: slowThresholdSeconds.render * 1e9,
      other: Infinity,
    }),
  });
}
