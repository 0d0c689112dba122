/** One line of the settings table. */
export interface Setting<T> {
  readonly name: string;
  /** As it would be written; or in words, when nothing written means it. */
  readonly default: string;
  /** The value without the variable. */
  readonly fallback: T;
  readonly meaning: string;
  /** Throws InvalidSetting, or PartlyInvalidSetting when some of it counts. */
  readonly parse: (text: string) => T;
  /** Never shown. */
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
