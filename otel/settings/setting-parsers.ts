/** A value that a setting cannot take; `expected` completes the sentence "expected …". */
export class InvalidSetting extends Error {
  readonly expected: string;

  constructor(expected: string) {
    super(`expected ${expected}`);
    this.name = 'InvalidSetting';
    this.expected = expected;
  }
}

/** Decimal only: no hexadecimal, no `Infinity`, no digit separators. */
const DECIMAL = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i;

/** The number a text writes out in decimal; undefined when it is none, overflows, or underflows to 0. */
export function decimal(text: string): number | undefined {
  const trimmed = text.trim();
  if (!DECIMAL.test(trimmed)) return undefined;
  const value = Number(trimmed);
  if (!Number.isFinite(value)) return undefined;
  const underflowed = value === 0 && /[1-9]/.test(trimmed.replace(/e.*$/i, ''));
  return underflowed ? undefined : value + 0;
}

/** A parser of decimal numbers from `min` to `max`, both included. */
export function numberBetween(min: number, max: number, unit: string): (text: string) => number {
  return (text) => {
    const value = decimal(text);
    if (value === undefined || value < min || value > max) {
      throw new InvalidSetting(`${unit} from ${min} to ${max}`);
    }
    return value;
  };
}

/** A parser of whole numbers from `min` to `max`, both included. */
export function integerBetween(min: number, max: number, unit: string): (text: string) => number {
  return (text) => {
    const value = decimal(text);
    if (value === undefined || !Number.isInteger(value) || value < min || value > max) {
      throw new InvalidSetting(`a whole ${unit} from ${min} to ${max}`);
    }
    return value;
  };
}

/** A parser of 0, for off, and of numbers from `min` to `max`. */
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

/** An absolute http or https address. */
export function parseHttpUrl(text: string): string {
  const url = URL.parse(text.trim());
  if (url === null || !['http:', 'https:'].includes(url.protocol)) {
    throw new InvalidSetting('an address that starts with http:// or https://');
  }
  return url.href;
}

/** An address that pages may show: it carries no credential. */
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

export function oneOf<const Words extends readonly string[]>(words: Words): (text: string) => Words[number] {
  return (text) => {
    const word = text.trim();
    const found = words.find((known) => known === word);
    if (found === undefined) throw new InvalidSetting(words.join(' or '));
    return found;
  };
}

/**
 * `key=value,key=value` with percent-encoding, as OTEL_RESOURCE_ATTRIBUTES and OTEL_EXPORTER_OTLP_HEADERS are written. One bad
 * member discards the whole value, as the specification of resources asks.
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
