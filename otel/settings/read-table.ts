import type { EffectiveSetting } from '../base/effective-setting.ts';
import { mayHoldSecret } from '../base/secret-names.ts';
import { withoutCredentials } from './otlp-target.ts';
import type { Setting, ValuesOf } from './setting.ts';
import { InvalidSetting, PartlyInvalidSetting } from './setting-parsers.ts';

export type Environment = Readonly<Record<string, string | undefined>>;
export type WrittenSource = 'environment' | '.env';

/** One problem, printed as `variable=value (source): message`. */
export interface SettingProblem {
  readonly variable: string;
  /** Quoted and cut; `(hidden)` for a secret. */
  readonly value: string;
  readonly source: WrittenSource;
  readonly message: string;
}

export interface TableRead<Values> {
  readonly values: Values;
  readonly settings: readonly EffectiveSetting[];
  readonly problems: readonly SettingProblem[];
  readonly warnings: string[];
}

/**
 * Reads every setting of a table, the kit's or the app's, from the environment, else `.env`, else its default. A bad OTEL_* value is a
 * warning, as the OpenTelemetry specification requires; any other is a problem. Never throws: problems are returned. `defaults` holds, by
 * name, what to show where nothing is written.
 */
export function readTable<Table extends Readonly<Record<string, Setting<unknown>>>>(
  table: Table,
  env: Environment,
  dotEnv: Environment,
  defaults: Environment = {},
): TableRead<ValuesOf<Table>> {
  const values: Record<string, unknown> = {};
  const settings: EffectiveSetting[] = [];
  const problems: SettingProblem[] = [];
  const warnings: string[] = [];
  for (const [key, setting] of Object.entries(table)) {
    const { name, meaning } = setting;
    const written = findWritten(setting, env, dotEnv);
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
          `${name}=${quoted(setting, text)} (${source}): ${outcome.message}; the default, ${setting.default}, applies`,
        );
      } else {
        problems.push({ variable: name, value: quoted(setting, text), source, message: outcome.message });
      }
    }
    settings.push(Object.freeze(shown));
  }
  return { values: values as ValuesOf<Table>, settings, problems, warnings };
}

/** Formats one problem as a line. */
export function lineOf({ variable, value, source, message }: SettingProblem): string {
  return `${variable}=${value} (${source}): ${message}`;
}

export function isLenient(name: string): boolean {
  return name.startsWith('OTEL_');
}

export function findWritten(
  { name, emptyIsNone }: { readonly name: string; readonly emptyIsNone: boolean },
  env: Environment,
  dotEnv: Environment,
): { readonly text: string; readonly source: WrittenSource } | undefined {
  for (const [variables, source] of [
    [env, 'environment'],
    [dotEnv, '.env'],
  ] as const) {
    const text = Object.hasOwn(variables, name) ? variables[name] : undefined;
    if (text !== undefined && !(emptyIsNone && text.trim() === '')) return { text, source };
  }
  return undefined;
}

function parseWritten(
  setting: Setting<unknown>,
  text: string,
): { readonly value: unknown; readonly warning?: string } | InvalidSetting {
  try {
    if (text.trim() === '') throw new InvalidSetting('a value; unset the variable to use the default');
    return { value: setting.parse(text) };
  } catch (error) {
    if (error instanceof PartlyInvalidSetting) return { value: error.value, warning: error.message };
    if (error instanceof InvalidSetting) return error;
    throw error;
  }
}

/** Long enough to recognise it. */
export const MAX_QUOTED_LENGTH = 80;

/** JSON's quotes also keep control characters from the terminal. */
export function quoted({ secret }: { readonly secret: boolean }, text: string): string {
  if (text === '') return '""';
  if (secret || mayHoldSecret(text)) return '(hidden)';
  return JSON.stringify(text.length > MAX_QUOTED_LENGTH ? `${text.slice(0, MAX_QUOTED_LENGTH)}…` : text);
}

function shownValue(setting: Setting<unknown>, text: string): string {
  if (!setting.secret) return text.trim();
  return setting.name.endsWith('_ENDPOINT') ? withoutCredentials(text.trim()) : '(set)';
}
