import type { PageView } from '../page.ts';
import type { Sentence } from '../sentences/sentence.ts';
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
    { text: ', or change it.' },
  ];
}
