import type {
  AttributeMap,
  LogLine,
  SpanEventRow,
  SpanLinkRow,
  SpanRow,
  TraceDetail,
} from '../../../otel/query.ts';
import { classified } from './imported-series.ts';
import { ImportError } from './import-error.ts';
import { importedTrace } from './imported-trace.ts';
import { EXPECTED, isObject, otlpDocuments, type Json } from './otlp-documents.ts';
import { OWN, SEVERITIES, SPAN_KINDS, STATUS_CODES } from './otlp-json.ts';
import { attributesOf, millisOf, nanosOf } from './otlp-values.ts';

/** Limit per file; use a dedicated tool for more. */
export const MAX_IMPORTED_SPANS = 10_000;
export const MAX_TRACES_OF_A_FILE = 20;
const MAX_NAME = 1000;
const MAX_INLINE = 1000;
/** The attribute that marks a span whose end is missing or before its start. */
export const ATTR_END_NOTE = 'telemetry.record.end';

/**
 * Parses OTLP JSON (`{"resourceSpans":[…]}`, from a Collector's file exporter or a trace page; also one document per line) into traces.
 * Throws ImportError with the position in the file.
 */
export function readOtlpJson(text: string): readonly TraceDetail[] {
  const spans = new Map<string, ReadTrace>();
  const logs = new Map<string, LogLine[]>();
  let count = 0;
  for (const [index, file] of otlpDocuments(text).entries()) {
    const at = index === 0 ? '' : `line ${index + 1}: `;
    for (const { item, place, resource } of leaves(file, at, 'resourceSpans', 'scopeSpans', 'spans')) {
      count += 1;
      if (count > MAX_IMPORTED_SPANS)
        throw new ImportError(
          `The file has more than ${MAX_IMPORTED_SPANS.toLocaleString('en')} spans. Split it.`,
        );
      const traceId = idAt(item, 'traceId', 32, place);
      const trace = spans.get(traceId) ?? { rows: [], copies: new Map(), resource };
      spans.set(traceId, trace);
      addSpan(trace, item, place);
    }
    for (const { item } of leaves(file, at, 'resourceLogs', 'scopeLogs', 'logRecords')) readLog(item, logs);
  }
  if (spans.size === 0) throw new ImportError(`The file contains no spans. ${EXPECTED}`);
  if (spans.size > MAX_TRACES_OF_A_FILE)
    throw new ImportError(`The file has ${spans.size} traces; the limit is ${MAX_TRACES_OF_A_FILE}.`);
  return [...spans].map(([traceId, { rows, resource }]) =>
    importedTrace(
      traceId,
      rows.sort((a, b) => a.order - b.order).map(({ row }) => row),
      (logs.get(traceId) ?? []).sort((a, b) => a.timeMillis - b.timeMillis),
      attributesOf(resource['attributes']),
      text.length,
    ),
  );
}

interface ReadTrace {
  readonly rows: { readonly row: SpanRow; readonly order: number }[];
  /** Spans by id, so that a duplicate is imported once. */
  readonly copies: Map<string, Set<string>>;
  readonly resource: Json;
}

/** A different span with a known id (in Zipkin both sides of a call share one) gets the suffix `-2`; an identical one is dropped. */
function addSpan({ rows, copies }: ReadTrace, item: Json, place: string): void {
  const order = attributesOf(item['attributes'])[`${OWN}order`];
  const row = spanRow(item, place);
  const known = copies.get(row.spanId) ?? new Set();
  copies.set(row.spanId, known);
  const copy = JSON.stringify(item);
  if (known.has(copy)) return;
  known.add(copy);
  rows.push({
    row: known.size === 1 ? row : { ...row, spanId: `${row.spanId}-${known.size}` },
    order: typeof order === 'number' ? order : rows.length,
  });
}

function listAt(holder: Json, key: string, place: string): readonly { item: Json; place: string }[] {
  const list = holder[key] ?? [];
  if (!Array.isArray(list)) throw new ImportError(`${place}${key} is not a list.`);
  return list.map((item: unknown, index) => {
    const here = `${place}${key}[${index}]`;
    if (!isObject(item)) throw new ImportError(`${here} is not an object.`);
    return { item, place: `${here}.` };
  });
}

function* leaves(
  file: Json,
  at: string,
  outer: string,
  middle: string,
  inner: string,
): Generator<{ readonly item: Json; readonly place: string; readonly resource: Json }> {
  for (const group of listAt(file, outer, at)) {
    const resource = isObject(group.item['resource']) ? group.item['resource'] : {};
    const scopes =
      group.item[middle] === undefined ? `instrumentationLibrary${middle.slice('scope'.length)}` : middle;
    for (const scoped of listAt(group.item, scopes, group.place)) {
      const named = scoped.item['scope'] ?? scoped.item['instrumentationLibrary'];
      const scope = isObject(named) ? named : {};
      for (const { item, place } of listAt(scoped.item, inner, scoped.place))
        yield { item: { ...item, scope: scope['name'] }, place, resource };
    }
  }
}

/** Parses hexadecimal ids, as in OTLP JSON, or base64, as other protobuf encoders write bytes. */
function idAt(item: Json, key: string, digits: number, place: string): string {
  const id = item[key];
  const bytes = digits / 2;
  const isBase64 =
    typeof id === 'string' &&
    id.length === Math.ceil(bytes / 3) * 4 &&
    Buffer.from(id, 'base64').length === bytes;
  const hex = isBase64 ? Buffer.from(id, 'base64').toString('hex') : id;
  if (typeof hex !== 'string' || hex.length !== digits || !/^[0-9a-f]+$/i.test(hex) || /^0+$/.test(hex))
    throw new ImportError(`${place}${key} is not ${digits} hexadecimal digits: ${shown(id)}.`);
  return hex.toLowerCase();
}

const shown = (value: unknown): string => (JSON.stringify(value) ?? 'it is missing').slice(0, 60);

function timeAt(item: Json, key: string, place: string): bigint {
  const nanos = nanosOf(item[key]);
  if (nanos === undefined)
    throw new ImportError(`${place}${key} is not a number of nanoseconds since 1970: ${shown(item[key])}.`);
  return nanos;
}

/** Parses an enumeration by number or by its name in the protocol. */
function oneOf<T extends string>(value: unknown, names: readonly T[], prefix: string): T | undefined {
  if (typeof value === 'number') return names[value];
  return names.find((name) => value === `${prefix}${name.toUpperCase()}`);
}

function spanRow(item: Json, place: string): SpanRow {
  const start = timeAt(item, 'startTimeUnixNano', place);
  const ended = timeAt(item, 'endTimeUnixNano', place);
  const end = ended < start ? start : ended;
  const parent = item['parentSpanId'] === '' ? undefined : item['parentSpanId'];
  const status = isObject(item['status']) ? item['status'] : {};
  const kind = oneOf(item['kind'], SPAN_KINDS, 'SPAN_KIND_') ?? 'internal';
  const { message } = status;
  const events = listAt(item, 'events', place).slice(0, MAX_INLINE);
  return classified(
    {
      spanId: idAt(item, 'spanId', 16, place),
      parentSpanId:
        parent === undefined || parent === null ? undefined : idAt(item, 'parentSpanId', 16, place),
      name: typeof item['name'] === 'string' ? item['name'].slice(0, MAX_NAME) : '',
      kind: kind === 'unspecified' ? 'internal' : kind,
      scope: typeof item['scope'] === 'string' ? item['scope'].slice(0, MAX_NAME) : '',
      startMillis: millisOf(start),
      durationMillis: Number(end - start) / 1e6,
      status: oneOf(status['code'], STATUS_CODES, 'STATUS_CODE_') ?? 'unset',
      statusMessage: typeof message === 'string' && message !== '' ? message : undefined,
      events: events.map(({ item: event, place: here }): SpanEventRow => ({
        name: typeof event['name'] === 'string' ? event['name'].slice(0, MAX_NAME) : '',
        timeMillis: millisOf(timeAt(event, 'timeUnixNano', here)),
        attributes: attributesOf(event['attributes']),
      })),
      links: listAt(item, 'links', place).slice(0, MAX_INLINE).map(linkRow),
    },
    { ...attributesOf(item['attributes']), ...noteOfEnd(start, ended) },
  );
}

/** Clocks may step, and unfinished spans may be exported: such a span gets duration 0 and a note. */
function noteOfEnd(start: bigint, end: bigint): AttributeMap {
  if (end >= start) return {};
  return {
    [ATTR_END_NOTE]:
      end === 0n
        ? 'The file has no end time for this span. Its duration is shown as 0.'
        : `In the file, this span ended ${millisOf(start - end)} ms before its start. Its duration is shown as 0.`,
  };
}

function linkRow({ item, place }: { readonly item: Json; readonly place: string }): SpanLinkRow {
  return {
    traceId: idAt(item, 'traceId', 32, place),
    spanId: idAt(item, 'spanId', 16, place),
    attributes: attributesOf(item['attributes']),
  };
}

/** Drops a log record that is invalid or names no trace, as the spans matter more. */
function readLog(item: Json, logs: Map<string, LogLine[]>): void {
  const nanos = nanosOf(item['timeUnixNano']);
  const { traceId, spanId, body } = item;
  if (nanos === undefined || typeof traceId !== 'string') return;
  const number = Number(item['severityNumber'] ?? 9);
  const level = (Object.keys(SEVERITIES) as LogLine['level'][]).findLast(
    (each) => SEVERITIES[each] <= number,
  );
  const message = isObject(body) ? body['stringValue'] : undefined;
  const list = logs.get(traceId.toLowerCase()) ?? [];
  logs.set(traceId.toLowerCase(), list);
  if (list.length < MAX_INLINE)
    list.push({
      timeMillis: millisOf(nanos),
      spanId: typeof spanId === 'string' ? spanId.toLowerCase() : '',
      level: level ?? 'info',
      message: typeof message === 'string' ? message : JSON.stringify(body ?? ''),
      attributes: attributesOf(item['attributes']),
    });
}
