import type { OperationType } from '../base/operation-types.ts';
import type { SamplingRuleSetting } from '../settings/sampling-rule.ts';
import type { SamplingValues } from '../settings/sampling-values.ts';

/** What verdicts depend on, besides the spans; frozen, replaced as a whole by a live change. */
export interface SamplingSettings {
  /** Share of ordinary operations kept in the process, 0–1; 0 is off. */
  readonly rates: Readonly<Record<OperationType, number>>;
  /** The same for the OTLP pipeline. */
  readonly exportRates: Readonly<Record<OperationType, number>>;
  /** An operation at or above it is always kept; Infinity: never for that alone. */
  readonly slowThresholdNanos: Readonly<Record<OperationType, number>>;
  /** What failed or was slow is kept with what is still held of its trace. */
  readonly keepsWholeTrace: boolean;
  /** The first that matches decides. */
  readonly rules: readonly SamplingRuleSetting[];
  /** Traces kept per second of each route and class of status, beside or instead of a rate; 0 is off. */
  readonly target: number;
}

export function samplingSettings({
  rates,
  exportRates,
  slowThresholdSeconds,
  keepsWholeTrace,
  rules,
  target,
}: SamplingValues): SamplingSettings {
  return Object.freeze({
    rates,
    exportRates,
    slowThresholdNanos: Object.freeze({
      http: slowThresholdSeconds.http * 1e9,
      database: slowThresholdSeconds.database * 1e9,
      render: slowThresholdSeconds.render * 1e9,
      other: Infinity,
    }),
    keepsWholeTrace,
    rules,
    target,
  });
}
