import { familiesOf } from '../aggregate/agent-family.ts';
import { AGENT_FAMILIES } from '../base/trace-term.ts';
import type { AgentFamily, TraceCondition, TraceTerm } from '../base/trace-term.ts';
import { namesOfSeries } from '../sql/statement-names.ts';
import type { TraceKind } from './trace-kind.ts';

const KIND_FIELDS: ReadonlySet<TraceTerm['field']> = new Set([
  'route',
  'method',
  'error',
  'status',
  'statement',
  'version',
]);

/** Returns true for terms that the kind of a trace decides. */
export function isOfKind(term: TraceTerm): boolean {
  return KIND_FIELDS.has(term.field) || (term.field === 'agent' && familyOf(term.text) !== undefined);
}

function familyOf(text: string): AgentFamily | undefined {
  return AGENT_FAMILIES.find((family) => family === text.toLowerCase());
}

/** Tests kinds for those of the terms that a kind decides. */
export function kindMatcher(terms: readonly TraceTerm[]): (kind: TraceKind) => boolean {
  const tests = terms
    .filter(isOfKind)
    .map((term) => ({ test: testOf(term), negated: term.negated === true }));
  return (kind) => tests.every(({ test, negated }) => test(kind) !== negated);
}

function testOf(term: TraceCondition): (kind: TraceKind) => boolean {
  switch (term.field) {
    case 'route':
    case 'method': {
      const has = nameMatcher(term.text, term.begins === true);
      const { field } = term;
      return (kind) => has(kind[field]);
    }
    case 'version': {
      const has = nameMatcher(term.text, term.begins === true);
      return ({ version }) => has(version) || (version?.split(/[ ()]+/).some(has) ?? false);
    }
    case 'error': {
      const has = nameMatcher(term.text, term.begins === true);
      return ({ errors }) => errors.some(has);
    }
    case 'status':
      return ({ statusCode = NaN }) => statusCode >= term.min && statusCode <= term.max;
    case 'agent': {
      const family = familyOf(term.text);
      return ({ agent }) => agent !== undefined && family !== undefined && familiesOf(agent).includes(family);
    }
    case 'statement': {
      const has = statementMatcher(term.text);
      return ({ statements }) => statements.some(has);
    }
    default:
      throw new TypeError(`a kind does not decide ${term.field}`);
  }
}

function nameMatcher(text: string, begins: boolean): (name: string | undefined) => boolean {
  const wanted = text.toLowerCase();
  return (name) => {
    const lower = name?.toLowerCase();
    return begins ? lower?.startsWith(wanted) === true : lower === wanted;
  };
}

/** What a series of a long statement ends with. */
const CUT_SERIES = /…[\da-f]{8}$/;
/** A shorter beginning is that of many statements. */
const MIN_STEM_CHARS = 200;

/** Pages show a statement in lines, and spaces in brackets are then not what they were. */
function plainStatement(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/(?<=\() | (?=\))/g, '');
}

/** Caches its results: kinds share statements. The whole text of a long one also finds its series, which is only a beginning. */
function statementMatcher(text: string): (series: string) => boolean {
  const wanted = plainStatement(text);
  const answers = new Map<string, boolean>();
  return (series) => {
    let answer = answers.get(series);
    if (answer === undefined) {
      const plain = plainStatement(series);
      const stem = plain.replace(CUT_SERIES, '');
      answer =
        plain.includes(wanted) ||
        (stem.length >= MIN_STEM_CHARS && stem !== plain && wanted.includes(stem)) ||
        namesOfSeries(series).summary.toLowerCase().includes(wanted);
      answers.set(series, answer);
    }
    return answer;
  };
}
