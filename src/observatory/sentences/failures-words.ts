import type { OperationType } from '../../../otel/query.ts';
import { countText } from '../../markup/quantity.ts';
import type { FailuresCounted } from '../facts/failures-counted.ts';
import { plural } from './sentence.ts';

const NOUNS = {
  render: 'rendering',
  database: 'statement',
  other: 'other operation',
} as const satisfies Partial<Record<OperationType, string>>;

/** `26 requests failed in the last hour, with 26 renderings in them`: an error that passes through both is counted in both. */
export function countedWords({ errors, inRequests }: FailuresCounted, when: string): string {
  const others = errors.render + errors.database + errors.other;
  if (errors.http === 0) return `${othersText(errors)} failed ${when}, but no request`;
  const requests = `${plural(errors.http, 'request')} failed ${when}`;
  if (others === 0) return requests;
  if (inRequests >= others)
    return `${requests}, with ${othersText(errors)} in ${errors.http === 1 ? 'it' : 'them'}`;
  const some =
    inRequests === 0 ? '' : `, at least ${countText(inRequests)} in ${errors.http === 1 ? 'it' : 'them'}`;
  return `${requests}, and ${othersText(errors)}${some}`;
}

/** `26 renderings and 1 statement`. */
function othersText({ render, database, other }: FailuresCounted['errors']): string {
  const parts = [
    render > 0 && plural(render, NOUNS.render),
    database > 0 && plural(database, NOUNS.database),
    other > 0 && plural(other, NOUNS.other),
  ].filter((part) => part !== false);
  return parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`;
}
