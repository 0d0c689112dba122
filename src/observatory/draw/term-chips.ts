import { html, type HtmlValue } from '../../markup/html.ts';
import { without, type WrittenQuery } from '../facts/written-query.ts';
import { shortened } from '../format/shortened.ts';

/** Of what a link's label repeats; the term itself is shown whole, in as many lines as it takes: there is no other place to read it. */
const MAX_LABEL = 80;

/** Every term as it was understood, with a link that takes it away. */
export function termChips<Term>(
  { text, terms }: WrittenQuery<Term>,
  wordsOf: (term: Term) => string,
  addressOf: (query: string) => string,
): HtmlValue {
  if (terms.length === 0) return null;
  return html`<ul class="chips" aria-label="Terms of the search">
    ${terms.map(({ source, term }) => {
      const words = wordsOf(term);
      const rest = without(text, [{ source }]);
      return html`<li>
        <bdi>${words}</bdi>
        <a href="${addressOf(rest)}" aria-label="without ${shortened(words, MAX_LABEL)}">×</a>
      </li>`;
    })}
  </ul>`;
}
