import { KEEP_REASONS } from '../../../otel/query.ts';
import { html, type Html } from '../../markup/html.ts';
import { SYNONYMS } from '../facts/query-keys.ts';
import type { TraceQuery } from '../facts/trace-query.ts';
import { MAX_QUERY_CHARS } from '../facts/written-query.ts';
import { termWords } from '../format/term-words.ts';
import { TYPE_WORDS, TYPES } from '../format/type-words.ts';
import { searchHelp, type SearchHelp } from './search-help.ts';
import { termChips } from './term-chips.ts';
import type { PageView } from '../page.ts';
import { NO_PLACE } from './list-pages.ts';
import { pageAddress } from './page-address.ts';
import { hiddenFields } from './page-frame.ts';
import { REASON_WORDS } from '../format/reason-words.ts';

/** Parameters that restrict one operation; links from other pages use them. */
const OPERATION_FIELDS = ['type', 'series', 'status', 'reason', 'min', 'max'] as const;

type Query = PageView['query'];

/** The field alone, for pages that have no list of traces; keys.ts focuses it. */
export function searchForm(view: PageView): Html {
  return html`<form
    class="filter search"
    method="get"
    action="${view.links.base}/traces"
    role="search"
    aria-label="Search traces"
  >
    ${hiddenFields(view.range.query, [])}${searchField('')}
    <button type="submit">Search</button>
  </form>`;
}

/** With order, the restrictions of one operation, and what can be asked. */
export function traceSearchForm(asked: TraceQuery, view: PageView): Html {
  const { links, query } = view;
  return html`<form
      class="filter search"
      method="get"
      action="${links.base}/traces"
      role="search"
      aria-label="Search traces"
    >
      ${hiddenFields(view.range.query, [])}${searchField(asked.text)}
      ${select(query, 'sort', 'order', [
        ['', 'newest'],
        ['slowest', 'slowest'],
      ])}
      <span class="buttons"
        ><button type="submit">Search</button>
        <a class="quiet-link" href="${links.to('/traces')}">clear</a></span
      >
      ${operationFields(query)}
    </form>
    ${termChips(asked, termWords, (q) => askedWith(view, q))}${searchHelp('/traces', HELP_NOTE, HELP, view)}`;
}

/** The page's parameters with another query. */
export function askedWith(view: PageView, q: string): string {
  return pageAddress(view, { ...NO_PLACE, q });
}

function searchField(text: string): Html {
  return html`<label class="search-field"
    >search kept traces
    <input
      type="search"
      name="q"
      value="${text}"
      placeholder="address, trace id, dur>1s …"
      autocomplete="off"
      spellcheck="false"
      maxlength="${MAX_QUERY_CHARS}"
      data-search
  /></label>`;
}

function operationFields(query: Query): Html {
  const isUsed = OPERATION_FIELDS.some((name) => (query[name] ?? '') !== '');
  return html`<details class="one-operation" ${isUsed && html` open`}>
    <summary>one operation</summary>
    <div class="filter">
      ${select(query, 'type', 'type', [['', 'any'], ...TYPES.map((type) => [type, TYPE_WORDS[type].toLowerCase()] as const)])}
      ${input(query, 'series', 'route or statement', 'GET /search')}
      ${select(query, 'status', 'status', [
        ['', 'any'],
        ['error', 'failed'],
        ['ok', 'not failed'],
      ])}
      ${select(query, 'reason', 'kept because', [['', 'any'], ...KEEP_REASONS.map((reason) => [reason, REASON_WORDS[reason]] as const)])}
      ${input(query, 'min', 'at least', '250ms')} ${input(query, 'max', 'at most', '2s')}
    </div>
  </details>`;
}

function select(
  query: Query,
  name: string,
  label: string,
  options: readonly (readonly [string, string])[],
): Html {
  return html`<label
    >${label}
    <select name="${name}">
      ${options.map(([value, word]) => html`<option value="${value}" ${(query[name] ?? '') === value && html` selected`}>${word}</option>`)}
    </select></label
  >`;
}

function input(query: Query, name: string, label: string, hint: string): Html {
  return html`<label
    >${label}
    <input
      type="text"
      name="${name}"
      value="${query[name] ?? ''}"
      placeholder="${hint}"
      autocomplete="off"
      maxlength="300"
  /></label>`;
}

const HELP_NOTE =
  'All terms must hold. Case makes no difference; text with spaces or colons stands in quotation marks. Only kept traces are searched, those in memory and those on disk. Other words for keys: ' +
  `${SYNONYMS}.`;
const HELP: SearchHelp = [
  [
    ['/search', '/search?q=glass', '/2026/*'],
    'an address as pasted: a path, or a URL of any host. Of a query, every parameter must be there; without one, any query. Escapes, case and a slash at the end make no difference. * at the end: everything below',
  ],
  [
    ['4bf92f3577b34da6a3ce929d0e0e4736', '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'],
    'a trace id or a traceparent: the trace, and traces that link to it. A request id: the trace id that X-Request-ID of a response has, or what a client sent',
  ],
  [
    ['route:/posts/:slug', 'route:/api/*'],
    'the route that answered the request; * at the end: its beginning',
  ],
  [
    ['status:404', 'status:4xx', 'status:>=500', 'status:error'],
    'the status of the response; error: anything in the trace failed',
  ],
  [['method:POST'], 'the method of the request'],
  [['dur>250ms', 'dur:>=1s'], 'how long the trace took; us, ms, s, m; without a unit ms'],
  [
    ['db:"SELECT posts"', 'db>5ms', 'render>50ms'],
    'any statement contains the text, in its text or summary, and SQL as it is pasted; any statement, or render, took longer',
  ],
  [
    ['error:TypeError', 'error:Sqlite*', 'error:*'],
    'the error or exception type of anything that failed in the trace',
  ],
  [
    ['agent:bot', 'agent:firefox', 'agent:curl'],
    'bots, other programs and clients without a user agent (agent:none: these alone); a family: firefox, edge, opera, chrome, safari, other; anything else: text in the user agent. A whole one is found as it is pasted. By what it calls itself: Not found lists scanners that call themselves browsers',
  ],
  [
    ['version:3.1', 'version:3.*'],
    'the version of the service that recorded the trace (service.version, see Process); * at the end: its beginning. Traces from an older version of this program have none',
  ],
  [
    ['type:request', 'type:statement', 'type:render', 'type:other'],
    'anything in the trace is an operation of the type; any other type is that of an error, as with error:',
  ],
  [['reason:slow', 'reason:error'], `why anything in the trace was kept: ${KEEP_REASONS.join(', ')}`],
  [
    ['attr.http.route:/search', 'client.address=192.0.2.1'],
    'any span or event has the attribute, and its value contains the text or is the number, as with ~; with =, is exactly this. The newest 500 candidates on disk are read',
  ],
  [
    ['glass', '"broken pipe"'],
    'words and phrases: in any name, statement, message, attribute or event; a number as a whole',
  ],
  [
    ['ip:203.0.113.9', 'ip:203.0.113.*'],
    'the address of the client; * at the end: its beginning. As attributes, the newest 500 candidates on disk are read',
  ],
  [['-agent:bot', '-status:404'], 'a minus before a term: traces that it does not match'],
];
