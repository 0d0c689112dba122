import type { AttributeMap, AttributeValue } from '../../../otel/query.ts';

/** OTLP's AnyValue in proto3 JSON: 64-bit integers are strings. */
export interface AnyValue {
  readonly stringValue?: string;
  readonly boolValue?: boolean;
  readonly intValue?: string | number;
  readonly doubleValue?: number | string;
  readonly arrayValue?: { readonly values?: readonly AnyValue[] };
  readonly kvlistValue?: unknown;
  readonly bytesValue?: string;
}
export interface KeyValue {
  readonly key: string;
  readonly value: AnyValue;
}

type Scalar = string | number | boolean | null | undefined;

function anyValue(value: Scalar): AnyValue {
  if (value === null || value === undefined) return {};
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  // JSON.stringify drops the sign of -0.
  if (Object.is(value, -0)) return { doubleValue: '-0' };
  if (Number.isSafeInteger(value)) return { intValue: String(value) };
  return { doubleValue: Number.isFinite(value) ? value : String(value) };
}

/** Converts attributes to OTLP; undefined values are left out. */
export function keyValues(attributes: AttributeMap): readonly KeyValue[] {
  return Object.entries(attributes).flatMap(([key, value]) => {
    if (value === undefined) return [];
    return [
      {
        key,
        value: Array.isArray(value)
          ? { arrayValue: { values: value.map(anyValue) } }
          : anyValue(value as Scalar),
      },
    ];
  });
}

/** Converts from OTLP; types that attributes here do not support become JSON text. */
export function attributesOf(pairs: unknown): AttributeMap {
  if (!Array.isArray(pairs)) return {};
  const entries = pairs.flatMap((pair: unknown): [string, AttributeValue][] => {
    if (typeof pair !== 'object' || pair === null) return [];
    const { key, value } = pair as { key?: unknown; value?: unknown };
    const known = typeof key === 'string' ? attributeOf(value) : undefined;
    return known === undefined ? [] : [[key as string, known]];
  });
  return Object.fromEntries(entries);
}

function attributeOf(value: unknown): AttributeValue | undefined {
  const { arrayValue } = (value ?? {}) as AnyValue;
  if (arrayValue === undefined || arrayValue === null) return scalarOf(value) ?? undefined;
  const values = Array.isArray(arrayValue.values) ? arrayValue.values : [];
  return values.map((each) => scalarOf(each));
}

function scalarOf(value: unknown): string | number | boolean | null {
  if (typeof value !== 'object' || value === null) return null;
  const { stringValue, boolValue, intValue, doubleValue } = value as AnyValue;
  if (typeof stringValue === 'string') return stringValue;
  if (typeof boolValue === 'boolean') return boolValue;
  if (intValue !== undefined) {
    const number = Number(intValue);
    return Number.isSafeInteger(number) ? number : String(intValue);
  }
  if (doubleValue !== undefined) return Number(doubleValue);
  return Object.keys(value).length === 0 ? null : JSON.stringify(value).slice(0, 2000);
}

const NANOS_PER_MILLI = 1_000_000n;

/** Epoch nanoseconds as decimal text; a double of milliseconds is exact to a quarter of a microsecond today. */
export function nanosText(millis: number, plusMillis = 0): string {
  const whole = Math.floor(millis);
  const nanos =
    BigInt(whole) * NANOS_PER_MILLI +
    BigInt(Math.round((millis - whole) * 1e6)) +
    BigInt(Math.round(plusMillis * 1e6));
  return String(nanos);
}

/** Undefined if the value is not a decimal number of nanoseconds. */
export function nanosOf(value: unknown): bigint | undefined {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return BigInt(value);
  return typeof value === 'string' && /^\d{1,20}$/.test(value) ? BigInt(value) : undefined;
}

export function millisOf(nanos: bigint): number {
  return Number(nanos / NANOS_PER_MILLI) + Number(nanos % NANOS_PER_MILLI) / 1e6;
}
