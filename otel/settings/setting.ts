/** One line of the settings table. */
export interface Setting<T> {
  readonly name: string;
  /** As it would be written, or in words if it is unset by default. */
  readonly default: string;
  /** Value if the variable is unset. */
  readonly fallback: T;
  readonly meaning: string;
  /** Throws InvalidSetting, or PartlyInvalidSetting if a part is valid. */
  readonly parse: (text: string) => T;
  /** Its value is never shown. */
  readonly secret: boolean;
  /** Takes an empty value as not written, as OpenTelemetry's specification asks for OTEL_*; METRICS_* refuse it. */
  readonly emptyIsNone: boolean;
}

/** What the settings of a table come to. */
export type ValuesOf<Table extends Readonly<Record<string, Setting<unknown>>>> = {
  readonly [Key in keyof Table]: Table[Key]['fallback'];
};

export function setting<T>(
  name: string,
  text: string,
  meaning: string,
  parse: (text: string) => T,
): Setting<T> {
  return {
    name,
    default: text,
    fallback: parse(text),
    meaning,
    parse,
    secret: false,
    emptyIsNone: takesEmpty(name),
  };
}

export function optional<T>(
  name: string,
  meaning: string,
  parse: (text: string) => T,
  { words = 'none', secret = false, emptyIsNone = takesEmpty(name) } = {},
): Setting<T | undefined> {
  return { name, default: words, fallback: undefined, meaning, parse, secret, emptyIsNone };
}

function takesEmpty(name: string): boolean {
  return !name.startsWith('METRICS_');
}
