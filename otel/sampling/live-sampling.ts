import { createHash } from 'node:crypto';
import type { Clock } from '../base/clock.ts';
import type { EffectiveSetting } from '../base/effective-setting.ts';
import type { Limits } from '../base/limits.ts';
import { limitsOf } from '../settings/limit-settings.ts';
import { isOfSampling, LIVE_SETTINGS } from '../settings/live-settings.ts';
import { readSettings } from '../settings/read-settings.ts';
import { samplingValues } from '../settings/sampling-values.ts';
import type { Setting } from '../settings/setting.ts';
import { type SamplingSettings, samplingSettings } from './sampling-settings.ts';
import type {
  LiveSetting,
  PageValue,
  SettingChange,
  SettingProblem,
  SettingsChange,
  SettingsRequest,
} from '../base/settings-change.ts';

/** Changes remembered here and in the history file, oldest dropped first; ~300 bytes each. */
export const MAX_CHANGES = 100;
const MAX_WHO_CHARS = 128;
/** A longer text is not a setting. */
const MAX_TEXT_CHARS = 20_000;
const BY_NAME: ReadonlyMap<string, Setting<unknown>> = new Map(
  LIVE_SETTINGS.map((setting) => [setting.name, setting]),
);

type Page = ReadonlyMap<string, PageValue>;

/** Proposed settings; nothing has changed yet, so a dry run may use them. */
export interface SamplingProposal {
  readonly settings: SamplingSettings;
  readonly limits: Limits;
  /** Empty if nothing would change. */
  readonly changes: readonly SettingChange[];
  readonly page: Page;
  /** The revision in force when it was made. */
  readonly revision: string;
}

/**
 * The settings of sampling and the limits in force, and the only way to change them while the process runs (G26): values are checked by the parsers of the settings
 * table, replaced as one frozen object, and recorded. A value set on the page overrides the environment until it is removed.
 */
export class LiveSampling {
  readonly #environment: ReadonlyMap<string, EffectiveSetting>;
  readonly #initial: SamplingSettings;
  readonly #clock: Pick<Clock, 'now'>;
  #current: SamplingSettings;
  #limits: Limits;
  #page: Page = new Map();
  #revision: string;
  #changes: readonly SettingsChange[] = [];

  /** @param environment The settings read at the start, from which `initial` was made. */
  constructor(
    initial: SamplingSettings,
    environment: readonly EffectiveSetting[],
    clock: Pick<Clock, 'now'>,
  ) {
    this.#initial = this.#current = Object.freeze(initial);
    this.#environment = new Map(
      environment.filter(({ source }) => source !== 'default').map((setting) => [setting.name, setting]),
    );
    this.#clock = clock;
    this.#limits = this.#read(this.#page).limits;
    this.#revision = this.#revisionOf(this.#page);
  }

  /** Returns the same object until something changes; pass it to the SamplingSpanProcessor as it is. */
  readonly settings = (): SamplingSettings => this.#current;

  /** What counts as fine. The same object until something changes. */
  get limits(): Limits {
    return this.#limits;
  }

  /** Identifies the settings in force; a proposal based on another revision is outdated. */
  get revision(): string {
    return this.#revision;
  }

  /** Values set on the page, by name. */
  get page(): Page {
    return this.#page;
  }

  /** Oldest first. */
  get changes(): readonly SettingsChange[] {
    return this.#changes;
  }

  facts(): readonly LiveSetting[] {
    return LIVE_SETTINGS.map((setting) => this.#factsOf(setting));
  }

  /** All settings of the process, values set on the page included. */
  effective(settings: readonly EffectiveSetting[]): readonly EffectiveSetting[] {
    if (this.#page.size === 0) return settings;
    return settings.map((setting) => {
      const set = this.#page.get(setting.name);
      if (set === undefined) return setting;
      return { ...setting, value: set.text || defaultOf(setting.name), source: 'page' };
    });
  }

  /** Validates a change whose values are written as in the environment. Returns all problems together. */
  propose({
    values,
    takenBack = [],
  }: SettingsRequest): SamplingProposal | { readonly problems: readonly SettingProblem[] } {
    const problems: SettingProblem[] = [];
    const page = new Map(this.#page);
    for (const name of [...takenBack, ...Object.keys(values)]) {
      if (BY_NAME.has(name)) continue;
      const known = [...BY_NAME.keys()].join(', ');
      problems.push({ name, message: `it cannot change while the process runs; ${known} can` });
    }
    const atMillis = this.#clock.now();
    for (const [name, value] of Object.entries(values)) {
      const text = value.trim();
      // An unchanged value keeps the name of the user who set it.
      if (!BY_NAME.has(name) || takenBack.includes(name) || text === this.#textOf(name, this.#page)) continue;
      if (text.length > MAX_TEXT_CHARS)
        problems.push({ name, message: `expected at most ${MAX_TEXT_CHARS} characters` });
      else page.set(name, { text, over: this.#environment.get(name)?.value, atMillis });
    }
    for (const name of takenBack) page.delete(name);
    const read = this.#read(page);
    problems.push(...read.problems);
    if (problems.length > 0) return { problems };
    const changes = this.#changesTo(page);
    // Policies are made anew with other settings, and forget what they counted.
    const isOther = changes.some(({ name }) => isOfSampling(name));
    return {
      settings: isOther ? read.settings : this.#current,
      limits: read.limits,
      changes,
      page,
      revision: this.#revision,
    };
  }

  /** Applies a proposal at once. Returns undefined and changes nothing if other settings came into force since it was made. */
  apply(proposal: SamplingProposal, who: string): SettingsChange | undefined {
    const { changes, page, revision } = proposal;
    if (revision !== this.#revision) return undefined;
    const change = Object.freeze({ atMillis: this.#clock.now(), who: who.slice(0, MAX_WHO_CHARS), changes });
    if (changes.length === 0) return change;
    this.#put(proposal, page, [...this.#changes, change]);
    return change;
  }

  /** Applies values that the page set in an earlier process, or in another one. Values that are no longer valid are left out and returned. */
  restore(page: Page, changes: readonly SettingsChange[]): readonly SettingProblem[] {
    const problems: SettingProblem[] = [];
    const understood = new Map<string, PageValue>();
    for (const [name, value] of page) {
      const wrong = BY_NAME.has(name)
        ? this.#read(new Map([[name, value]])).problems
        : [{ name, message: 'this setting no longer exists' }];
      if (wrong.length === 0) understood.set(name, value);
      else problems.push(...wrong);
    }
    this.#put(this.#read(understood), understood, changes);
    return problems;
  }

  #put(
    { settings, limits }: Pick<SamplingProposal, 'settings' | 'limits'>,
    page: Page,
    changes: readonly SettingsChange[],
  ): void {
    this.#page = page;
    this.#changes = changes.slice(-MAX_CHANGES);
    this.#revision = this.#revisionOf(page);
    this.#current = settings;
    this.#limits = limits;
  }

  #read(page: Page): {
    readonly settings: SamplingSettings;
    readonly limits: Limits;
    readonly problems: readonly SettingProblem[];
  } {
    const written = LIVE_SETTINGS.flatMap((setting) => {
      const text = this.#textOf(setting.name, page);
      return text === '' && isOptional(setting) ? [] : [[setting.name, text] as const];
    });
    const { values, problems } = readSettings(Object.fromEntries(written), {});
    return {
      settings: page.size === 0 ? this.#initial : samplingSettings(samplingValues(values)),
      limits: limitsOf(values),
      problems: problems.map(({ variable, value, message }) => ({
        name: variable,
        message: `${message}, got ${value}`,
      })),
    };
  }

  /** As written in the environment; empty if unset. */
  #textOf(name: string, page: Page): string {
    const setting = BY_NAME.get(name)!;
    return (
      page.get(name)?.text ??
      this.#environment.get(name)?.value ??
      (isOptional(setting) ? '' : setting.default)
    );
  }

  #factsOf(setting: Setting<unknown>, page = this.#page): LiveSetting {
    const { name, meaning } = setting;
    const written = this.#environment.get(name);
    const set = page.get(name);
    const environment = written && { value: written.value, source: written.source };
    const now = environment?.value;
    return {
      name,
      decides: isOfSampling(name) ? 'sampling' : 'limits',
      meaning,
      text: this.#textOf(name, page),
      value: this.#textOf(name, page) || setting.default,
      source: set === undefined ? (written?.source ?? 'default') : 'page',
      default: setting.default,
      mayBeEmpty: isOptional(setting),
      environment,
      page: set && { atMillis: set.atMillis, over: set.over, isOutdated: set.over !== now },
    };
  }

  #changesTo(page: Page): readonly SettingChange[] {
    return LIVE_SETTINGS.flatMap((setting) => {
      const before = this.#factsOf(setting);
      const after = this.#factsOf(setting, page);
      if (before.value === after.value && before.source === after.source) return [];
      return [Object.freeze({ name: setting.name, from: before.value, to: after.value, by: after.source })];
    });
  }

  #revisionOf(page: Page): string {
    const texts = LIVE_SETTINGS.map(({ name }) => [name, this.#textOf(name, page), page.has(name)]);
    return createHash('sha256').update(JSON.stringify(texts)).digest('base64url').slice(0, 22);
  }
}

/** True if an empty value has its own meaning. */
function isOptional(setting: Setting<unknown>): boolean {
  return setting.fallback === undefined;
}

function defaultOf(name: string): string {
  return BY_NAME.get(name)?.default ?? '';
}
