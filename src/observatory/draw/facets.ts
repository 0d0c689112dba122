import {
  FACET_NAMES,
  KEEP_REASONS,
  type FacetCount,
  type FacetName,
  type TraceFacets,
} from '../../../otel/query.ts';
import { html, type Html } from '../../markup/html.ts';
import { countText } from '../../markup/quantity.ts';
import { facetTerm, hasTerm, toggled, type TraceQuery } from '../facts/trace-query.ts';
import { shortened } from '../format/shortened.ts';
import type { PageView } from '../page.ts';
import { REASON_WORDS } from '../format/reason-words.ts';
import { askedWith } from './search-form.ts';

const MAX_VALUES = 8;
/** On request. */
const MAX_MORE = 24;
/** Each link repeats the query: with a longer one, there are fewer. */
const MAX_REPEATED_CHARS = 200;
const MAX_VALUE_CHARS = 60;

const TITLES: Readonly<Record<FacetName, string>> = {
  route: 'route',
  status: 'status',
  method: 'method',
  agent: 'agent',
  error: 'error',
  reason: 'kept because',
};

/** How many of the kept traces that match have which value; a click adds the term to the query, a second one takes it away. */
export function facetList(facets: TraceFacets, asked: TraceQuery, view: PageView): Html {
  const isShort = asked.text.length <= MAX_REPEATED_CHARS;
  const shown = FACET_NAMES.filter((name) => facets[name].length > 0);
  return html`<nav class="facets" id="facets" aria-label="Narrow by value">
    <p class="note">kept traces that match, by value</p>
    ${shown.map((name) => {
      const values = facets[name];
      const rest = isShort ? values.slice(MAX_VALUES, MAX_VALUES + MAX_MORE) : [];
      const left = values.length - MAX_VALUES - rest.length;
      return html`<h3>${TITLES[name]}</h3>
        ${valueList(name, values.slice(0, MAX_VALUES), asked, view)}
        ${
          rest.length > 0 &&
          html`<details>
            <summary>${rest.length} more</summary>
            ${valueList(name, rest, asked, view)}${left > 0 && html`<p class="note">and ${left} rarer ones</p>`}
          </details>`
        }`;
    })}
  </nav>`;
}

function valueList(name: FacetName, values: readonly FacetCount[], asked: TraceQuery, view: PageView): Html {
  return html`<ul>
    ${values.map(({ value, count }) => {
      const source = facetTerm(name, value);
      const state = hasTerm(asked, source) ? html` aria-current="true"` : null;
      return html`<li>
        <a href="${askedWith(view, toggled(asked, source))}" ${state}
          ><bdi>${shortened(wordsOf(name, value), MAX_VALUE_CHARS)}</bdi>
          <span class="count">${countText(count)}</span></a
        >
      </li>`;
    })}
  </ul>`;
}

function wordsOf(name: FacetName, value: string): string {
  const reason = KEEP_REASONS.find((each) => each === value);
  if (name === 'reason' && reason !== undefined) return REASON_WORDS[reason];
  return name === 'agent' ? (AGENT_WORDS[value] ?? value) : value;
}

const AGENT_WORDS: Readonly<Record<string, string>> = {
  bot: 'bots, programs',
  none: 'no user agent',
  other: 'other browsers',
};
