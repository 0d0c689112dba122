import type { KeepReason, OperationType, RuleCounts, SamplingRule } from './operation-types.ts';
import type { TimeRange } from './time-range.ts';
import type { EffectiveSetting } from './effective-setting.ts';

/** A value that the page set. */
export interface PageValue {
  /** As it would be written in the environment; empty for none. */
  readonly text: string;
  /** What the environment said then; undefined where it said nothing. */
  readonly over: string | undefined;
  readonly atMillis: number;
}

/** A setting that may change while the process runs. */
export interface LiveSetting {
  readonly name: string;
  readonly meaning: string;
  /** As it would be written; empty where nothing is. */
  readonly text: string;
  /** In force; in words where nothing is written. */
  readonly value: string;
  readonly source: EffectiveSetting['source'];
  readonly default: string;
  /** Nothing written has a meaning of its own: `default` says it. */
  readonly mayBeEmpty: boolean;
  /** What the environment or `.env` says, in force or not; undefined where they say nothing. */
  readonly environment: Pick<EffectiveSetting, 'value' | 'source'> | undefined;
  /** Of one that the page set: when, over what of the environment, and whether that says something else by now. */
  readonly page:
    | { readonly atMillis: number; readonly over: string | undefined; readonly isOutdated: boolean }
    | undefined;
}

export interface SettingProblem {
  readonly name: string;
  /** Completes "this value cannot be used: …". */
  readonly message: string;
}

/** What somebody asks to change. A value that is as it is changes nothing. */
export interface SettingsRequest {
  /** By name, as they would be written in the environment; empty for none, where that may be. */
  readonly values: Readonly<Record<string, string>>;
  /** Names whose value by the page is given up for the one of the environment. */
  readonly takenBack?: readonly string[] | undefined;
}

export interface SettingChange {
  readonly name: string;
  readonly from: string;
  readonly to: string;
  /** Who says the new value: the page, or what it was taken back to. */
  readonly by: EffectiveSetting['source'];
}

/** What was changed at once. */
export interface SettingsChange {
  readonly atMillis: number;
  readonly who: string;
  readonly changes: readonly SettingChange[];
}

/** What may change while the process runs. */
export interface LiveSettings {
  /** Names what is in force; a change of another revision is refused. */
  readonly revision: string;
  readonly settings: readonly LiveSetting[];
  /** The last ones, oldest first, those of earlier processes included where a file remembers them. */
  readonly changes: readonly SettingsChange[];
  /** False: what the page sets is over with this process. */
  readonly lasts: boolean;
  /** False: the newest change is in force, but the file has not taken it yet. */
  readonly isSaved: boolean;
}

/** What a change would do. */
export interface SettingsTrial {
  /** In force when it was tried. */
  readonly revision: string;
  /** Empty: everything stays as it is. */
  readonly changes: readonly SettingChange[];
  /** Undefined where nothing would change. */
  readonly dryRun: DryRun | undefined;
}

/** Traces that memory holds, decided again by the settings in force and by the proposed ones. */
export interface DryRun {
  /** Traces replayed, the newest of `held`. */
  readonly traces: number;
  readonly held: number;
  /** Operations of them whose detail is held. */
  readonly operations: number;
  /** Of the same traces: dropped when they were decided, so that nobody can decide them again. */
  readonly gone: number;
  /** Traces that began elsewhere: what their caller said of its sampling is not held. */
  readonly remote: number;
  readonly now: DryRunSide;
  readonly proposed: DryRunSide;
  /** What it would come to for all that was counted of late; undefined where rates and thresholds alone do not say it. */
  readonly expected:
    | { readonly range: TimeRange; readonly types: Readonly<Record<OperationType, ExpectedVolume>> }
    | undefined;
}

export interface DryRunSide {
  /** Traces of which something is kept. */
  readonly traces: number;
  /** Traces of which something is exported, where anything is. */
  readonly exportedTraces: number;
  readonly kept: Readonly<Record<OperationType, number>>;
  readonly dropped: Readonly<Record<OperationType, number>>;
  readonly reasons: Readonly<Record<KeepReason, number>>;
  readonly rules: Readonly<Record<SamplingRule, RuleCounts>>;
  readonly named: readonly (RuleCounts & { readonly name: string })[];
}

/** Of operations of one type. */
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
      /** False: it is in force, and no file holds it yet. */
      readonly isSaved: boolean;
    }
  | { readonly problems: readonly SettingProblem[] }
  | { readonly isOutdated: true };
