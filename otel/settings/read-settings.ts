import type { EffectiveSetting } from '../query.ts';
import { nearestName } from './nearest-name.ts';
import { withoutCredentials } from './otlp-target.ts';
import { mayHoldSecret } from '../base/secret-names.ts';
import { InvalidSetting } from './setting-parsers.ts';
import { SETTINGS, TELEMETRY_SETTINGS } from './settings-table.ts';
import type { Setting, SettingKey, SettingValues } from './settings-table.ts';

type Environment = Readonly<Record<string, string | undefined>>;
type WrittenSource = 'environment' | '.env';

/** One thing wrong: `variable=value (source): message`. */
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
  readonly warnings: readonly string[];
}

/** Reads every line of the table; environment, then `.env`, then default. Never throws: what is wrong comes back. */
export function readSettings(env: Environment, dotEnv: Environment): SettingsRead {
  const values: Partial<Record<SettingKey, unknown>> = {};
  const settings: EffectiveSetting[] = [];
  const problems: SettingProblem[] = [...unknownNames(env, 'environment'), ...unknownNames(dotEnv, '.env')];
  const warnings: string[] = [];
  for (const [key, setting] of Object.entries(SETTINGS) as [SettingKey, Setting<unknown>][]) {
    const written = findWritten(setting.name, env, dotEnv);
    const { name, meaning } = setting;
    values[key] = setting.fallback;
    let shown: EffectiveSetting = { name, value: setting.default, source: 'default', meaning };
    if (written !== undefined) {
      const { text, source } = written;
      const outcome = parseWritten(setting, text);
      if (!(outcome instanceof InvalidSetting)) {
        values[key] = outcome.value;
        shown = { name, value: shownValue(setting, text), source, meaning };
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
  return { values: values as SettingValues, settings, problems, warnings };
}

/** The OpenTelemetry specification asks to warn about a bad value, to go on, and to take an empty one for none. */
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

function parseWritten(setting: Setting<unknown>, text: string): { readonly value: unknown } | InvalidSetting {
  try {
    if (text.trim() === '') throw new InvalidSetting('a value; leave the variable out to have the default');
    return { value: setting.parse(text) };
  } catch (error) {
    if (error instanceof InvalidSetting) return error;
    throw error;
  }
}

const PREFIX = 'METRICS_';
const KNOWN_NAMES = TELEMETRY_SETTINGS.map((setting) => setting.name).filter((name) =>
  name.startsWith(PREFIX),
);
/** The prefix is left out of the comparison, or every name would be half alike. */
const KNOWN_WORDS = KNOWN_NAMES.map((name) => name.slice(PREFIX.length));

function unknownNames(variables: Environment, source: WrittenSource): SettingProblem[] {
  return Object.keys(variables)
    .filter((name) => name.toUpperCase().startsWith(PREFIX) && !KNOWN_NAMES.includes(name))
    .sort()
    .map((name) => {
      const nearest = nearestName(name.slice(PREFIX.length), KNOWN_WORDS);
      const hint =
        nearest === undefined
          ? `the names are ${KNOWN_NAMES.join(', ')}`
          : `did you mean ${PREFIX}${nearest}?`;
      const secret = /TOKEN|SECRET|PASS|KEY/i.test(`${name} ${nearest}`);
      return {
        variable: JSON.stringify(name.slice(0, MAX_QUOTED_LENGTH)).slice(1, -1),
        value: quoted({ secret }, variables[name] ?? ''),
        source,
        message: `there is no such setting; ${hint}`,
      };
    });
}

/** Long enough to know it again. */
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
