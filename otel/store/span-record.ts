import { ATTR_EXCEPTION_TYPE } from '../base/semconv.ts';
import type {
  AttributeMap,
  AttributeValue,
  KeepReason,
  OperationType,
  SpanEventRow,
  SpanLinkRow,
  SpanRow,
} from '../query.ts';
import { errorText, withoutErrorSecrets } from '../spans/error-texts.ts';
import type { KeptSpan } from '../spans/kept-span.ts';
import { copyAttributes, cutText, NO_ATTRIBUTES, stringBytes, toAttributeMap } from './attribute-copy.ts';
import type { CopiedAttributes, FlatAttributes } from './attribute-copy.ts';
import type { StringInterner } from './string-interner.ts';

/** Hard limit of a record's estimated size. A plain request's span takes about 500 bytes. */
export const MAX_RECORD_BYTES = 4096;
/** Attribute of a record that could not hold everything; lists what is missing. */
export const ATTR_RECORD_CUT = 'telemetry.record.cut';
/** `traceId/spanId` of the span's links, at most 8; a row has them in `links`. */
export const ATTR_SPAN_LINKS = 'telemetry.span.links';

export const MAX_ATTRIBUTES = 64;
const MAX_EVENTS = 16;
const MAX_LINKS = 8;
const LINK_BYTES = 84;
const MAX_NAME_CHARS = 256;
const MAX_SCOPE_CHARS = 128;
const MAX_MESSAGE_CHARS = 512;
/** Tried in turn until everything fits: long values are shortened before any attribute is dropped. */
const ATTRIBUTE_VALUE_CHARS = [1024, 256, 64];
/** Events carry stack traces. */
const EVENT_VALUE_CHARS = [2048, 768, 128];
/** Reserved for events if there are any, so that a stack trace survives long attributes. */
const EVENT_SHARE_BYTES = 1800;
/** Reserved for the cut note and the names. */
const RESERVE_BYTES = 256;
/** The object, its two boxed doubles and its two ids; the weight is a small integer at most rates. */
const FIXED_BYTES = 272;
const EVENT_FIXED_BYTES = 72;

export const SPAN_KINDS: readonly SpanRow['kind'][] = [
  'internal',
  'server',
  'client',
  'producer',
  'consumer',
];
const STATUSES: readonly SpanRow['status'][] = ['unset', 'ok', 'error'];

export interface EventRecord {
  readonly name: string;
  readonly timeMillis: number;
  readonly attributes: FlatAttributes;
}

/** The stored form of a kept span: plain values only, no reference to the span, its context, resource or attributes. */
export interface SpanRecord {
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  /** True without a parent in this process. */
  readonly localRoot: boolean;
  readonly name: string;
  readonly kind: SpanRow['kind'];
  readonly type: OperationType;
  readonly series: string;
  readonly scope: string;
  readonly startMillis: number;
  readonly durationMillis: number;
  readonly status: SpanRow['status'];
  readonly statusMessage: string | undefined;
  readonly attributes: FlatAttributes;
  readonly events: readonly EventRecord[];
  readonly keepReason: KeepReason;
  /** Name of the sampling rule or app policy; a shared string. */
  readonly keptBy?: string | undefined;
  /** Adjusted count: how many operations it stands for. Undefined if unknown. */
  readonly weight?: number | undefined;
  /** Estimated heap bytes; a string shared with other records counts once. */
  readonly bytes: number;
}

export const NO_EVENTS: readonly EventRecord[] = Object.freeze([]);
const NO_COPIED_EVENTS = Object.freeze({ records: NO_EVENTS, bytes: 0, cut: 0, dropped: 0 });
const NO_EXTRA = Object.freeze({ flat: NO_ATTRIBUTES, bytes: 0 });

/** Copies a kept span into a record of at most MAX_RECORD_BYTES. */
export function toSpanRecord(span: KeptSpan, strings: StringInterner): SpanRecord {
  const parent = span.parentSpanContext;
  let bytes = FIXED_BYTES;
  let namesCut = 0;
  const share = (text: unknown, maxChars: number): string => {
    const short = cutText(String(text), maxChars);
    if (short !== text) namesCut++;
    const known = strings.find(short);
    if (known !== undefined) return known;
    strings.add(short);
    bytes += stringBytes(short);
    return short;
  };
  const name = share(span.name, MAX_NAME_CHARS);
  const series = share(span.series, MAX_NAME_CHARS);
  const scope = share(span.instrumentationScope?.name ?? '', MAX_SCOPE_CHARS);
  const message = span.status.message;
  const statusMessage = message === undefined ? undefined : share(errorText(message), MAX_MESSAGE_CHARS);

  const room = MAX_RECORD_BYTES - RESERVE_BYTES - bytes;
  const sourceEvents = span.events ?? [];
  const copied = copyWithin(
    span.attributes,
    ATTRIBUTE_VALUE_CHARS,
    room - (sourceEvents.length > 0 ? EVENT_SHARE_BYTES : 0),
    strings,
  );
  const events = copyEvents(sourceEvents, room - copied.bytes, strings);
  const extra = extraAttributes(span, copied, events, namesCut, room - copied.bytes - events.bytes);
  bytes += copied.bytes + events.bytes + extra.bytes;

  return {
    spanId: span.spanId,
    parentSpanId: parent?.spanId,
    localRoot: parent === undefined || parent.isRemote === true,
    name,
    kind: SPAN_KINDS[span.kind] ?? 'internal',
    type: span.operationType,
    series,
    scope,
    startMillis: toMillis(span.startTime),
    durationMillis: toMillis(span.duration),
    status: STATUSES[span.status.code] ?? 'unset',
    statusMessage,
    attributes: extra.flat.length === 0 ? copied.flat : [...copied.flat, ...extra.flat],
    events: events.records,
    keepReason: span.keepReason,
    keptBy: span.keptBy,
    weight: weightOf(span.threshold),
    bytes,
  };
}

/** Converts to a row for pages. `percentile`: see SpanRow. */
export function toSpanRow(record: SpanRecord, percentile: number | undefined): SpanRow {
  const { [ATTR_SPAN_LINKS]: links, ...attributes } = toAttributeMap(record.attributes);
  return {
    spanId: record.spanId,
    parentSpanId: record.parentSpanId,
    name: record.name,
    kind: record.kind,
    type: record.type,
    series: record.series,
    scope: record.scope,
    startMillis: record.startMillis,
    durationMillis: record.durationMillis,
    status: record.status,
    statusMessage: record.statusMessage,
    attributes,
    events: record.events.map(toEventRow),
    links: Array.isArray(links) ? links.map(toLinkRow) : [],
    keepReason: record.keepReason,
    keptBy: record.keptBy,
    weight: record.weight,
    percentile,
  };
}

/** 1/p of a span that is kept with probability p: 2^56 / (2^56 - T), computed without rounding T. */
export function weightOf(threshold: KeptSpan['threshold']): number | undefined {
  return threshold && 2 ** 56 / ((2 ** 28 - threshold.high) * 2 ** 28 - threshold.low);
}

export function endMillisOf(record: SpanRecord): number {
  return record.startMillis + record.durationMillis;
}

function toEventRow(event: EventRecord): SpanEventRow {
  const attributes: AttributeMap = toAttributeMap(event.attributes);
  return { name: event.name, timeMillis: event.timeMillis, attributes };
}

function toLinkRow(ids: unknown): SpanLinkRow {
  const [traceId = '', spanId = ''] = String(ids).split('/');
  return { traceId, spanId, attributes: {} };
}

/** Converts an HrTime to milliseconds; precise to a quarter of a microsecond. */
export function toMillis(time: readonly [number, number]): number {
  return time[0] * 1000 + time[1] / 1e6;
}

function copyWithin(
  source: Readonly<Record<string, unknown>> | undefined,
  valueChars: readonly number[],
  maxBytes: number,
  strings: StringInterner,
): CopiedAttributes {
  const safe = withoutErrorSecrets(source);
  let copied: CopiedAttributes | undefined;
  for (const maxValueChars of valueChars) {
    copied = copyAttributes(safe, { maxAttributes: MAX_ATTRIBUTES, maxValueChars, maxBytes }, strings);
    if (!copied.overBytes) break;
  }
  const final = copied as CopiedAttributes;
  for (const text of final.unshared) strings.add(text);
  return final;
}

interface CopiedEvents {
  readonly records: readonly EventRecord[];
  readonly bytes: number;
  readonly cut: number;
  readonly dropped: number;
}

/** If there is no room for all, exceptions take precedence; the result is in order of time. */
function copyEvents(source: KeptSpan['events'], maxBytes: number, strings: StringInterner): CopiedEvents {
  if (source.length === 0) return NO_COPIED_EVENTS;
  const isException = (event: KeptSpan['events'][number]): boolean =>
    event.attributes?.[ATTR_EXCEPTION_TYPE] !== undefined;
  const ranked = [...source.filter(isException), ...source.filter((event) => !isException(event))];
  const records: EventRecord[] = [];
  let bytes = 32;
  let cut = 0;
  for (const event of ranked) {
    if (records.length >= MAX_EVENTS) break;
    const name = cutText(String(event.name), MAX_SCOPE_CHARS);
    const fixed = EVENT_FIXED_BYTES + (strings.find(name) === undefined ? stringBytes(name) : 0);
    if (bytes + fixed > maxBytes) break;
    const copied = copyWithin(event.attributes, EVENT_VALUE_CHARS, maxBytes - bytes - fixed, strings);
    strings.add(name);
    records.push({
      name: strings.find(name) ?? name,
      timeMillis: toMillis(event.time),
      attributes: copied.flat,
    });
    bytes += fixed + copied.bytes;
    cut += copied.cut + copied.dropped;
  }
  records.sort((a, b) => a.timeMillis - b.timeMillis);
  return { records, bytes, cut, dropped: source.length - records.length };
}

/** Links if they fit, and the cut note, which fits into RESERVE_BYTES. */
function extraAttributes(
  span: KeptSpan,
  attributes: CopiedAttributes,
  events: CopiedEvents,
  namesCut: number,
  maxLinkBytes: number,
): { readonly flat: FlatAttributes; readonly bytes: number } {
  const links = span.links ?? [];
  const lostAttributes = attributes.dropped + (span.droppedAttributesCount || 0);
  const lostEvents = events.dropped + (span.droppedEventsCount || 0);
  if (
    links.length +
      attributes.cut +
      events.cut +
      namesCut +
      lostAttributes +
      lostEvents +
      (span.droppedLinksCount || 0) ===
    0
  )
    return NO_EXTRA;
  const flat: AttributeValue[] = [];
  let bytes = 0;
  const shownLinks = Math.min(
    links.length,
    MAX_LINKS,
    Math.max(0, Math.floor((maxLinkBytes - 64) / LINK_BYTES)),
  );
  const lostLinks = links.length - shownLinks + (span.droppedLinksCount || 0);
  if (shownLinks > 0) {
    flat.push(
      ATTR_SPAN_LINKS,
      links.slice(0, shownLinks).map((link) => `${link.context.traceId}/${link.context.spanId}`),
    );
    bytes += 64 + shownLinks * LINK_BYTES;
  }
  const note = [
    counted(attributes.cut + events.cut + namesCut, 'value shortened', 'values shortened'),
    counted(lostAttributes, 'attribute left out', 'attributes left out'),
    counted(lostEvents, 'event left out', 'events left out'),
    counted(lostLinks, 'link left out', 'links left out'),
  ].filter((part) => part !== '');
  if (note.length > 0) {
    const text = note.join(', ');
    flat.push(ATTR_RECORD_CUT, text);
    bytes += 16 + stringBytes(text);
  }
  return { flat, bytes };
}

function counted(value: number, one: string, many: string): string {
  return value === 0 ? '' : `${value} ${value === 1 ? one : many}`;
}
