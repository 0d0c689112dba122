import type { ErrorRow } from '../../../otel/query.ts';
import { html, type Html } from '../../markup/html.ts';
import { REDIRECTS_PATH } from '../../process/own-addresses.ts';
import { rangeText, type TopLine } from '../facts/top-lines.ts';
import { pathTerm, textTerm } from '../facts/trace-query.ts';
import type { PageView } from '../page.ts';
import { plural } from '../sentences/sentence.ts';
import { tracesOfClient } from './client-panel.ts';
import { agentValues, CLIENT_VALUES, countedValues, REFERRER_VALUES, valuesText } from './counted-values.ts';
import { narrowDetails } from './narrow-details.ts';
import { foundRows } from './paged-table.ts';
import { drawTable, type Column } from './table.ts';
import {
  ADDRESS_WORDS,
  askedValue,
  type Listed,
  seenColumns,
  topCount,
  topName,
  topShare,
  tracesListed,
} from './top-tables.ts';

const REDIRECT_KEY = 'redirects_to';

type Line = TopLine<ErrorRow>;
/** Where addresses lead by now that the app redirects. */
type Redirected = Readonly<Record<string, string>>;

export function keyOfLine(line: Line): string {
  return line.kind === 'listed' ? line.row.value : line.kind;
}

export function emptyWords(lines: readonly Line[], ofScanners: ReadonlySet<string>): string {
  if (lines.length > 0) return 'No other address has these words.';
  return ofScanners.size > 0 ? 'Every other address was found.' : 'Every address was found.';
}

/** Addresses that scanners alone ask: no redirect is offered. Open while something is looked for. */
export function scannersTable(
  all: readonly Line[],
  columns: readonly Column<Line>[],
  view: PageView,
): Html | null {
  const lines = foundRows(all, view, wordsOf);
  if (lines.length === 0) return null;
  const count = lines.reduce((sum, line) => sum + line.count, 0);
  return html`<details class="folded" data-key="scanners" ${lines.length < all.length && html` open`}>
    <summary>
      asked by scanners alone: ${plural(lines.length, 'address', 'addresses')}, ${plural(count, 'request')}
    </summary>
    ${drawTable(
      lines,
      columns.filter(({ key }) => key !== REDIRECT_KEY),
      { caption: 'Addresses that scanners alone ask', keyOf: keyOfLine, view, stacked: true, empty: '' },
    )}
    <p class="note">
      Such as /wp-login.php and /.env, which no page links to; and others that no page refers to, if all of
      their clients asked for several of these, or are scanners.
    </p>
  </details>`;
}

/** What is searched in a row: what it shows. */
export function wordsOf(line: Line): string {
  if (line.kind !== 'listed') return 'other addresses';
  const { value, referrers, peers, agents } = line.row;
  const from = referrers.rows.map((row) => row.value).join(' ');
  return `${value} ${from} ${valuesText(peers)} ${valuesText(agents)}`;
}

export function tracesOf({ value, statusCode }: ErrorRow, listed: Listed): string {
  return tracesListed({ q: termOf(value, statusCode) }, listed);
}

/** Its requests that found nothing. A cut path is only a beginning. */
function termOf(path: string, statusCode: number): string {
  return `${path.endsWith('…') ? textTerm(path.slice(0, -1)) : pathTerm(path)} status:${statusCode}`;
}

export function addressColumns(listed: Listed, redirects: Redirected): readonly Column<Line>[] {
  const { view } = listed;
  return [
    {
      ...topName<ErrorRow>(ADDRESS_WORDS),
      cell: (line) =>
        line.kind === 'listed'
          ? askedValue(line.row.value, tracesOf(line.row, listed))
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
      key: REDIRECT_KEY,
      value: (line) => (line.kind === 'listed' ? redirects[line.row.value] : undefined),
      cell: (line) => (line.kind === 'listed' ? redirectLink(line.row.value, redirects) : ''),
    },
    narrowDetails(
      (row) =>
        html`${referrersOf(row)}<br />${countedValues(row.peers, CLIENT_VALUES, (client) => html`<bdi>${client}</bdi>`)}<br />${agentValues(row.agents)}`,
      view,
    ),
  ];
}

/** Where the address leads by now; otherwise a link to the form that redirects it, filled in. */
function redirectLink(path: string, redirects: Redirected): Html | '' {
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

export function botsAtMost(line: Line): number | undefined {
  return line.kind === 'listed' ? line.row.bots + line.row.botsMissed : undefined;
}

export function agentsText(line: Line): string | undefined {
  return line.kind === 'listed' ? valuesText(line.row.agents) : undefined;
}
