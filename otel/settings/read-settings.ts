import type { EffectiveSetting } from '../base/effective-setting.ts';
import { ignoredNames } from './ignored-names.ts';
import { nearestName } from './nearest-name.ts';
import { findWritten, isLenient, lineOf, MAX_QUOTED_LENGTH, quoted, readTable } from './read-table.ts';
import type { Environment, SettingProblem, TableRead, WrittenSource } from './read-table.ts';
import { SETTINGS, TELEMETRY_SETTINGS, type SettingValues } from './settings-table.ts';

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

/** Reads the settings of telemetry and finds METRICS_* names that do not exist. Never throws: problems are returned. */
export function readSettings(
  env: Environment,
  dotEnv: Environment,
  { isStrict = true, more = [], defaults = {} }: AppSettings = {},
): TableRead<SettingValues> {
  const { values, settings, problems, warnings } = readTable(SETTINGS, env, dotEnv, defaults);
  const known = [...KNOWN_NAMES, ...more.map(({ name }) => name)];
  const unknown = [...unknownNames(env, 'environment', known), ...unknownNames(dotEnv, '.env', known)];
  const ofApp = more.map((setting) => Object.freeze(shownOfApp(setting, env, dotEnv)));
  return {
    values,
    settings: [...settings, ...ofApp],
    problems: isStrict ? [...unknown, ...problems] : problems,
    warnings: [
      ...ignoredNames(env, dotEnv, STANDARD_NAMES),
      ...(isStrict ? [] : unknown.map(lineOf)),
      ...warnings,
    ],
  };
}

/** The app itself reports a wrong value. */
function shownOfApp(
  { name, meaning, default: text, secret = false }: AppSetting,
  env: Environment,
  dotEnv: Environment,
): EffectiveSetting {
  const written = findWritten({ name, emptyIsNone: true }, env, dotEnv);
  if (written === undefined) return { name, value: text, source: 'default', meaning };
  return { name, value: secret ? '(set)' : written.text.trim(), source: written.source, meaning };
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
