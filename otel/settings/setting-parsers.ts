/** An invalid value of a setting; `expected` completes the sentence "expected …". */
export class InvalidSetting extends Error {
  readonly expected: string;

  constructor(expected: string) {
    super(`expected ${expected}`);
    this.name = 'InvalidSetting';
    this.expected = expected;
  }
}

/** Part of a value is invalid; `value` is the rest, which applies. */
export class PartlyInvalidSetting extends Error {
  readonly value: unknown;

  constructor(value: unknown, message: string) {
    super(message);
    this.name = 'PartlyInvalidSetting';
    this.value = value;
  }
}

/** Decimal only: no hexadecimal, no `Infinity`, no digit separators. */
const DECIMAL = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i;

/** Parses a decimal number; undefined for anything else, overflow, and underflow to 0. */
export function decimal(text: string): number | undefined {
  const trimmed = text.trim();
  if (!DECIMAL.test(trimmed)) return undefined;
  const value = Number(trimmed);
  if (!Number.isFinite(value)) return undefined;
  const underflowed = value === 0 && /[1-9]/.test(trimmed.replace(/e.*$/i, ''));
  return underflowed ? undefined : value + 0;
}

/** Returns a parser of decimal numbers from `min` to `max`, inclusive. */
export function numberBetween(min: number, max: number, unit: string): (text: string) => number {
  return (text) => {
    const value = decimal(text);
    if (value === undefined || value < min || value > max) {
      throw new InvalidSetting(`${unit} from ${min} to ${max}`);
    }
    return value;
  };
}

/** Returns a parser of whole numbers from `min` to `max`, inclusive. */
export function integerBetween(min: number, max: number, unit: string): (text: string) => number {
  return (text) => {
    const value = decimal(text);
    if (value === undefined || !Number.isInteger(value) || value < min || value > max) {
      throw new InvalidSetting(`a whole ${unit} from ${min} to ${max}`);
    }
    return value;
  };
}

/** Returns a parser of 0 (off) and of numbers from `min` to `max`. */
export function zeroOrBetween(min: number, max: number, unit: string): (text: string) => number {
  return (text) => {
    const value = decimal(text);
    if (value === undefined || (value !== 0 && (value < min || value > max))) {
      throw new InvalidSetting(`0 (off) or ${unit} from ${min} to ${max}`);
    }
    return value;
  };
}

/** `true` or `false` in any case. */
export function parseBoolean(text: string): boolean {
  const word = text.trim().toLowerCase();
  if (word !== 'true' && word !== 'false') throw new InvalidSetting('true or false');
  return word === 'true';
}

/** Parses an absolute http or https URL. */
export function parseHttpUrl(text: string): string {
  const url = URL.parse(text.trim());
  if (url === null || !['http:', 'https:'].includes(url.protocol)) {
    throw new InvalidSetting('an address that starts with http:// or https://');
  }
  return url.href;
}

/** Parses a URL that pages may show: without credentials. */
export function parsePlainHttpUrl(text: string): string {
  const url = URL.parse(text.trim());
  const isPlain = url !== null && `${url.username}${url.password}${url.search}${url.hash}` === '';
  if (!isPlain || !['http:', 'https:'].includes(url.protocol)) {
    throw new InvalidSetting(
      'an address that starts with http:// or https://, without a user name, password or query',
    );
  }
  return url.href;
}

/** Accepts any text. */
export function parseText(text: string): string {
  return text.trim();
}

/** Maximum delay of Node's timers. */
const MAX_TIMER_MILLIS = 2 ** 31 - 1;
export const millis = integerBetween(1, MAX_TIMER_MILLIS, 'number of milliseconds');

/** Returns a parser of one word in any case. @param refused Why a word valid elsewhere is invalid here. */
export function oneOf<const Words extends readonly string[]>(
  words: Words,
  refused: Readonly<Record<string, string>> = {},
): (text: string) => Words[number] {
  return (text) => {
    const word = text.trim().toLowerCase();
    const found = words.find((known) => known === word);
    if (found === undefined) {
      const reason = Object.hasOwn(refused, word) ? refused[word] : undefined;
      const choice = words.length > 3 ? `one of ${words.join(', ')}` : words.join(' or ');
      throw new InvalidSetting(`${choice}${reason === undefined ? '' : ` (${reason})`}`);
    }
    return found;
  };
}

export interface ListOptions {
  /** The word that stands for all. */
  readonly all?: boolean;
  /** Why a word valid elsewhere is invalid here. */
  readonly refused?: Readonly<Record<string, string>>;
}

/** Returns a parser of a list of words, or of `none` alone. An unknown word is ignored and reported. */
export function listOf<const Words extends readonly string[]>(
  words: Words,
  { all = false, refused = {} }: ListOptions = {},
): (text: string) => readonly Words[number][] {
  return (text) => {
    const asked = [...new Set(text.toLowerCase().split(',').map(parseText))].filter((word) => word !== '');
    if (asked.length === 1 && asked[0] === 'none') return Object.freeze([]);
    const known = words.filter((word) => asked.includes(word) || (all && asked.includes('all')));
    const strange = asked.filter((word) => !words.includes(word) && !(all && word === 'all'));
    const expected = `none, or a list of ${[...(all ? ['all'] : []), ...words].join(', ')}`;
    if (known.length === 0 || strange.includes('none'))
      throw new InvalidSetting(expected + why(strange, refused));
    if (strange.length > 0) {
      const message = `expected ${expected}${why(strange, refused)}; its valid part applies`;
      throw new PartlyInvalidSetting(Object.freeze(known), message);
    }
    return Object.freeze(known);
  };
}

function why(words: readonly string[], refused: Readonly<Record<string, string>>): string {
  const reasons = new Set(words.flatMap((word) => (Object.hasOwn(refused, word) ? [refused[word]] : [])));
  return reasons.size === 0 ? '' : ` (${[...reasons].join('; ')})`;
}

/**
 * Parses `key=value,key=value` with percent-encoding, the format of OTEL_RESOURCE_ATTRIBUTES and OTEL_EXPORTER_OTLP_HEADERS. One invalid member
 * discards the whole value, as the resource specification requires.
 */
export function parseKeyValueList(text: string): Readonly<Record<string, string>> {
  const entries = text
    .split(',')
    .filter((member) => member.trim() !== '')
    .map(parseKeyValue);
  return Object.fromEntries(entries);
}

function parseKeyValue(member: string): [string, string] {
  const equals = member.indexOf('=');
  if (equals <= 0) throw new InvalidSetting('key=value,key=value');
  try {
    return [
      decodeURIComponent(member.slice(0, equals).trim()),
      decodeURIComponent(member.slice(equals + 1).trim()),
    ];
  } catch {
    throw new InvalidSetting('key=value,key=value with valid percent-encoding');
  }
}
