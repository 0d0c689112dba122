import { formerAttributeName, currentAttributeName } from '../base/renamed-attributes.ts';
import type { TraceCondition, TraceTerm } from '../base/trace-term.ts';
import { isOfKind, kindMatcher } from './kind-matcher.ts';
import type { KindTable } from './kind-table.ts';
import { reasonNumber } from './operation-index.ts';
import { askedAddress, below, MIN_ID_CHARS, REDACTED_QUERY } from './term-matcher.ts';
import { withoutNul } from './trace-words.ts';

/** Adds a value, and returns its name in the statement. */
export type Bind = (value: string | number) => string;

const NUMBER = /^-?\d[\d.e+-]*$/;
const HEX = /^[0-9a-f]+$/;
/** What numbers and booleans are not written as. */
const NOT_IN_WORDS: ReadonlySet<string> = new Set(['true', 'false', 'null']);

const DURATION_COLUMNS = {
  trace: 't.duration_millis',
  database: 't.slowest_database',
  render: 't.slowest_render',
} as const;

/** Conditions on `kept_trace t` and `trace_words w`: those of attributes match more than the term does. */
export function termConditions(
  terms: readonly TraceTerm[],
  kinds: KindTable,
  bind: Bind,
): readonly (string | undefined)[] {
  const others = terms.filter((term) => !isOfKind(term));
  const isDescribed = terms.some(
    (term) => isOfKind(term) || term.field === 'address' || term.field === 'agent',
  );
  return [
    isDescribed ? kindCondition(terms.filter(isOfKind), kinds, bind) : undefined,
    ...others.map((term) => condition(term, bind)),
  ];
}

/** Without its plus, SQLite would take the index, and for many kinds that is slower than reading all rows in their order. */
function kindCondition(terms: readonly TraceTerm[], kinds: KindTable, bind: Bind): string {
  if (terms.length === 0) return 't.kind IS NOT NULL';
  const matches = kindMatcher(terms);
  const ids: number[] = [];
  for (const [id, kind] of kinds.all()) if (matches(kind)) ids.push(id);
  return `+t.kind IN (SELECT value FROM json_each(${bind(JSON.stringify(ids))}))`;
}

function condition(term: TraceTerm, bind: Bind): string | undefined {
  const isNegated = term.negated === true;
  // Whether an attribute is missing, only the trace itself can tell.
  if (isNegated && term.field === 'attribute') return undefined;
  return `(${plainCondition(term, bind)}) IS ${isNegated ? 'NOT ' : ''}TRUE`;
}

function plainCondition(term: TraceCondition, bind: Bind): string {
  switch (term.field) {
    case 'text':
      return textCondition(term.text.toLowerCase(), bind);
    case 'attribute':
      return attributeCondition(term, bind);
    case 'address':
      return addressCondition(term, bind);
    case 'failed':
      return 't.errors > 0';
    case 'agent':
      return `t.agent IN (SELECT id FROM user_agent WHERE instr(words, ${bind(withoutNul(term.text.toLowerCase()))}))`;
    case 'type':
      return `t.slowest_${term.type} IS NOT NULL`;
    case 'reason':
      return `t.reasons & ${1 << reasonNumber(term.reason)}`;
    case 'duration':
      return `${DURATION_COLUMNS[term.of]} ${term.comparison} ${bind(term.millis)}`;
    default:
      throw new TypeError(`the kind decides ${term.field}`);
  }
}

function addressCondition(term: Extract<TraceCondition, { field: 'address' }>, bind: Bind): string {
  const asked = askedAddress(term);
  const paths = asked.paths.flatMap((path) => [
    `t.path = ${bind(path)}`,
    ...(asked.below ? [`instr(t.path, ${bind(below(path))}) = 1`] : []),
  ]);
  if (asked.parameters.length === 0) return any(paths);
  const parameters = asked.parameters.map((lines) =>
    any(lines.map((line) => `instr(t.query, ${bind(`\n${line}\n`)})`)),
  );
  return `${any(paths)} AND ${any([`t.query = ${bind(REDACTED_QUERY)}`, parameters.join(' AND ')])}`;
}

/** The text occurs somewhere in the trace. */
function textCondition(text: string, bind: Bind): string {
  const found = [...occurrences(text, bind)];
  if (text.length >= MIN_ID_CHARS && HEX.test(text)) {
    const id = bind(text);
    found.push(`instr(t.trace_id, ${id})`, `instr(w.span_ids, ${id})`);
  }
  return any(found);
}

/** The value occurs, with `whole` as a line of its own, and the trace has the key. */
function attributeCondition(
  { key, text, whole = false }: Extract<TraceCondition, { field: 'attribute' }>,
  bind: Bind,
): string {
  const name = currentAttributeName(key.toLowerCase());
  const value = text.toLowerCase();
  const former = formerAttributeName(name);
  const keys = former === undefined ? [name] : [name, former];
  const hasKey = any(keys.map((each) => inVocabulary(`\n${each}\n`, bind)));
  return NOT_IN_WORDS.has(value) ? hasKey : `${hasKey} AND ${any(occurrences(value, bind, whole))}`;
}

function occurrences(text: string, bind: Bind, isLine = false): readonly string[] {
  const sought = isLine && !text.includes('\n') ? `\n${text}\n` : text;
  const found = [inVocabulary(sought, bind), `instr(w.own, ${bind(withoutNul(sought))})`];
  return NUMBER.test(text) ? [...found, `instr(w.numbers, ${bind(`\n${text}\n`)})`] : found;
}

function inVocabulary(text: string, bind: Bind): string {
  return `t.vocabulary IN (SELECT id FROM vocabulary WHERE instr(words, ${bind(withoutNul(text))}))`;
}

function any(conditions: readonly string[]): string {
  return `(${conditions.join(' OR ')})`;
}
