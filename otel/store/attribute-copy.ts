import type { AttributeMap, AttributeValue } from '../query.ts';
import type { StringInterner } from './string-interner.ts';

/** Key, value, key, value, …: a third of the memory of an object with the same entries. */
export type FlatAttributes = readonly AttributeValue[];

export const NO_ATTRIBUTES: FlatAttributes = Object.freeze([]);

export interface CopyLimits {
  readonly maxAttributes: number;
  readonly maxValueChars: number;
  readonly maxBytes: number;
}

export interface CopiedAttributes {
  readonly flat: FlatAttributes;
  /** Estimated heap bytes. */
  readonly bytes: number;
  /** Values that were shortened. */
  readonly cut: number;
  /** Attributes left out because of a limit. */
  readonly dropped: number;
  /** Some were dropped for bytes; shorter values would make room. */
  readonly overBytes: boolean;
  /** Strings that are not shared yet; the interner shares them once this copy is the final one. */
  readonly unshared: readonly string[];
}

/** Longer keys are cut. */
const MAX_KEY_CHARS = 128;
const MAX_ELEMENTS = 32;
const MAX_DEPTH = 3;
/** Two slots of a flat array, in bytes. */
const PAIR_BYTES = 16;
/** An array and the header of its elements. */
export const ARRAY_BYTES = 48;
const NOTHING_COPIED: CopiedAttributes = Object.freeze({
  flat: NO_ATTRIBUTES,
  bytes: 0,
  cut: 0,
  dropped: 0,
  overBytes: false,
  unshared: Object.freeze([]),
});

/** Estimated heap bytes of an unshared string. */
export function stringBytes(text: string): number {
  const oneByte = Buffer.byteLength(text) === text.length;
  return 24 + (oneByte ? text.length : text.length * 2);
}

/**
 * At most `maxChars` characters, an ellipsis marking the cut. The result is a new string: a plain slice would keep all of a huge original alive.
 */
export function cutText(text: string, maxChars: number): string {
  if (text.length <= maxChars) return text;
  const last = text.charCodeAt(maxChars - 2);
  const splitsPair = last >= 0xd800 && last <= 0xdbff;
  return Buffer.from(`${text.slice(0, splitsPair ? maxChars - 2 : maxChars - 1)}…`).toString();
}

/** Copies attributes of any shape, even ones that the API's types forbid, within the limits. */
export function copyAttributes(
  source: Readonly<Record<string, unknown>> | undefined,
  limits: CopyLimits,
  strings: StringInterner,
): CopiedAttributes {
  const keys = source === undefined || source === null ? [] : Object.keys(source);
  if (keys.length === 0) return NOTHING_COPIED;
  const flat: AttributeValue[] = [];
  const unshared: string[] = [];
  const last = strings.lastOf(keys.length);
  let bytes = ARRAY_BYTES;
  let cut = 0;
  let dropped = 0;
  let overBytes = false;
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i]!;
    const raw = source?.[key];
    if (raw === undefined || raw === null) continue;
    if (flat.length >= limits.maxAttributes * 2) {
      dropped++;
      continue;
    }
    const isLastKey = last.keys[i] === key;
    const isLastValue =
      typeof raw === 'string' && raw === last.values[i] && raw.length <= limits.maxValueChars;
    const value = isLastValue ? raw : toAttributeValue(raw, limits.maxValueChars);
    const shortKey = isLastKey ? key : cutText(key, MAX_KEY_CHARS);
    const knownKey = isLastKey ? last.keys[i] : strings.find(shortKey);
    const knownValue = isLastValue
      ? last.values[i]
      : typeof value === 'string'
        ? strings.find(value)
        : undefined;
    const cost =
      PAIR_BYTES +
      (knownKey === undefined ? stringBytes(shortKey) : 0) +
      (knownValue === undefined ? valueBytes(value) : 0);
    if (bytes + cost > limits.maxBytes) {
      dropped++;
      overBytes = true;
      continue;
    }
    if (knownKey !== undefined) last.keys[i] = knownKey;
    if (knownValue !== undefined) last.values[i] = knownValue;
    if (knownKey === undefined) unshared.push(shortKey);
    if (knownValue === undefined && typeof value === 'string') unshared.push(value);
    flat.push(knownKey ?? shortKey, knownValue ?? value);
    bytes += cost;
    if (isShorter(value, raw) || shortKey !== key) cut++;
  }
  // A slice has no spare capacity; an array that grew has up to twice what it needs.
  return { flat: flat.length === 0 ? NO_ATTRIBUTES : flat.slice(), bytes, cut, dropped, overBytes, unshared };
}

export function toAttributeMap(flat: FlatAttributes): AttributeMap {
  const entries: [string, AttributeValue][] = [];
  for (let i = 0; i + 1 < flat.length; i += 2) entries.push([String(flat[i]), flat[i + 1] as AttributeValue]);
  return Object.fromEntries(entries);
}

export function attributeOf(flat: FlatAttributes, key: string): AttributeValue | undefined {
  for (let i = 0; i + 1 < flat.length; i += 2) if (flat[i] === key) return flat[i + 1];
  return undefined;
}

function toAttributeValue(raw: unknown, maxChars: number): AttributeValue {
  switch (typeof raw) {
    case 'string':
      return cutText(raw, maxChars);
    case 'boolean':
      return raw;
    case 'number':
      // NaN and Infinity would become null in JSON.
      return Number.isFinite(raw) ? raw : String(raw);
    default:
      if (!Array.isArray(raw)) return cutText(describeValue(raw, MAX_DEPTH), maxChars);
      return toArrayValue(raw, maxChars);
  }
}

function toArrayValue(raw: readonly unknown[], maxChars: number): AttributeValue {
  const values: (string | number | boolean | null)[] = [];
  let chars = 0;
  for (let i = 0; i < raw.length && i < MAX_ELEMENTS && chars < maxChars; i++) {
    const element = raw[i];
    if (element === undefined || element === null) {
      values.push(null);
      continue;
    }
    const value = toAttributeValue(
      Array.isArray(element) ? describeValue(element, 1) : element,
      maxChars - chars,
    );
    if (typeof value === 'object') continue;
    values.push(value);
    chars += typeof value === 'string' ? value.length : 8;
  }
  if (values.length < raw.length) values.push(`… ${raw.length - values.length} more`);
  return values;
}

/** A short text for a value that OpenTelemetry does not allow; bounded in depth and breadth, never calls toString or toJSON. */
function describeValue(value: unknown, depth: number): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'function') return '[function]';
  if (typeof value !== 'object' || value === null) return String(value);
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString();
  if (depth === 0) return Array.isArray(value) ? '[…]' : '{…}';
  if (Array.isArray(value)) {
    const shown = value.slice(0, 8).map((element) => describeValue(element, depth - 1));
    return `[${shown.join(', ')}${value.length > 8 ? ', …' : ''}]`;
  }
  const keys = Object.keys(value);
  const record = value as Readonly<Record<string, unknown>>;
  const shown = keys.slice(0, 8).map((key) => `${key}: ${describeValue(record[key], depth - 1)}`);
  return `{${shown.join(', ')}${keys.length > 8 ? ', …' : ''}}`;
}

function valueBytes(value: AttributeValue): number {
  if (typeof value === 'string') return stringBytes(value);
  if (typeof value === 'number') return Number.isInteger(value) && Math.abs(value) < 2 ** 31 ? 0 : 16;
  if (typeof value === 'boolean') return 0;
  let bytes = 32;
  for (const element of value) bytes += 8 + (typeof element === 'string' ? stringBytes(element) : 16);
  return bytes;
}

function isShorter(value: AttributeValue, raw: unknown): boolean {
  if (typeof raw === 'string') return raw !== value;
  if (Array.isArray(raw) && Array.isArray(value)) {
    return (
      value.length !== raw.length ||
      value.some((element, i) => typeof raw[i] === 'string' && raw[i] !== element)
    );
  }
  return typeof value === 'string' && value.endsWith('…');
}
