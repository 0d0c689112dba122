import type { ErrorRow, RequestLists, TimeRange } from '../../../otel/query.ts';
import { html, type Html } from '../../markup/html.ts';
import { countText } from '../../markup/quantity.ts';
import { panel } from '../charts/frame.ts';
import { csvLink } from '../draw/facts.ts';
import { tablePage } from '../draw/paged-table.ts';
import { drawTable, sheetOf, sortRows, type Column } from '../draw/table.ts';
import { CLIENT_ERROR_TERM, clientPanel, clientSheet, tracesOfClient } from '../draw/client-panel.ts';
import {
  agentValues,
  CLIENT_VALUES,
  countedValues,
  scannerWords,
  REFERRER_VALUES,
  valuesText,
} from '../draw/counted-values.ts';
import { clientErrorsByStatus, notFoundIn } from '../facts/not-found-counts.ts';
import { unlistedRequests } from '../facts/unlisted-requests.ts';
import { pathTerm, textTerm } from '../facts/trace-query.ts';
import {
  ADDRESS_WORDS,
  askedValue,
  boundColumns,
  countedNote,
  type Listed,
  type ListedSearch,
  listedTitle,
  listedWhen,
  requestPanels,
  seenColumns,
  topCount,
  topName,
  topShare,
  tracesListed,
} from '../draw/top-tables.ts';
import { hasLeader, rangeText, timesText, topLines, type TopLine } from '../facts/top-lines.ts';
import { shortened } from '../format/shortened.ts';
import type { PageView } from '../page.ts';
import { plural } from '../sentences/sentence.ts';
import { REDIRECTS_PATH } from '../../process/own-addresses.ts';
import { definePage } from './define-page.ts';

/** A row has lists of clients and agents: some 130 px, 270 on a telephone. */
const PAGE_ROWS = 15;
const MAX_IN_SENTENCE = 80;

type Line = TopLine<ErrorRow>;

interface NotFoundFacts extends RequestLists<ErrorRow> {
  /** Counted in the range itself: lists are of whole hours. */
  readonly countInRange: number;
  /** Counted in the range, but in no list. */
  readonly unlisted: number;
  /** Of all responses with 4xx in the time of the lists. */
  readonly clientErrors: number;
  /** Where those of the addresses lead by now that the app redirects, by address. */
  readonly redirects: Readonly<Record<string, string>>;
}

/** Addresses that were answered with 404 or 410: which, how often, from where, first and last. */
export const notFoundPage = definePage<NotFoundFacts>({
  path: '/not-found',
  menu: 'not-found',
  fetch({ telemetry, range, redirectOf }) {
    const lists = telemetry.notFound(range);
    const redirects = lists.addresses.rows.flatMap(({ value }): readonly [string, string][] => {
      const target = redirectOf(value);
      return target === undefined ? [] : [[value, target]];
    });
    const countIn = (times: TimeRange): number => notFoundIn(telemetry.series('http', times));
    return {
      ...lists,
      countInRange: countIn(range),
      clientErrors: clientErrorsByStatus(telemetry, lists).reduce((sum, { count }) => sum + count, 0),
      unlisted: unlistedRequests(lists, range, countIn),
      redirects: Object.fromEntries(redirects),
    };
  },
  title: () => 'Not found',
  sentence(facts, view) {
    const { addresses, clients, unlisted } = facts;
    const since = listedWhen(facts, view);
    const [first] = addresses.rows;
    const [client] = clients?.rows ?? [];
    if (first === undefined && unlisted > 0)
      return [
        {
          text: `${plural(unlisted, 'request')} found nothing ${view.range.words}; which ones is not known.`,
        },
      ];
    if (first === undefined)
      return [{ text: 'Every address was found', tone: 'good' }, { text: ` ${since}.` }];
    const linked = addresses.rows.find(({ referrers }) => referrers.rows.some(({ value }) => isOwn(value)));
    return [
      {
        text: `${foundNothing(facts, view)}. ${hasLeader(addresses) ? 'Most often' : 'Among them'} `,
      },
      { text: shortened(first.value, MAX_IN_SENTENCE), href: tracesOf(first, { lists: facts, view }) },
      { text: `, ${timesText(first)}.` },
      ...(unlisted === 0
        ? []
        : [
            {
              text: ` ${countText(unlisted)} more ${unlisted === 1 ? 'is' : 'are'} counted, but not listed.`,
            },
          ]),
      ...(clients === undefined || client === undefined
        ? []
        : [
            {
              text: hasLeader(clients)
                ? ' The client that asked most often is '
                : ' No client is known to lead; one of them is ',
            },
            {
              text: client.value,
              href: tracesOfClient(client.value, clientTerm(facts), { lists: facts, view }),
            },
            {
              text: `, ${timesText(client)}${scannerWords(client.agents)}.`,
            },
          ]),
      ...(linked === undefined
        ? []
        : [
            { text: ' A page of this site links to ' },
            {
              text: shortened(linked.value, MAX_IN_SENTENCE),
              href: tracesOf(linked, { lists: facts, view }),
            },
            { text: '.' },
          ]),
    ];
  },
  draw(facts, view) {
    const columns = addressColumns({ lists: facts, view }, facts.redirects);
    const lines = topLines(facts.addresses, facts.addresses.rows.length);
    const part = tablePage(sortRows(lines, columns, view.query['sort']), view, wordsOf, PAGE_ROWS);
    const others = facts.clientErrors - facts.count;
    return html`${panel({
      title: listedTitle('Addresses without a page', { lists: facts, view }),
      note: html`${plural(facts.count, 'response')} with 404 or
      410${others > 0 && html`; ${countText(others)} with <a href="${view.links.to('/failures', { errors: '4xx' })}">another 4xx</a>, not here`}${part.note !== undefined && html`; rows ${part.note}`}
      ${csvLink(view)}`,
      body: html`${part.search}${drawTable(part.rows, columns, {
        caption: 'Addresses without a page',
        keyOf: (line) => (line.kind === 'listed' ? line.row.value : line.kind),
        view,
        empty: lines.length > 0 ? 'No address has these words.' : 'Every address was found.',
      })}${part.pages}`,
      foot: countedNote(facts, view, facts.unlisted),
    })}
    ${clientPanel(facts, view, { title: 'Clients that asked for them', term: clientTerm(facts) })}
    ${facts.count > 0 && requestPanels(facts, view, { withAddresses: false })}`;
  },
  sheet: (facts, view) =>
    clientSheet(facts, view) ??
    sheetOf(topLines(facts.addresses, facts.addresses.rows.length), [
      ...addressColumns({ lists: facts, view }, facts.redirects),
      { label: 'agents', key: 'agents', value: agentsText, cell: agentsText },
      ...boundColumns<ErrorRow>(),
      { label: 'bots at most', key: 'bots_at_most', value: botsAtMost, cell: botsAtMost },
    ]),
});

/** As the menu counts it, and as the lists do, which begin at the hour. */
function foundNothing({ count, countInRange, ...lists }: NotFoundFacts, view: PageView): string {
  const since = listedWhen(lists, view);
  if (countInRange === 0 || countInRange >= count)
    return `${plural(count, 'request')} found nothing ${since}`;
  return `${plural(countInRange, 'request')} found nothing ${view.range.words}; ${countText(count)} ${since}, which the lists are of`;
}

/** What is searched in a row: what it shows. */
function wordsOf(line: Line): string {
  if (line.kind !== 'listed') return 'other addresses';
  const { value, referrers, peers, agents } = line.row;
  const from = referrers.rows.map((row) => row.value).join(' ');
  return `${value} ${from} ${valuesText(peers)} ${valuesText(agents)}`;
}

function isOwn(referrer: string): boolean {
  return referrer.startsWith('/');
}

function tracesOf({ value, statusCode }: ErrorRow, listed: Listed): string {
  return tracesListed({ q: termOf(value, statusCode) }, listed);
}

/** Of a client's requests, those that found nothing; with a 410 among them, all its 4xx, as a search has no other term for both. */
function clientTerm({ addresses: { rows } }: NotFoundFacts): ListedSearch {
  return rows.every(({ statusCode }) => statusCode === 404) ? { q: 'status:404' } : CLIENT_ERROR_TERM;
}

/** Its requests that found nothing. A cut path is only a beginning. */
function termOf(path: string, statusCode: number): string {
  return `${path.endsWith('…') ? textTerm(path.slice(0, -1)) : pathTerm(path)} status:${statusCode}`;
}

function addressColumns(listed: Listed, redirects: NotFoundFacts['redirects']): readonly Column<Line>[] {
  const { view } = listed;
  return [
    {
      ...topName<ErrorRow>(ADDRESS_WORDS),
      cell: (line) =>
        line.kind === 'listed'
          ? html`${askedValue(line.row.value, tracesOf(line.row, listed))}<span class="only-narrow callers"
                >${referrersOf(line.row)}<br />${countedValues(line.row.peers, CLIENT_VALUES, (client) => html`<bdi>${client}</bdi>`)}<br />${agentValues(line.row.agents)}</span
              >`
          : html`<span class="quiet-words">other addresses</span>`,
    },
    topCount(),
    topShare('wide'),
    {
      label: 'of bots, scanners',
      key: 'bots',
      room: 'mid',
      align: 'number',
      value: (line) => (line.kind === 'listed' ? line.row.bots : undefined),
      cell: (line) => (line.kind === 'listed' ? rangeText(line.row.bots, line.row.botsMissed) : '–'),
    },
    {
      label: 'status',
      key: 'status',
      room: 'wide',
      value: (line) => (line.kind === 'listed' ? line.row.statusCode : undefined),
      cell: (line) => (line.kind === 'listed' ? String(line.row.statusCode) : '–'),
    },
    {
      label: 'referring page',
      key: 'referrers',
      room: 'mid',
      value: (line) =>
        line.kind === 'listed' ? line.row.referrers.rows.map(({ value }) => value).join(' ') : undefined,
      cell: (line) => (line.kind === 'listed' ? referrersOf(line.row) : '–'),
    },
    {
      label: 'asked by',
      key: 'clients',
      room: 'mid',
      value: (line) => (line.kind === 'listed' ? valuesText(line.row.peers) : undefined),
      cell: (line) => (line.kind === 'listed' ? askersOf(line.row, listed) : '–'),
    },
    ...seenColumns<ErrorRow>(view, { first: 'wide' }),
    {
      label: 'redirect',
      key: 'redirects_to',
      value: (line) => (line.kind === 'listed' ? redirects[line.row.value] : undefined),
      cell: (line) => (line.kind === 'listed' ? redirectLink(line.row.value, redirects) : ''),
    },
  ];
}

/** Where the address leads by now; otherwise a link to the form that redirects it, filled in. */
function redirectLink(path: string, redirects: NotFoundFacts['redirects']): Html | '' {
  const target = redirects[path];
  if (target === path) return html`<span class="quiet-words">found by now</span>`;
  if (target !== undefined)
    return html`<span class="quiet-words">leads to</span> ${askedValue(target, REDIRECTS_PATH)}`;
  if (path.endsWith('…')) return '';
  const query = new URLSearchParams({ from: path });
  return html`<a href="${REDIRECTS_PATH}?${query.toString()}" aria-label="Redirect ${path}">Redirect</a>`;
}

/** With counts, as most requests of a scan have none. */
function referrersOf({ referrers }: ErrorRow): Html {
  return countedValues(referrers, REFERRER_VALUES, (value) => askedValue(value));
}

/** Clients, each with a link to its requests, and what they call themselves. */
function askersOf({ value, statusCode, peers, agents }: ErrorRow, listed: Listed): Html {
  const term = { q: termOf(value, statusCode) };
  return html`<span class="askers"
    >${countedValues(peers, CLIENT_VALUES, (client) => askedValue(client, tracesOfClient(client, term, listed)))}<span
      class="callers"
      >${agentValues(agents)}</span
    ></span
  >`;
}

function botsAtMost(line: Line): number | undefined {
  return line.kind === 'listed' ? line.row.bots + line.row.botsMissed : undefined;
}

function agentsText(line: Line): string | undefined {
  return line.kind === 'listed' ? valuesText(line.row.agents) : undefined;
}
