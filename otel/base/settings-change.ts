import type { KeepReason, OperationType, RuleCounts, SamplingRule } from './operation-types.ts';
import type { TimeRange } from './time-range.ts';
import type { EffectiveSetting } from './effective-setting.ts';

/** A value set on the page. */
export interface PageValue {
  /** As written in the environment; empty for none. */
  readonly text: string;
  /** The environment's value at that time; undefined if it had none. */
  readonly over: string | undefined;
  readonly atMillis: number;
}

/** A setting that may change while the process runs. */
export interface LiveSetting {
  readonly name: string;
  /** What it decides: which spans are kept, or what counts as fine. */
  readonly decides: 'sampling' | 'limits';
  readonly meaning: string;
  /** As it would be written; empty if it is unset. */
  readonly text: string;
  /** The value in force; in words if it is unset. */
  readonly value: string;
  readonly source: EffectiveSetting['source'];
  readonly default: string;
  /** An empty value has its own meaning, which `default` states. */
  readonly mayBeEmpty: boolean;
  /** The value of the environment or `.env`, in force or not; undefined if neither sets it. */
  readonly environment: Pick<EffectiveSetting, 'value' | 'source'> | undefined;
  /** For a value set on the page: when, the environment's value it replaced, and whether the environment has changed since. */
  readonly page:
    | { readonly atMillis: number; readonly over: string | undefined; readonly isOutdated: boolean }
    | undefined;
}

export interface SettingProblem {
  readonly name: string;
  /** Completes "this value cannot be used: …". */
  readonly message: string;
}

/** A requested change. Values equal to the current ones change nothing. */
export interface SettingsRequest {
  /** By name, as written in the environment; empty unsets a value that may be empty. */
  readonly values: Readonly<Record<string, string>>;
  /** Names whose page value is removed, so that the environment's value applies again. */
  readonly takenBack?: readonly string[] | undefined;
}

export interface SettingChange {
  readonly name: string;
  readonly from: string;
  readonly to: string;
  /** Source of the new value: the page, or whatever applies after its removal. */
  readonly by: EffectiveSetting['source'];
}

/** Changes made together. */
export interface SettingsChange {
  readonly atMillis: number;
  readonly who: string;
  readonly changes: readonly SettingChange[];
}

/** Settings that may change while the process runs. */
export interface LiveSettings {
  /** Identifies the settings in force; a change based on another revision is rejected. */
  readonly revision: string;
  readonly settings: readonly LiveSetting[];
  /** Most recent changes, oldest first, those of earlier processes included if a file stores them. */
  readonly changes: readonly SettingsChange[];
  /** False if values set on the page end with this process. */
  readonly lasts: boolean;
  /** False if the newest change is in force but not yet written to the file. */
  readonly isSaved: boolean;
}

/** The predicted effect of a change. */
export interface SettingsTrial {
  /** The revision in force when it was tried. */
  readonly revision: string;
  /** Empty if nothing would change. */
  readonly changes: readonly SettingChange[];
  /** Undefined if nothing would change. */
  readonly dryRun: DryRun | undefined;
}

/** Traces in memory, decided again under the settings in force and under the proposed ones. */
export interface DryRun {
  /** Traces replayed: the newest of `held`. */
  readonly traces: number;
  readonly held: number;
  /** Operations of these traces whose span is still held. */
  readonly operations: number;
  /** Operations of these traces that were dropped at their verdict and cannot be decided again. */
  readonly gone: number;
  /** Traces with a remote parent, whose sampling state is not stored. */
  readonly remote: number;
  readonly now: DryRunSide;
  readonly proposed: DryRunSide;
  /** Predicted volume for everything counted recently; undefined if it depends on more than rates and thresholds. */
  readonly expected:
    | { readonly range: TimeRange; readonly types: Readonly<Record<OperationType, ExpectedVolume>> }
    | undefined;
}

export interface DryRunSide {
  /** Traces with at least one kept span. */
  readonly traces: number;
  /** Traces with at least one exported span, if there is an exporter. */
  readonly exportedTraces: number;
  readonly kept: Readonly<Record<OperationType, number>>;
  readonly dropped: Readonly<Record<OperationType, number>>;
  readonly reasons: Readonly<Record<KeepReason, number>>;
  readonly rules: Readonly<Record<SamplingRule, RuleCounts>>;
  readonly named: readonly (RuleCounts & { readonly name: string })[];
}

/** For operations of one type. */
export interface ExpectedVolume {
  /** Exact. */
  readonly count: number;
  /** Estimates. */
  readonly keptNow: number;
  readonly keptProposed: number;
}

export type SettingsOutcome =
  | {
      readonly change: SettingsChange;
      /** False if it is in force but not yet written to a file. */
      readonly isSaved: boolean;
    }
  | { readonly problems: readonly SettingProblem[] }
  | { readonly isOutdated: true };
