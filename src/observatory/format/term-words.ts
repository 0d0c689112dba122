import type { TraceTerm } from '../../../otel/query.ts';

const COMPARISONS = { '<': 'less than', '<=': 'at most', '>': 'more than', '>=': 'at least' } as const;
const DURATIONS = { trace: 'it took', database: 'longest statement', render: 'longest render' } as const;
const TYPES = {
  http: 'a request',
  database: 'a statement',
  render: 'a render',
  other: 'another operation',
} as const;
const AGENTS: Readonly<Record<string, string>> = {
  bot: 'a bot or another program',
  none: 'without a user agent',
  other: 'another browser',
};

/** How a term was understood. */
export function termWords(term: TraceTerm): string {
  return `${term.negated === true ? 'not: ' : ''}${wordsOf(term)}`;
}

function wordsOf(term: TraceTerm): string {
  switch (term.field) {
    case 'text':
      return `contains ${term.text}`;
    case 'attribute':
      return `${term.key} ${term.whole === true ? 'is' : 'contains'} ${term.text}`;
    case 'address':
      return `${term.below === true ? 'address below' : 'address'} ${term.paths[0] ?? ''}${term.query === undefined ? '' : `?${term.query}`}`;
    case 'route':
    case 'method':
    case 'error':
    case 'version':
      return `${term.field} ${term.begins === true ? `begins with ${term.text}` : term.text}`;
    case 'status':
      return term.min === term.max ? `status ${term.min}` : `status ${term.min} to ${term.max}`;
    case 'failed':
      return 'failed';
    case 'agent':
      return `agent: ${AGENTS[term.text.toLowerCase()] ?? term.text}`;
    case 'type':
      return `has ${TYPES[term.type]}`;
    case 'reason':
      return `kept because: ${term.reason}`;
    case 'statement':
      return `a statement contains ${term.text}`;
    case 'duration':
      return `${DURATIONS[term.of]} ${COMPARISONS[term.comparison]} ${term.millis} ms`;
  }
}
