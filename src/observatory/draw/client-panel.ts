import type { ErrorRow, RequestLists, TopRows } from '../../../otel/query.ts';
import { html, type Html } from '../../markup/html.ts';
import { panel } from '../charts/frame.ts';
import { hasLeader, topLines, type TopLine } from '../facts/top-lines.ts';
import { attributeTerm, pathTerm } from '../facts/trace-query.ts';
import type { PageView, Sheet } from '../page.ts';
import { plural } from '../sentences/sentence.ts';
import { ADDRESS_VALUES, agentValues, countedValues, valuesText } from './counted-values.ts';
import { csvLink } from './facts.ts';
import { narrowDetails } from './narrow-details.ts';
import { drawTable, sheetOf, type Column } from './table.ts';
import {
  askedValue,
  boundColumns,
  failedRequestPanels,
  type Listed,
  type ListedSearch,
  listedTitle,
  listedWhen,
  narrowed,
  seenColumns,
  topCount,
  topName,
  type TopWords,
  tracesListed,
} from './top-tables.ts';
import { listPlace, rowsShown, wholeListLink } from './whole-list.ts';

/** The attribute of a request's span that has the address. */
const CLIENT_ADDRESS = 'client.address';
/** Of a search: traces of requests that were answered with 4xx. */
export const CLIENT_ERROR_TERM: ListedSearch = { q: 'status:4xx' };
const CLIENT_WORDS: TopWords = { label: 'client', none: 'address not known', others: 'other clients' };

type Line = TopLine<ErrorRow>;

export interface ClientPanelOptions {
  readonly title: string;
  /** Of a search: what their requests have in common. */
  readonly term: ListedSearch;
}

/** Of a search: traces of requests that failed, of a route if one is given; not of what failed within one that did not. */
export function failedTerm(route?: string): ListedSearch {
  return { q: '', of: { type: 'http', series: route, status: 'error' } };
}

/** Clients, addresses and programs of requests with an error. */
export function errorPanels(
  lists: RequestLists,
  view: PageView,
  options: { readonly term: ListedSearch; readonly unlisted: number },
): Html {
  return html`${clientPanel(lists, view, { title: 'Clients that got an error', term: options.term })}
  ${failedRequestPanels(lists, view, options)}`;
}

/** Traces of requests from an address. @param term Of the search for the others of its kind. */
export function tracesOfClient(address: string, term: ListedSearch, listed: Listed): string {
  return tracesListed(narrowed(term, attributeTerm(CLIENT_ADDRESS, address)), listed);
}

/** Who got an error, by address: how often, with which programs, where, first and last; nothing if nobody did. */
export function clientPanel(
  lists: Pick<RequestLists, 'clients' | 'count' | 'fromMillis' | 'toMillis'>,
  view: PageView,
  { title, term }: ClientPanelOptions,
): Html | undefined {
  const { clients, count } = lists;
  if (clients === undefined || count === 0) return undefined;
  const isKnown = clients.rows.length > 0;
  const shown = rowsShown('clients', clients.rows.length, view);
  return panel({
    id: listPlace('clients'),
    title: listedTitle(title, { lists, view }),
    note: isKnown
      ? html`${clientsText(clients)} ${csvLink(view, 'CSV', { list: 'clients' })}`
      : 'addresses not known',
    body: isKnown
      ? html`${drawTable(topLines(clients, shown), clientColumns({ lists, view }, term), {
          caption: title,
          keyOf: (line) => (line.kind === 'listed' ? line.row.value : line.kind),
          view,
          still: true,
          stacked: true,
          empty: 'None.',
        })}${wholeListLink('clients', clients.rows.length, view)}`
      : html`<p class="quiet">
          No address of a client was recorded: METRICS_CLIENT_ADDRESS is false, or an earlier version counted
          the requests.
        </p>`,
    ...(isKnown && {
      foot: html`<span
        >from every request
        ${listedWhen(lists, view)};${!hasLeader(clients) && ' more clients than are counted one by one: others may have as many;'}${hasRanges(clients, shown) && ' “9 to 14”: 9 are counted here, up to 5 more may be among the others;'}
        links lead to those of these requests that are kept; addresses stand where traces have them, in this
        program’s files alone, and for as long. METRICS_CLIENT_ADDRESS=false records none</span
      >`,
    }),
  });
}

/** All of them for a file, if it was asked for: agents, addresses and bounds are columns. */
export function clientSheet(
  lists: Pick<RequestLists, 'clients' | 'fromMillis' | 'toMillis'> | undefined,
  view: PageView,
): Sheet | undefined {
  if (view.query['list'] !== 'clients' || lists === undefined) return undefined;
  const clients = lists.clients ?? { rows: [], none: 0, others: 0 };
  const columns = [...clientColumns({ lists, view }, { q: '' }), ...boundColumns<ErrorRow>()];
  return { ...sheetOf(topLines(clients, clients.rows.length), columns), name: 'clients' };
}

function hasRanges({ rows }: TopRows<ErrorRow>, shown: number): boolean {
  return rows
    .slice(0, shown)
    .some((row) => [row, ...row.agents.rows, ...row.peers.rows].some(({ isExact }) => !isExact));
}

/** `12 clients`; `50 clients and others`. */
export function clientsText({ rows, others }: TopRows): string {
  return `${plural(rows.length, 'client')}${others > 0 ? ' and others' : ''}`;
}

function clientColumns(listed: Listed, term: ListedSearch): readonly Column<Line>[] {
  const { view } = listed;
  const addressesOf = ({ value, peers }: ErrorRow): Html =>
    countedValues(peers, ADDRESS_VALUES, (path) =>
      askedValue(path, tracesOfClient(value, narrowed(term, pathTerm(path)), listed)),
    );
  return [
    {
      ...topName<ErrorRow>(CLIENT_WORDS),
      cell: (line) =>
        line.kind === 'listed'
          ? askedValue(line.row.value, tracesOfClient(line.row.value, term, listed))
          : html`<span class="quiet-words">${CLIENT_WORDS[line.kind]}</span>`,
    },
    topCount(),
    {
      label: 'user agents',
      key: 'agents',
      room: 'mid',
      value: (line) => (line.kind === 'listed' ? valuesText(line.row.agents) : undefined),
      cell: (line) => (line.kind === 'listed' ? agentValues(line.row.agents) : '–'),
    },
    {
      label: 'asked for',
      key: 'addresses',
      room: 'mid',
      value: (line) => (line.kind === 'listed' ? valuesText(line.row.peers) : undefined),
      cell: (line) => (line.kind === 'listed' ? addressesOf(line.row) : '–'),
    },
    ...seenColumns<ErrorRow>(view, { first: 'wide' }),
    narrowDetails((row) => html`${agentValues(row.agents)}<br />${addressesOf(row)}`, view),
  ];
}
