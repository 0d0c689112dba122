import type { AttributeValue, KeepReason, OperationType, SpanRow } from '../query.ts';
import { OPERATION_TYPES } from '../query.ts';
import { NO_ATTRIBUTES } from './attribute-copy.ts';
import type { FlatAttributes } from './attribute-copy.ts';
import { MAX_RECORD_BYTES, SPAN_KINDS } from './span-record.ts';
import type { EventRecord, SpanRecord } from './span-record.ts';
import type { StringInterner } from './string-interner.ts';
import { TraceRecord } from './trace-record.ts';

/** Raised when the shape changes; what has another number is not read. */
const FORMAT = 1;

const STATUSES: readonly SpanRow['status'][] = ['unset', 'ok', 'error'];
const REASONS: readonly KeepReason[] = ['error', 'slow', 'probability', 'ancestor', 'late'];

type Json = Readonly<Record<string, unknown>>;

/** A trace as text, for the history file. */
export function encodeTrace(trace: TraceRecord): string {
  const { droppedSpans, truncated, remoteParent, exported, spans } = trace;
  return JSON.stringify({ format: FORMAT, droppedSpans, truncated, remoteParent, exported, spans });
}

/** The trace of a text that `encodeTrace` made; TypeError or SyntaxError for any other. */
export function decodeTrace(traceId: string, text: string, strings: StringInterner): TraceRecord {
  const json = object(JSON.parse(text));
  if (json['format'] !== FORMAT)
    throw new TypeError(`trace ${traceId} has format ${String(json['format'])}, not ${FORMAT}`);
  const trace = new TraceRecord(traceId);
  trace.append(
    list(json['spans']).map((span) => decodeSpan(object(span), strings)),
    {
      droppedSpans: number(json['droppedSpans']),
      truncated: json['truncated'] === true,
      remoteParent: json['remoteParent'] === true,
    },
  );
  if (trace.spans.length === 0) throw new TypeError(`trace ${traceId} has no spans`);
  trace.exported = json['exported'] === true;
  return trace;
}

function decodeSpan(json: Json, strings: StringInterner): SpanRecord {
  const share = (value: unknown): string => {
    const text = string(value);
    const known = strings.find(text);
    if (known === undefined) strings.add(text);
    return known ?? text;
  };
  const attributes = (value: unknown): FlatAttributes => {
    const flat = list(value).map((part) => (typeof part === 'string' ? share(part) : attributeValue(part)));
    return flat.length === 0 ? NO_ATTRIBUTES : flat;
  };
  return {
    spanId: string(json['spanId']),
    parentSpanId: json['parentSpanId'] === undefined ? undefined : string(json['parentSpanId']),
    localRoot: json['localRoot'] === true,
    name: share(json['name']),
    kind: oneOf(SPAN_KINDS, json['kind']),
    type: oneOf<OperationType>(OPERATION_TYPES, json['type']),
    series: share(json['series']),
    scope: share(json['scope']),
    startMillis: number(json['startMillis']),
    durationMillis: number(json['durationMillis']),
    status: oneOf(STATUSES, json['status']),
    statusMessage: json['statusMessage'] === undefined ? undefined : share(json['statusMessage']),
    attributes: attributes(json['attributes']),
    events: list(json['events'])
      .map(object)
      .map((event): EventRecord => {
        return {
          name: share(event['name']),
          timeMillis: number(event['timeMillis']),
          attributes: attributes(event['attributes']),
        };
      }),
    keepReason: oneOf(REASONS, json['keepReason']),
    bytes: Math.min(Math.max(number(json['bytes']), 0), MAX_RECORD_BYTES),
  };
}

function attributeValue(value: unknown): AttributeValue {
  if (typeof value === 'number' || typeof value === 'boolean') return value;
  return list(value).map((element) => {
    const plain = element === null || ['string', 'number', 'boolean'].includes(typeof element);
    if (!plain) throw new TypeError(`expected a plain value, got ${typeof element}`);
    return element as string | number | boolean | null;
  });
}

function object(value: unknown): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new TypeError('expected an object');
  return value as Json;
}

function list(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw new TypeError(`expected a list, got ${typeof value}`);
  return value;
}

function string(value: unknown): string {
  if (typeof value !== 'string') throw new TypeError(`expected a text, got ${typeof value}`);
  return value;
}

function number(value: unknown): number {
  if (typeof value !== 'number') throw new TypeError(`expected a number, got ${typeof value}`);
  return value;
}

function oneOf<T extends string>(values: readonly T[], value: unknown): T {
  const found = values.find((candidate) => candidate === value);
  if (found === undefined) throw new TypeError(`expected one of ${values.join(', ')}`);
  return found;
}
