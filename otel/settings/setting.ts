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
}

export function setting<T>(
  name: string,
  text: string,
  meaning: string,
  parse: (text: string) => T,
): Setting<T> {
  return { name, default: text, fallback: parse(text), meaning, parse, secret: false };
}

export function optional<T>(
  name: string,
  meaning: string,
  parse: (text: string) => T,
  { words = 'none', secret = false } = {},
): Setting<T | undefined> {
  return { name, default: words, fallback: undefined, meaning, parse, secret };
}
