import { LOG_LEVELS, type BoundedCount, type LogList } from '../../../otel/query.ts';
import { html, type Html } from '../../markup/html.ts';
import { countText } from '../../markup/quantity.ts';
import { isOnlyLevel, logTermWords, withLevel, type LogQuery } from '../facts/log-query.ts';
import { MAX_QUERY_CHARS } from '../facts/written-query.ts';
import { searchHelp, type SearchHelp } from './search-help.ts';
import { termChips } from './term-chips.ts';
import type { PageView } from '../page.ts';
import { NO_PLACE } from './list-pages.ts';
import { pageAddress } from './page-address.ts';
import { hiddenFields } from './page-frame.ts';

const PLACEHOLDER = 'level:>=warn "sign-in failed"';

/** The page with another query, from its newest line. */
export function logsAsked(view: PageView, q: string): string {
  return pageAddress(view, { ...NO_PLACE, before: undefined, part: undefined, q });
}

/** `1,204`, or `2,000+` if it is at least that. */
export function boundedText({ count, isExact }: BoundedCount): string {
  return `${countText(count)}${isExact ? '' : '+'}`;
}

export function logSearchForm(asked: LogQuery, view: PageView): Html {
  const { links, query } = view;
  return html`<form
      class="filter search"
      method="get"
      action="${links.base}/logs"
      role="search"
      aria-label="Search log lines"
    >
      ${hiddenFields({ ...view.range.query, view: query['view'] }, [])}
      <label class="search-field"
        >search log lines
        <input
          type="search"
          name="q"
          value="${asked.text}"
          placeholder="${PLACEHOLDER}"
          autocomplete="off"
          spellcheck="false"
          maxlength="${MAX_QUERY_CHARS}"
          data-search
      /></label>
      <span class="buttons"
        ><button type="submit">Search</button>
        <a class="quiet-link" href="${links.to('/logs', { view: query['view'] })}">clear</a></span
      >
    </form>
    ${termChips(asked, logTermWords, (q) => logsAsked(view, q))}${searchHelp('/logs', HELP_NOTE, HELP, view)}`;
}

/** How many lines that match have which level; a click chooses it, a second one chooses all. */
export function levelFacets({ levels }: LogList, asked: LogQuery, view: PageView): Html {
  const shown = LOG_LEVELS.filter((level) => levels[level].count > 0).toReversed();
  return html`<nav class="facets" id="facets" aria-label="Narrow by level">
    <p class="note">lines that match, by level</p>
    <h3>level</h3>
    <ul>
      ${shown.map(
        (level) =>
          html`<li>
            <a
              href="${logsAsked(view, withLevel(asked, level))}"
              ${isOnlyLevel(asked, level) && html` aria-current="true"`}
              ><span>${level}</span> <span class="count">${boundedText(levels[level])}</span></a
            >
          </li>`,
      )}
    </ul>
  </nav>`;
}

const HELP_NOTE =
  'All terms must hold. Text with spaces stands in quotation marks; text with a colon need not.';
const HELP: SearchHelp = [
  [
    ['failed', '"sign-in failed"', '/admin/sign-in'],
    'words and phrases, in messages and in the values of fields. What is neither letter nor digit separates words; case and accents make no difference',
  ],
  [['SQLITE*'], 'a word that begins so, from three letters on'],
  [['level:warn', 'level:>=warn', 'level:warn,error'], 'one level, those from it on, or several'],
  [
    ['trace:4bf92f3577b34da6a3ce929d0e0e4736'],
    'lines of a trace; a traceparent or the address of its page does, too',
  ],
  [
    ['process:1234'],
    'lines that the process with this id wrote (process.pid); the lines of older versions do not say',
  ],
  [['-bot', '-level:info'], 'a minus before a term: lines that it does not match'],
];
