import type { TraceTerm } from '../../../otel/query.ts';
import { duration, text } from '../../markup/quantity.ts';
import type { TraceQuery } from '../facts/trace-query.ts';
import { without, type WrittenTerm } from '../facts/written-query.ts';
import type { PageView } from '../page.ts';
import type { Sentence } from '../sentences/sentence.ts';
import { askedWith } from './search-form.ts';

/** Who asks for long traces with statements may mean long statements: `dur` is of the whole trace. */
export function statementsInstead({ text: written, terms }: TraceQuery, view: PageView): Sentence {
  const plain = terms.filter(({ term }) => term.negated !== true);
  const long = plain.find(isLong);
  const isOfStatements = plain.some(
    ({ term }) => (term.field === 'type' && term.type === 'database') || term.field === 'statement',
  );
  const isAsked = terms.some(({ term }) => term.field === 'duration' && term.of === 'database');
  if (long?.term.field !== 'duration' || !isOfStatements || isAsked) return [];
  const { comparison, millis } = long.term;
  const term = `db${comparison}${millis}ms`;
  const gone = plain.filter((each) => each === long || each.term.field === 'type');
  const query = [term, without(written, gone)].filter(Boolean).join(' ');
  const took = comparison === '>' ? 'longer than' : 'at least';
  return [
    { text: ` dur is of the whole trace; statements that took ${took} ${text(duration(millis))}: ` },
    { text: term, href: askedWith(view, query) },
    { text: '.' },
  ];
}

function isLong({ term }: WrittenTerm<TraceTerm>): boolean {
  return term.field === 'duration' && term.of === 'trace' && term.comparison.startsWith('>');
}
