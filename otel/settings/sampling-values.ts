import type { SamplingRates } from './sampling-rates.ts';
import type { SamplingRuleSetting } from './sampling-rule.ts';
import type { SettingValues } from './settings-table.ts';

/** What verdicts depend on, as settings say it. */
export interface SamplingValues {
  readonly rates: SamplingRates;
  readonly exportRates: SamplingRates;
  readonly slowThresholdSeconds: {
    readonly database: number;
    readonly http: number;
    readonly render: number;
  };
  /** What failed or was slow is kept with what is still held of its trace. */
  readonly keepsWholeTrace: boolean;
  /** The first that matches an operation decides. */
  readonly rules: readonly SamplingRuleSetting[];
  /** Traces kept per second of each route and class of status; 0 is off. */
  readonly target: number;
}

/** The same at the start and after a change on the page. */
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
