import type { FlatAttributes } from './attribute-copy.ts';
import type { SpanRecord } from './span-record.ts';
import type { TraceRecord } from './trace-record.ts';

/** A longer text is a statement or a stack, which many traces have in common. */
const MAX_OWN_CHARS = 200;

/** What a text search reads of a trace on disk, in lower case, a line each. */
export interface TraceWords {
  /** What few other traces have: paths, user agents, messages. */
  readonly own: string;
  /** Names, keys, statements and stacks, in an order of their own: the same for all traces of one kind. */
  readonly vocabulary: string;
  /** A number is found as a whole, between two line ends. */
  readonly numbers: string;
  readonly spanIds: string;
}

export function wordsOf(trace: TraceRecord): TraceWords {
  const own = new Set<string>();
  const common = new Set<string>();
  const numbers = new Set<string>();
  for (const span of trace.spans) {
    for (const value of sharedValues(span)) addTo(common, numbers, value);
    for (const event of span.events) for (const key of keysOf(event.attributes)) addTo(common, numbers, key);
    for (const value of ownValues(span)) addTo(span === trace.head ? own : common, numbers, value);
  }
  for (const text of own) {
    if (text.length <= MAX_OWN_CHARS && !common.has(text)) continue;
    own.delete(text);
    common.add(text);
  }
  return {
    own: lines(own),
    vocabulary: lines([...common].sort()),
    numbers: lines(numbers),
    spanIds: lines(trace.spans.map(({ spanId }) => spanId)),
  };
}

/** Everything of a span that a text search looks at, ids apart. */
export function textsOf(span: SpanRecord): readonly unknown[] {
  return [...sharedValues(span), ...ownValues(span)];
}

function sharedValues({ name, series, attributes }: SpanRecord): readonly unknown[] {
  return [name, series, ...keysOf(attributes)];
}

/** Of key, value, key, value. */
function keysOf(attributes: FlatAttributes): readonly unknown[] {
  return attributes.filter((_value, i) => i % 2 === 0);
}

function ownValues({ statusMessage, attributes, events }: SpanRecord): readonly unknown[] {
  return [
    statusMessage,
    ...attributes.filter((_value, i) => i % 2 === 1).flat(),
    ...events.flatMap((event) => [event.name, ...event.attributes.flat()]),
  ];
}

function addTo(texts: Set<string>, numbers: Set<string>, value: unknown): void {
  if (typeof value === 'string') texts.add(value.toLowerCase());
  else if (typeof value === 'number') numbers.add(String(value));
}

/** Empty when there are none; SQLite compares a text up to its first NUL. */
function lines(texts: Iterable<string>): string {
  const all = [...texts];
  return all.length === 0 ? '' : withoutNul(`\n${all.join('\n')}\n`);
}

export function withoutNul(text: string): string {
  return text.replaceAll('\0', '\u{fffd}');
}
