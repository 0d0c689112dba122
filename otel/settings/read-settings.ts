import type { EffectiveSetting } from '../base/effective-setting.ts';
import { ignoredNames } from './ignored-names.ts';
import { nearestName } from './nearest-name.ts';
import { withoutCredentials } from './otlp-target.ts';
import { mayHoldSecret } from '../base/secret-names.ts';
import type { Setting } from './setting.ts';
import { InvalidSetting, PartlyInvalidSetting } from './setting-parsers.ts';
import { SETTINGS, TELEMETRY_SETTINGS } from './settings-table.ts';
import type { SettingKey, SettingValues } from './settings-table.ts';

type Environment = Readonly<Record<string, string | undefined>>;
type WrittenSource = 'environment' | '.env';

/** One problem, printed as `variable=value (source): message`. */
export interface SettingProblem {
  readonly variable: string;
  /** Quoted and cut; `(hidden)` for a secret. */
  readonly value: string;
  readonly source: WrittenSource;
  readonly message: string;
}

export interface SettingsRead {
  readonly values: SettingValues;
  readonly settings: readonly EffectiveSetting[];
  readonly problems: readonly SettingProblem[];
  readonly warnings: string[];
}

/** A METRICS_* name that the app reads itself; listed among the settings of telemetry. */
export interface AppSetting {
  readonly name: string;
  readonly default: string;
  readonly meaning: string;
  /** Its value is never shown. */
  readonly secret?: boolean;
}

/** The app's own settings. */
export interface AppSettings {
  /** Makes an unknown METRICS_* an error instead of a warning. Default true. */
  readonly isStrict?: boolean;
  readonly more?: readonly AppSetting[];
  /** By name: the value shown while the setting is unset. */
  readonly defaults?: Readonly<Record<string, string | undefined>>;
}

/** Reads every setting from the environment, else `.env`, else its default. Never throws: problems are returned. */
export function readSettings(
  env: Environment,
  dotEnv: Environment,
  { isStrict = true, more = [], defaults = {} }: AppSettings = {},
): SettingsRead {
  const values: Partial<Record<SettingKey, unknown>> = {};
  const settings: EffectiveSetting[] = [];
  const problems: SettingProblem[] = [];
  const warnings: string[] = [...ignoredNames(env, dotEnv, STANDARD_NAMES)];
  const known = [...KNOWN_NAMES, ...more.map(({ name }) => name)];
  const unknown = [...unknownNames(env, 'environment', known), ...unknownNames(dotEnv, '.env', known)];
  if (isStrict) problems.push(...unknown);
  else warnings.push(...unknown.map(lineOf));
  for (const [key, setting] of Object.entries(SETTINGS) as [SettingKey, Setting<unknown>][]) {
    const written = findWritten(setting.name, env, dotEnv);
    const { name, meaning } = setting;
    values[key] = setting.fallback;
    let shown: EffectiveSetting = {
      name,
      value: defaults[name] ?? setting.default,
      source: 'default',
      meaning,
    };
    if (written !== undefined) {
      const { text, source } = written;
      const outcome = parseWritten(setting, text);
      if (!(outcome instanceof InvalidSetting)) {
        values[key] = outcome.value;
        shown = { name, value: shownValue(setting, text), source, meaning };
        if (outcome.warning !== undefined)
          warnings.push(`${name}=${quoted(setting, text)} (${source}): ${outcome.warning}`);
      } else if (isLenient(name)) {
        warnings.push(
          `${name}=${quoted(setting, text)} (${source}): ${outcome.message}; the default, ${setting.default}, is in force`,
        );
      } else {
        problems.push({ variable: name, value: quoted(setting, text), source, message: outcome.message });
      }
    }
    settings.push(Object.freeze(shown));
  }
  for (const setting of more) settings.push(Object.freeze(shownOfApp(setting, env, dotEnv)));
  return { values: values as SettingValues, settings, problems, warnings };
}

/** Formats one problem as a line. */
export function lineOf({ variable, value, source, message }: SettingProblem): string {
  return `${variable}=${value} (${source}): ${message}`;
}

function shownOfApp(setting: AppSetting, env: Environment, dotEnv: Environment): EffectiveSetting {
  const { name, meaning, secret = false } = setting;
  const written = findWritten(name, env, dotEnv);
  if (written === undefined || written.text.trim() === '')
    return { name, value: setting.default, source: 'default', meaning };
  return { name, value: secret ? '(set)' : written.text.trim(), source: written.source, meaning };
}

/** The OpenTelemetry specification requires a warning for a bad value, no failure, and treating an empty value as unset. */
function isLenient(name: string): boolean {
  return name.startsWith('OTEL_');
}

function findWritten(name: string, env: Environment, dotEnv: Environment) {
  const inEnvironment = own(env, name);
  if (inEnvironment !== undefined) return { text: inEnvironment, source: 'environment' as const };
  const inFile = own(dotEnv, name);
  return inFile === undefined ? undefined : { text: inFile, source: '.env' as const };
}

function own(variables: Environment, name: string): string | undefined {
  const text = Object.hasOwn(variables, name) ? variables[name] : undefined;
  return isLenient(name) && text?.trim() === '' ? undefined : text;
}

function parseWritten(
  setting: Setting<unknown>,
  text: string,
): { readonly value: unknown; readonly warning?: string } | InvalidSetting {
  try {
    if (text.trim() === '') throw new InvalidSetting('a value; leave the variable out to have the default');
    return { value: setting.parse(text) };
  } catch (error) {
    if (error instanceof PartlyInvalidSetting) return { value: error.value, warning: error.message };
    if (error instanceof InvalidSetting) return error;
    throw error;
  }
}

const STANDARD_NAMES = TELEMETRY_SETTINGS.map(({ name }) => name).filter(isLenient);
const PREFIX = 'METRICS_';
const KNOWN_NAMES = TELEMETRY_SETTINGS.map((setting) => setting.name).filter((name) =>
  name.startsWith(PREFIX),
);

function unknownNames(
  variables: Environment,
  source: WrittenSource,
  known: readonly string[],
): SettingProblem[] {
  // Compared without the prefix, which would make all names half alike.
  const words = known.map((name) => name.slice(PREFIX.length));
  return Object.keys(variables)
    .filter((name) => name.toUpperCase().startsWith(PREFIX) && !known.includes(name))
    .sort()
    .map((name) => {
      const nearest = nearestName(name.slice(PREFIX.length), words);
      const hint =
        nearest === undefined ? `the names are ${known.join(', ')}` : `did you mean ${PREFIX}${nearest}?`;
      const secret = /TOKEN|SECRET|PASS|KEY/i.test(`${name} ${nearest}`);
      return {
        variable: JSON.stringify(name.slice(0, MAX_QUOTED_LENGTH)).slice(1, -1),
        value: quoted({ secret }, variables[name] ?? ''),
        source,
        message: `unknown setting; ${hint}`,
      };
    });
}

/** Long enough to recognise it. */
const MAX_QUOTED_LENGTH = 80;

/** JSON's quotes also keep control characters from the terminal. */
function quoted({ secret }: { readonly secret: boolean }, text: string): string {
  if (text === '') return '""';
  if (secret || mayHoldSecret(text)) return '(hidden)';
  return JSON.stringify(text.length > MAX_QUOTED_LENGTH ? `${text.slice(0, MAX_QUOTED_LENGTH)}…` : text);
}

function shownValue(setting: Setting<unknown>, text: string): string {
  if (!setting.secret) return text.trim();
  return setting.name.endsWith('_ENDPOINT') ? withoutCredentials(text.trim()) : '(set)';
}
