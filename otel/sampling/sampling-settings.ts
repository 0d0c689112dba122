import type { OperationType } from '../base/operation-types.ts';
import type { SamplingRuleSetting } from '../settings/sampling-rule.ts';
import type { SamplingValues } from '../settings/sampling-values.ts';

/** Settings that verdicts depend on; frozen, and replaced as a whole by a live change. */
export interface SamplingSettings {
  /** Share of ordinary operations to keep in the process, 0–1; 0 is off. */
  readonly rates: Readonly<Record<OperationType, number>>;
  /** The same for the OTLP pipeline. */
  readonly exportRates: Readonly<Record<OperationType, number>>;
  /** An operation this long or longer is always kept; Infinity: no duration is too long. */
  readonly slowThresholdNanos: Readonly<Record<OperationType, number>>;
  /** Keeps the buffered rest of a trace in which something failed or was slow. */
  readonly keepsWholeTrace: boolean;
  /** The first match decides. */
  readonly rules: readonly SamplingRuleSetting[];
  /** Traces to keep per second of each route and status class, in addition to or instead of a rate; 0 is off. */
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
