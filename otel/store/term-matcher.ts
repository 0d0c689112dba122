import { currentAttributeName } from '../base/renamed-attributes.ts';
import type { TraceCondition, TraceTerm } from '../base/trace-term.ts';
import type { FlatAttributes } from './attribute-copy.ts';
import { canonicalPath, queryLines, redactedLine } from './canonical-address.ts';
import { isOfKind, kindMatcher } from './kind-matcher.ts';
import type { SpanRecord } from './span-record.ts';
import { askedFacts, kindOf } from './trace-kind.ts';
import type { AskedFacts } from './trace-kind.ts';
import { longestOf } from './trace-record.ts';
import type { TraceRecord } from './trace-record.ts';
import { textsOf } from './trace-words.ts';

/** Shorter words occur in ids by chance. */
export const MIN_ID_CHARS = 8;

/** The parts of a trace that texts and attributes are searched in. */
export type SearchedTrace = Pick<TraceRecord, 'traceId' | 'spans' | 'version'>;

type Test = (trace: TraceRecord) => boolean;

/** Tests traces in memory for all terms. */
export function termMatcher(terms: readonly TraceTerm[]): Test {
  const hasKind = terms.some(isOfKind) ? kindMatcher(terms) : undefined;
  const tests = terms
    .filter((term) => !isOfKind(term))
    .map((term) => ({ test: testOf(term), negated: term.negated === true }));
  return (trace) =>
    (hasKind === undefined || hasKind(kindOf(trace))) &&
    tests.every(({ test, negated }) => test(trace) !== negated);
}

/** Tests for what only spans can tell, see TraceConditions. */
export function attributeMatcher(terms: readonly TraceTerm[]): (trace: SearchedTrace) => boolean {
  const tests = terms.flatMap((term) =>
    term.field === 'attribute' ? [{ has: attributeTest(term), negated: term.negated === true }] : [],
  );
  return ({ spans }) => tests.every(({ has, negated }) => spans.some(has) !== negated);
}

/** One as the file stores addresses and agents. */
export interface AskedAddress {
  readonly paths: readonly string[];
  readonly below: boolean;
  /** By parameter: the lines of which one must be there. */
  readonly parameters: readonly (readonly string[])[];
}

/** A query that a path of credentials has. */
export const REDACTED_QUERY = '\nredacted=\n';

export function askedAddress(term: Extract<TraceCondition, { field: 'address' }>): AskedAddress {
  return {
    paths: term.paths.map(canonicalPath),
    below: term.below === true,
    parameters: queryLines(term.query ?? '').map((line) => [line, redactedLine(line)]),
  };
}

/** The beginning of what lies below a path. */
export function below(path: string): string {
  return path === '/' ? '/' : `${path}/`;
}

function testOf(term: TraceCondition): Test {
  switch (term.field) {
    case 'text':
      return textTest(term.text);
    case 'attribute': {
      const has = attributeTest(term);
      return ({ spans }) => spans.some(has);
    }
    case 'address': {
      const asked = askedAddress(term);
      return (trace) => isAt(askedFacts(trace), asked);
    }
    case 'failed':
      return ({ errorCount }) => errorCount > 0;
    case 'agent': {
      const text = term.text.toLowerCase();
      return (trace) => askedFacts(trace).userAgent?.includes(text) === true;
    }
    case 'type':
      return ({ spans }) => spans.some(({ type }) => type === term.type);
    case 'reason':
      return ({ spans }) => spans.some(({ keepReason }) => keepReason === term.reason);
    case 'duration':
      return (trace) => isOfDuration(durationOf(trace, term.of), term);
    default:
      throw new TypeError(`the kind decides ${term.field}`);
  }
}

function isAt({ path, query = '' }: AskedFacts, asked: AskedAddress): boolean {
  if (path === undefined) return false;
  const isHere = asked.paths.some((each) => path === each || (asked.below && path.startsWith(below(each))));
  return (
    isHere &&
    (query === REDACTED_QUERY ||
      asked.parameters.every((lines) => lines.some((line) => query.includes(`\n${line}\n`))))
  );
}

function durationOf(trace: TraceRecord, of: 'trace' | 'database' | 'render'): number | undefined {
  return of === 'trace' ? trace.durationMillis : longestOf(trace, of);
}

function isOfDuration(
  millis: number | undefined,
  { comparison, millis: bound }: Extract<TraceCondition, { field: 'duration' }>,
): boolean {
  if (millis === undefined) return false;
  if (comparison === '<') return millis < bound;
  if (comparison === '<=') return millis <= bound;
  return comparison === '>' ? millis > bound : millis >= bound;
}

function textTest(text: string): Test {
  const wanted = text.toLowerCase();
  const hasText = valueMatcher(wanted);
  return (trace) => hasId(trace, wanted) || trace.spans.some((span) => textsOf(span).some(hasText));
}

function attributeTest({ key, text, whole = false }: Extract<TraceCondition, { field: 'attribute' }>) {
  const name = currentAttributeName(key.toLowerCase());
  const wanted = text.toLowerCase();
  const hasText = whole ? wholeMatcher(wanted) : valueMatcher(wanted);
  const hasPair = (attributes: FlatAttributes): boolean =>
    attributes.some(
      (each, i) =>
        i % 2 === 0 &&
        String(each).toLowerCase() === name &&
        [attributes[i + 1]].flat().some((held) => hasText(held) || String(held) === wanted),
    );
  return (span: SpanRecord): boolean =>
    hasPair(span.attributes) || span.events.some(({ attributes }) => hasPair(attributes));
}

function hasId(trace: SearchedTrace, word: string): boolean {
  if (word.length < MIN_ID_CHARS) return false;
  return trace.traceId.includes(word) || trace.spans.some((span) => span.spanId.includes(word));
}

function wholeMatcher(wanted: string): (value: unknown) => boolean {
  return (value) =>
    typeof value === 'string' && value.length === wanted.length && value.toLowerCase() === wanted;
}

/** Caches its results for one search: many spans share most strings. */
function valueMatcher(wanted: string): (value: unknown) => boolean {
  const answers = new Map<string, boolean>();
  return (value) => {
    if (typeof value !== 'string') return typeof value === 'number' && String(value) === wanted;
    let answer = answers.get(value);
    if (answer === undefined) {
      answer = value.toLowerCase().includes(wanted);
      answers.set(value, answer);
    }
    return answer;
  };
}
