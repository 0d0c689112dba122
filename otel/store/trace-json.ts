import { currentAttributeName } from '../base/renamed-attributes.ts';
import type { AttributeValue, OperationType, SpanRow } from '../query.ts';
import { KEEP_REASONS, OPERATION_TYPES } from '../query.ts';
import { NO_ATTRIBUTES } from './attribute-copy.ts';
import type { FlatAttributes } from './attribute-copy.ts';
import { MAX_RECORD_BYTES, NO_EVENTS, SPAN_KINDS } from './span-record.ts';
import type { EventRecord, SpanRecord } from './span-record.ts';
import type { StringInterner } from './string-interner.ts';
import { TemplatedRecord } from './templated-record.ts';
import type { SharedFacts } from './templated-record.ts';
import { TraceRecord } from './trace-record.ts';

/** Raised when the format changes; older formats are read, newer ones are not. The first had no templates. */
const FORMAT = 2;
const FORMATS: readonly unknown[] = [1, FORMAT];

const STATUSES: readonly SpanRow['status'][] = ['unset', 'ok', 'error'];

type Json = Readonly<Record<string, unknown>>;

/** Numbers for shared templates. */
export interface TemplateBook {
  /** Undefined: write it in full. */
  idOf(facts: SharedFacts): number | undefined;
  factsOf(id: number): SharedFacts | undefined;
}

export const NO_TEMPLATES: TemplateBook = { idOf: () => undefined, factsOf: () => undefined };

/** Encodes a trace for the history file. A span with a template is a list: the template's number and the span's own values. */
export function encodeTrace(trace: TraceRecord, templates: TemplateBook): string {
  const { droppedSpans, truncated, remoteParent, exported, version } = trace;
  const spans = trace.spans.map((span) => encodeSpan(span, templates));
  const weights = encodeWeights(trace.spans);
  const facts = { droppedSpans, truncated, remoteParent, exported, version };
  return JSON.stringify({ format: FORMAT, ...facts, weights, spans });
}

/** One for all, or one each; null for an unknown one. Versions that know no weights ignore the key. */
function encodeWeights(spans: readonly SpanRecord[]): unknown {
  const weights = spans.map(({ weight = null }) => weight);
  return weights.every((weight) => weight === weights[0]) ? weights[0] : weights;
}

/** The weight of the span at an index; undefined for each of a trace that was written without. */
function decodeWeights(value: unknown): (index: number) => number | undefined {
  return (index) => {
    const weight: unknown = Array.isArray(value) ? value[index] : value;
    return typeof weight === 'number' && weight >= 1 ? weight : undefined;
  };
}

function encodeSpan(span: SpanRecord, templates: TemplateBook): unknown {
  if (!(span instanceof TemplatedRecord)) return { ...span, weight: undefined };
  const template = templates.idOf(span.shared);
  if (template === undefined) return span;
  const {
    spanId,
    parentSpanId = null,
    localRoot,
    startMillis,
    durationMillis,
    keepReason,
    bytes,
    own,
    keptBy,
  } = span;
  const reason = KEEP_REASONS.indexOf(keepReason);
  const parts = [template, spanId, parentSpanId, localRoot, startMillis, durationMillis, reason, bytes, own];
  return keptBy === undefined ? parts : [...parts, keptBy];
}

/** Decodes a text written by `encodeTrace`; throws TypeError or SyntaxError for any other. */
export function decodeTrace(
  traceId: string,
  text: string,
  strings: StringInterner,
  templates: TemplateBook,
): TraceRecord {
  const json = object(JSON.parse(text));
  if (!FORMATS.includes(json['format']))
    throw new TypeError(`trace ${traceId} has format ${String(json['format'])}, not ${FORMAT}`);
  const weightAt = decodeWeights(json['weights']);
  const trace = new TraceRecord(traceId);
  trace.append(
    list(json['spans']).map((span, i) =>
      Array.isArray(span)
        ? decodeTemplated(span, templates, weightAt(i))
        : decodeSpan(object(span), strings, weightAt(i)),
    ),
    {
      droppedSpans: number(json['droppedSpans']),
      truncated: json['truncated'] === true,
      remoteParent: json['remoteParent'] === true,
    },
  );
  if (trace.spans.length === 0) throw new TypeError(`trace ${traceId} has no spans`);
  trace.exported = json['exported'] === true;
  trace.version = json['version'] === undefined ? undefined : string(json['version']);
  return trace;
}

/** Decodes only the spans and the version, in a third of the time: spans without a template are not validated. */
export function uncheckedTrace(
  text: string,
  templates: TemplateBook,
): Pick<TraceRecord, 'spans' | 'version'> {
  const { spans, weights, version } = JSON.parse(text) as {
    readonly spans: readonly (SpanRecord | readonly unknown[])[];
    readonly weights: unknown;
    readonly version?: string;
  };
  const weightAt = decodeWeights(weights);
  return {
    version,
    spans: spans.map((span, i) =>
      'spanId' in span
        ? { ...withCurrentNames(span), weight: weightAt(i) }
        : decodeTemplated(span, templates, weightAt(i)),
    ),
  };
}

/** Decodes what the records of a template share, as stringified. */
export function decodeFacts(value: unknown): SharedFacts {
  const json = object(value);
  return {
    name: string(json['name']),
    kind: oneOf(SPAN_KINDS, json['kind']),
    type: oneOf<OperationType>(OPERATION_TYPES, json['type']),
    series: string(json['series']),
    scope: string(json['scope']),
    attributes: flatAttributes(json['attributes'], string),
  };
}

/** `keptBy` is the last part, and rare. */
function decodeTemplated(
  parts: readonly unknown[],
  templates: TemplateBook,
  weight: number | undefined,
): SpanRecord {
  const [template, spanId, parentSpanId, localRoot, startMillis, durationMillis, reason, bytes, own, keptBy] =
    parts;
  const facts = templates.factsOf(number(template));
  const keepReason = KEEP_REASONS[number(reason)];
  if (facts === undefined || keepReason === undefined)
    throw new TypeError(`expected a template and a reason, got ${String(template)} and ${String(reason)}`);
  const ownAttributes = flatAttributes(own, string);
  return {
    spanId: string(spanId),
    parentSpanId: parentSpanId === null ? undefined : string(parentSpanId),
    localRoot: localRoot === true,
    ...facts,
    startMillis: number(startMillis),
    durationMillis: number(durationMillis),
    status: 'unset',
    statusMessage: undefined,
    attributes: ownAttributes.length === 0 ? facts.attributes : [...facts.attributes, ...ownAttributes],
    events: NO_EVENTS,
    keepReason,
    keptBy: keptBy === undefined ? undefined : string(keptBy),
    weight,
    bytes: recordBytes(bytes),
  };
}

function decodeSpan(json: Json, strings: StringInterner, weight: number | undefined): SpanRecord {
  const share = (value: unknown): string => {
    const text = string(value);
    const known = strings.find(text);
    if (known === undefined) strings.add(text);
    return known ?? text;
  };
  const attributes = (value: unknown): FlatAttributes => {
    const flat = flatAttributes(value, share);
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
    keepReason: oneOf(KEEP_REASONS, json['keepReason']),
    keptBy: json['keptBy'] === undefined ? undefined : share(json['keptBy']),
    weight,
    bytes: recordBytes(json['bytes']),
  };
}

function withCurrentNames(span: SpanRecord): SpanRecord {
  const attributes = span.attributes.map((part, at) =>
    typeof part === 'string' && at % 2 === 0 ? currentAttributeName(part) : part,
  );
  return { ...span, attributes };
}

function recordBytes(value: unknown): number {
  return Math.min(Math.max(number(value), 0), MAX_RECORD_BYTES);
}

/** @param text Transforms keys and texts. */
function flatAttributes(value: unknown, text: (part: string) => string): FlatAttributes {
  return list(value).map((part, at) =>
    typeof part === 'string' ? text(at % 2 === 0 ? currentAttributeName(part) : part) : attributeValue(part),
  );
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
