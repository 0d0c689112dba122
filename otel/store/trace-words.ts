import type { FlatAttributes } from './attribute-copy.ts';
import type { SpanRecord } from './span-record.ts';
import { TemplatedRecord } from './templated-record.ts';
import type { SharedFacts } from './templated-record.ts';
import type { TraceRecord } from './trace-record.ts';

/** Searchable text of a trace on disk, in lower case, one value per line. */
export interface TraceWords {
  /** Values that few other traces have: paths, user agents, messages. */
  readonly own: string;
  /** Names, keys, statements and stacks, sorted: equal for all traces of one kind. */
  readonly vocabulary: string;
  /** A number matches as a whole, between two line ends. */
  readonly numbers: string;
  readonly spanIds: string;
}

/** Traces of one kind share a vocabulary: this many kinds are cached, some 3 KB each. */
const MAX_REMEMBERED = 100;
/** Longer keys of kinds are not cached. */
const MAX_KIND_CHARS = 1000;

interface Vocabulary {
  readonly texts: ReadonlySet<string>;
  readonly lines: string;
}

/** Builds the searchable text. Names, keys and statements are sorted once per kind of trace, identified by the templates of its spans. */
export class WordMaker {
  readonly #vocabularies = new Map<string, Vocabulary>();
  readonly #templates = new WeakMap<SharedFacts, number>();
  #lastTemplate = 0;

  /** A word contains no space, so the text can be split into lines. */
  wordsOf(trace: TraceRecord): TraceWords {
    const own = new Set<string>();
    const numbers = new Set<string>();
    for (const span of trace.spans) addOwn(span, span === trace.head, own, numbers);
    const common = this.#vocabularyOf(trace);
    for (const text of own) if (common.texts.has(text)) own.delete(text);
    return {
      own: lines(own),
      vocabulary: common.lines,
      numbers: lines(numbers),
      spanIds: lines(trace.spans.map(({ spanId }) => spanId)),
    };
  }

  get remembered(): number {
    return this.#vocabularies.size;
  }

  #vocabularyOf(trace: TraceRecord): Vocabulary {
    const kind = this.#kindOf(trace);
    const known = kind === undefined ? undefined : this.#vocabularies.get(kind);
    if (known !== undefined) return known;
    const texts = new Set<string>();
    for (const span of trace.spans) addCommon(span, span === trace.head, texts);
    const vocabulary = { texts, lines: lines([...texts].sort()) };
    if (kind === undefined) return vocabulary;
    if (this.#vocabularies.size >= MAX_REMEMBERED) this.#vocabularies.clear();
    this.#vocabularies.set(kind, vocabulary);
    return vocabulary;
  }

  /** Traces with equal keys have the same vocabulary; undefined if the key would be too long to recur. */
  #kindOf(trace: TraceRecord): string | undefined {
    let kind = '';
    for (const span of trace.spans) {
      const isHead = span === trace.head;
      if (span instanceof TemplatedRecord) {
        kind += `${isHead ? '+' : '-'}${this.#numberOf(span.shared)}${keysIn(span.own)}`;
      } else {
        if (!isHead || span.events.length > 0) return undefined;
        kind += `*${counted(span.name)}${counted(span.series)}${keysIn(span.attributes)}`;
      }
      if (kind.length > MAX_KIND_CHARS) return undefined;
    }
    return kind;
  }

  #numberOf(shared: SharedFacts): number {
    let number = this.#templates.get(shared);
    if (number === undefined) this.#templates.set(shared, (number = ++this.#lastTemplate));
    return number;
  }
}

function keysIn(attributes: FlatAttributes): string {
  let keys = '';
  for (let i = 0; i < attributes.length; i += 2) keys += counted(String(attributes[i]));
  return keys;
}

/** Prefixed with its length, so that what follows is not mistaken for its end. */
function counted(text: string): string {
  return `${text.length}:${text}`;
}

/** Paths, user agents, messages, and every number. */
function addOwn(span: SpanRecord, isHead: boolean, own: Set<string>, numbers: Set<string>): void {
  if (span instanceof TemplatedRecord) {
    addValues(span.shared.attributes, isHead ? own : undefined, numbers);
    addValues(span.own, undefined, numbers);
    return;
  }
  addValues(span.attributes, isHead ? own : undefined, numbers);
  for (const value of messagesOf(span))
    if (typeof value === 'number') numbers.add(String(value));
    else if (typeof value === 'string')
      for (const line of value.split('\n')) if (!isFrame(line)) own.add(line.toLowerCase());
}

/** Names, keys, statements and the frames of stacks. */
function addCommon(span: SpanRecord, isHead: boolean, common: Set<string>): void {
  for (const name of namesOf(span)) common.add(String(name).toLowerCase());
  if (!isHead) addValues(span.attributes, common, undefined);
  for (const value of messagesOf(span))
    if (typeof value === 'string')
      for (const line of value.split('\n')) if (isFrame(line)) common.add(line.toLowerCase());
}

function isFrame(line: string): boolean {
  return /^\s*at /.test(line);
}

/** From key, value, key, value. */
function addValues(
  attributes: FlatAttributes,
  texts: Set<string> | undefined,
  numbers: Set<string> | undefined,
): void {
  for (let i = 1; i < attributes.length; i += 2) {
    const value = attributes[i];
    if (typeof value === 'string') texts?.add(value.toLowerCase());
    else if (typeof value === 'number') numbers?.add(String(value));
    else if (Array.isArray(value))
      for (const element of value)
        if (typeof element === 'string') texts?.add(element.toLowerCase());
        else if (typeof element === 'number') numbers?.add(String(element));
  }
}

/** Every text of a span that a search reads, without ids. */
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

/** From key, value, key, value. */
function keysOf(attributes: FlatAttributes): readonly unknown[] {
  return attributes.filter((_value, i) => i % 2 === 0);
}

function valuesOf(attributes: FlatAttributes): readonly unknown[] {
  return attributes.filter((_value, i) => i % 2 === 1).flat();
}

/** Empty if there are none; SQLite compares a text up to its first NUL. */
function lines(texts: Iterable<string>): string {
  const all = [...texts];
  return all.length === 0 ? '' : withoutNul(`\n${all.join('\n')}\n`);
}

export function withoutNul(text: string): string {
  return text.replaceAll('\0', '\u{fffd}');
}
