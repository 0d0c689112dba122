import type { SamplingRates } from './sampling-rates.ts';
import type { SamplingRuleSetting } from './sampling-rule.ts';
import type { SettingValues } from './settings-table.ts';

/** Values of the settings that verdicts depend on. */
export interface SamplingValues {
  readonly rates: SamplingRates;
  readonly exportRates: SamplingRates;
  readonly slowThresholdSeconds: {
    readonly database: number;
    readonly http: number;
    readonly render: number;
  };
  /** Keeps the buffered rest of a trace in which something failed or was slow. */
  readonly keepsWholeTrace: boolean;
  /** The first match decides. */
  readonly rules: readonly SamplingRuleSetting[];
  /** Traces to keep per second of each route and status class; 0 is off. */
  readonly target: number;
}

/** Used at the start and after a change on the page. */
export function samplingValues(values: SettingValues): SamplingValues {
  return {
    rates: values.rates,
    exportRates: values.exportRates ?? values.rates,
    slowThresholdSeconds: Object.freeze({
      database: values.slowQuerySeconds,
      http: values.slowRequestSeconds,
      render: values.slowRenderSeconds,
    }),
    keepsWholeTrace: values.keepsWholeTrace,
    rules: values.rules,
    target: values.target,
  };
}
