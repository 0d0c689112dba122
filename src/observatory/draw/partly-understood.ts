import type { PageView } from '../page.ts';
import type { Sentence } from '../sentences/sentence.ts';
import { textTerm } from '../facts/trace-query.ts';
import { pageAddress } from './page-address.ts';

/** Parameter that asks for a search without what is not understood. */
const WITHOUT = 'without';

/** A search that is not understood shows nothing, unless it was asked for without those parts. */
export function isSearched(problems: readonly string[], query: PageView['query']): boolean {
  return problems.length === 0 || query[WITHOUT] === 'yes';
}

export function unsearchedSentence(view: PageView): Sentence {
  return [
    { text: 'Nothing was searched', tone: 'failed' },
    { text: ', as a part of what was asked is not understood. ' },
    { text: 'Search without it', href: pageAddress(view, { format: undefined, [WITHOUT]: 'yes' }) },
    ...asText(view),
    { text: ', or change it.' },
  ];
}

/** What was pasted may be a text as it is. */
function asText(view: PageView): Sentence {
  const written = (view.query['q'] ?? '').trim();
  if (written === '' || written.includes('"')) return [];
  return [
    { text: ', ' },
    {
      text: 'search for all of it as text',
      href: pageAddress(view, { format: undefined, q: textTerm(written) }),
    },
  ];
}
