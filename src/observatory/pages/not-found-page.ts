import type { ErrorRow, RequestLists, TimeRange } from '../../../otel/query.ts';
import { html } from '../../markup/html.ts';
import { countText } from '../../markup/quantity.ts';
import { panel } from '../charts/frame.ts';
import { csvLink } from '../draw/facts.ts';
import { tablePage } from '../draw/paged-table.ts';
import { drawTable, sheetOf, sortRows } from '../draw/table.ts';
import { CLIENT_ERROR_TERM, clientPanel, clientSheet, tracesOfClient } from '../draw/client-panel.ts';
import { scannerWords } from '../draw/counted-values.ts';
import {
  addressColumns,
  agentsText,
  botsAtMost,
  emptyWords,
  keyOfLine,
  scannersTable,
  tracesOf,
  wordsOf,
} from '../draw/not-found-tables.ts';
import { askedByScannersAlone } from '../facts/asked-by-scanners.ts';
import { clientErrorsByStatus, notFoundIn } from '../facts/not-found-counts.ts';
import { unlistedRequests } from '../facts/unlisted-requests.ts';
import {
  boundColumns,
  countedNote,
  type ListedSearch,
  listedTitle,
  listedWhen,
  requestPanels,
} from '../draw/top-tables.ts';
import { hasLeader, timesText, topLines, type TopLine } from '../facts/top-lines.ts';
import { shortened } from '../format/shortened.ts';
import type { PageView } from '../page.ts';
import { plural } from '../sentences/sentence.ts';
import { definePage } from './define-page.ts';

/** A row has lists of clients and agents: some 130 px, 90 on a telephone, where they are folded. */
const PAGE_ROWS = 10;
const MAX_IN_SENTENCE = 80;

type Line = TopLine<ErrorRow>;

interface NotFoundFacts extends RequestLists<ErrorRow> {
  /** Counted in the range itself: lists are of whole hours. */
  readonly countInRange: number;
  /** Counted in the range, but in no list. */
  readonly unlisted: number;
  /** Of all responses with 4xx in the time of the lists. */
  readonly clientErrors: number;
  /** Addresses that scanners alone ask, and that lead nowhere yet. */
  readonly ofScanners: readonly string[];
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
      // Who redirected one knows better.
      ofScanners: askedByScannersAlone(lists).filter((path) => redirectOf(path) === undefined),
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
    const ofScanners = new Set(facts.ofScanners);
    const isOne = (line: Line): boolean => line.kind === 'listed' && ofScanners.has(line.row.value);
    const columns = addressColumns({ lists: facts, view }, facts.redirects);
    const all = sortRows(topLines(facts.addresses, facts.addresses.rows.length), columns, view.query['sort']);
    const lines = all.filter((line) => !isOne(line));
    const part = tablePage(lines, view, wordsOf, PAGE_ROWS);
    const others = facts.clientErrors - facts.count;
    return html`${panel({
      title: listedTitle('Addresses without a page', { lists: facts, view }),
      note: html`${plural(facts.count, 'response')} with 404 or
      410${others > 0 && html`; ${countText(others)} with <a href="${view.links.to('/failures', { errors: '4xx' })}">another 4xx</a>, not here`}${part.note !== undefined && html`; rows ${part.note}`}
      ${csvLink(view)}`,
      body: html`${part.search}${drawTable(part.rows, columns, {
        caption: 'Addresses without a page',
        keyOf: keyOfLine,
        view,
        stacked: true,
        empty: emptyWords(lines, ofScanners),
      })}${part.pages}${scannersTable(all.filter(isOne), columns, view)}`,
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

function isOwn(referrer: string): boolean {
  return referrer.startsWith('/');
}

/** Of a client's requests, those that found nothing; with a 410 among them, all its 4xx, as a search has no other term for both. */
function clientTerm({ addresses: { rows } }: NotFoundFacts): ListedSearch {
  return rows.every(({ statusCode }) => statusCode === 404) ? { q: 'status:404' } : CLIENT_ERROR_TERM;
}
