import type { FlatAttributes } from './attribute-copy.ts';
import type { SpanRecord } from './span-record.ts';
import type { TraceRecord } from './trace-record.ts';

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

/** What is common: names, keys, statements and the frames of stacks. A word has no space in it, so that a text may be cut into lines. */
export function wordsOf(trace: TraceRecord): TraceWords {
  const own = new Set<string>();
  const common = new Set<string>();
  const numbers = new Set<string>();
  for (const span of trace.spans) {
    for (const value of namesOf(span)) addTo(common, numbers, value);
    for (const value of valuesOf(span.attributes)) addTo(span === trace.head ? own : common, numbers, value);
    for (const value of messagesOf(span))
      for (const line of typeof value === 'string' ? value.split('\n') : [value])
        addTo(/^\s*at /.test(String(line)) ? common : own, numbers, line);
  }
  return {
    own: lines([...own].filter((text) => !common.has(text))),
    vocabulary: lines([...common].sort()),
    numbers: lines(numbers),
    spanIds: lines(trace.spans.map(({ spanId }) => spanId)),
  };
}

/** Everything of a span that a text search looks at, ids apart. */
export function textsOf(span: SpanRecord): readonly unknown[] {
  return [...namesOf(span), ...valuesOf(span.attributes), ...messagesOf(span)];
}

function namesOf({ name, series, attributes, events }: SpanRecord): readonly unknown[] {
  return [
    name,
    series,
    ...keysOf(attributes),
    ...events.flatMap((event) => [event.name, ...keysOf(event.attributes)]),
  ];
}

function messagesOf({ statusMessage, events }: SpanRecord): readonly unknown[] {
  return [statusMessage, ...events.flatMap((event) => valuesOf(event.attributes))];
}

/** Of key, value, key, value. */
function keysOf(attributes: FlatAttributes): readonly unknown[] {
  return attributes.filter((_value, i) => i % 2 === 0);
}

function valuesOf(attributes: FlatAttributes): readonly unknown[] {
  return attributes.filter((_value, i) => i % 2 === 1).flat();
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
