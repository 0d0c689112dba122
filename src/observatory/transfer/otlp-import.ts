import type { LogLine, SpanEventRow, SpanRow, TraceDetail } from '../../../otel/query.ts';
import { classified } from './imported-series.ts';
import { importedTrace } from './imported-trace.ts';
import { OWN, SEVERITIES, SPAN_KINDS, STATUS_CODES } from './otlp-json.ts';
import { attributesOf, millisOf, nanosOf } from './otlp-values.ts';

/** One file; more is looked at with a tool made for it. */
export const MAX_IMPORTED_SPANS = 10_000;
export const MAX_TRACES_OF_A_FILE = 20;
const MAX_NAME = 1000;
const MAX_INLINE = 1000;

/** What is wrong with a file, where, and what would be right. */
export class ImportError extends Error {
  override readonly name = 'ImportError';
}

type Json = Readonly<Record<string, unknown>>;

/**
 * Reads OTLP JSON (`{"resourceSpans":[…]}`, as a Collector's file exporter or this page writes it; several lines of it too) into traces.
 * Throws ImportError naming the place in the file.
 */
export function readOtlpJson(text: string): readonly TraceDetail[] {
  const spans = new Map<string, { row: SpanRow; order: number; resource: Json }[]>();
  const logs = new Map<string, LogLine[]>();
  let count = 0;
  for (const [index, file] of documents(text).entries()) {
    const at = index === 0 ? '' : `line ${index + 1}: `;
    for (const { item, place, resource } of leaves(file, at, 'resourceSpans', 'scopeSpans', 'spans')) {
      count += 1;
      if (count > MAX_IMPORTED_SPANS)
        throw new ImportError(
          `The file has more than ${MAX_IMPORTED_SPANS.toLocaleString('en')} spans. Divide it.`,
        );
      const traceId = idAt(item, 'traceId', 32, place);
      const order = attributesOf(item['attributes'])[`${OWN}order`];
      const list = spans.get(traceId) ?? [];
      spans.set(traceId, list);
      list.push({
        row: spanRow(item, place),
        order: typeof order === 'number' ? order : list.length,
        resource,
      });
    }
    for (const { item } of leaves(file, at, 'resourceLogs', 'scopeLogs', 'logRecords')) readLog(item, logs);
  }
  if (spans.size === 0)
    throw new ImportError(
      'There is no span in it. Expected is {"resourceSpans":[{"scopeSpans":[{"spans":[…]}]}]}.',
    );
  if (spans.size > MAX_TRACES_OF_A_FILE)
    throw new ImportError(
      `The file has ${spans.size} traces; at most ${MAX_TRACES_OF_A_FILE} are read at a time.`,
    );
  return [...spans].map(([traceId, list]) =>
    importedTrace(
      traceId,
      list.sort((a, b) => a.order - b.order).map(({ row }) => row),
      (logs.get(traceId) ?? []).sort((a, b) => a.timeMillis - b.timeMillis),
      attributesOf(list[0]?.resource['attributes']),
      text.length,
    ),
  );
}

/** The file as one document, or one per line. */
function documents(text: string): readonly Json[] {
  const trimmed = text.trim().replace(/^\uFEFF/, '');
  if (trimmed === '')
    throw new ImportError('Nothing was pasted. Paste OTLP JSON, as “OTLP” on a trace gives it.');
  const parse = (part: string): Json => {
    const value: unknown = JSON.parse(part);
    if (!isObject(value)) throw new ImportError('OTLP JSON is an object: {"resourceSpans":[…]}.');
    return value;
  };
  try {
    return [parse(trimmed)];
  } catch (error) {
    if (error instanceof ImportError) throw error;
    const lines = trimmed.split('\n').filter((line) => line.trim() !== '');
    try {
      if (lines.length > 1) return lines.map(parse);
    } catch {
      // The first error says where the document breaks.
    }
    throw new ImportError(`It is not JSON: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

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
    for (const scoped of listAt(group.item, middle, group.place)) {
      const scope = isObject(scoped.item['scope']) ? scoped.item['scope'] : {};
      for (const { item, place } of listAt(scoped.item, inner, scoped.place))
        yield { item: { ...item, scope: scope['name'] }, place, resource };
    }
  }
}

function idAt(item: Json, key: string, length: number, place: string): string {
  const id = item[key];
  if (typeof id !== 'string' || id.length !== length || !/^[0-9a-f]+$/i.test(id) || /^0+$/.test(id))
    throw new ImportError(`${place}${key} is not ${length} hexadecimal digits: ${shown(id)}.`);
  return id.toLowerCase();
}

const shown = (value: unknown): string => (JSON.stringify(value) ?? 'it is missing').slice(0, 60);

function timeAt(item: Json, key: string, place: string): bigint {
  const nanos = nanosOf(item[key]);
  if (nanos === undefined)
    throw new ImportError(`${place}${key} is not a number of nanoseconds since 1970: ${shown(item[key])}.`);
  return nanos;
}

/** An enumeration as its number or as its name in the protocol. */
function oneOf<T extends string>(value: unknown, names: readonly T[], prefix: string): T | undefined {
  if (typeof value === 'number') return names[value];
  return names.find((name) => value === `${prefix}${name.toUpperCase()}`);
}

function spanRow(item: Json, place: string): SpanRow {
  const start = timeAt(item, 'startTimeUnixNano', place);
  const end = timeAt(item, 'endTimeUnixNano', place);
  if (end < start) throw new ImportError(`${place}endTimeUnixNano is before startTimeUnixNano.`);
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
    },
    attributesOf(item['attributes']),
  );
}

/** A line that names no trace, or is not whole, is left out: the spans are what was asked for. */
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
