import type { NotFoundRow, RequestLists } from '../../../otel/query.ts';
import { html, type Html } from '../../markup/html.ts';
import { countText } from '../../markup/quantity.ts';
import { panel } from '../charts/frame.ts';
import { csvLink } from '../draw/facts.ts';
import { drawTable, sheetOf, sortRows, type Column } from '../draw/table.ts';
import { pathTerm, textTerm } from '../facts/trace-query.ts';
import {
  ADDRESS_WORDS,
  askedValue,
  countedNote,
  listedWhen,
  requestPanels,
  seenColumns,
  topCount,
  topName,
  topShare,
} from '../draw/top-tables.ts';
import { topLines, type TopLine } from '../facts/top-lines.ts';
import { shortened } from '../format/shortened.ts';
import type { PageView } from '../page.ts';
import { plural } from '../sentences/sentence.ts';
import { REDIRECTS_PATH } from '../../process/own-addresses.ts';
import { definePage } from './define-page.ts';

const MAX_ROWS = 100;
/** Referring pages named with an address. */
const MAX_REFERRERS = 3;
const MAX_IN_SENTENCE = 80;

type Line = TopLine<NotFoundRow>;

interface NotFoundFacts extends RequestLists<NotFoundRow> {
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
    return { ...lists, redirects: Object.fromEntries(redirects) };
  },
  title: () => 'Not found',
  sentence(facts, view) {
    const { count, addresses } = facts;
    const { links } = view;
    const since = listedWhen(facts, view);
    const [first] = addresses.rows;
    if (first === undefined)
      return [{ text: 'Every address was found', tone: 'good' }, { text: ` ${since}.` }];
    const linked = addresses.rows.find(({ referrers }) => referrers.rows.some(({ value }) => isOwn(value)));
    return [
      { text: `${plural(count, 'request')} found nothing ${since}. Most often ` },
      { text: shortened(first.value, MAX_IN_SENTENCE), href: tracesOf(first.value, links) },
      { text: `, ${first.isExact ? '' : 'at least '}${plural(first.count, 'time')}.` },
      ...(linked === undefined
        ? []
        : [
            { text: ' A page of this site links to ' },
            { text: shortened(linked.value, MAX_IN_SENTENCE), href: tracesOf(linked.value, links) },
            { text: '.' },
          ]),
    ];
  },
  draw(facts, view) {
    const columns = addressColumns(view, facts.redirects);
    const lines = topLines(facts.addresses, MAX_ROWS);
    return html`${panel({
      title: 'Addresses without a page',
      note: html`${plural(facts.count, 'response')} with 404 or 410 ${csvLink(view)}`,
      body: drawTable(sortRows(lines, columns, view.query['sort']), columns, {
        caption: 'Addresses without a page',
        keyOf: (line) => (line.kind === 'listed' ? line.row.value : line.kind),
        view,
        empty: 'Every address was found.',
      }),
      foot: countedNote(facts, view),
    })}
    ${facts.count > 0 && requestPanels(facts, view, false)}`;
  },
  sheet: ({ addresses, redirects }, view) =>
    sheetOf(topLines(addresses, addresses.rows.length), addressColumns(view, redirects)),
});

function isOwn(referrer: string): boolean {
  return referrer.startsWith('/');
}

function tracesOf(path: string, links: PageView['links']): string {
  // A cut path is only a beginning.
  return links.to('/traces', { q: path.endsWith('…') ? textTerm(path.slice(0, -1)) : pathTerm(path) });
}

function addressColumns(view: PageView, redirects: NotFoundFacts['redirects']): readonly Column<Line>[] {
  return [
    {
      ...topName<NotFoundRow>(ADDRESS_WORDS),
      cell: (line) =>
        line.kind === 'listed'
          ? html`${askedValue(line.row.value, tracesOf(line.row.value, view.links))}<span
                class="only-narrow callers"
                >${referrersOf(line.row)}</span
              >`
          : html`<span class="quiet-words">other addresses</span>`,
    },
    topCount(),
    topShare('wide'),
    {
      label: 'of bots',
      key: 'bots',
      room: 'mid',
      align: 'number',
      value: (line) => (line.kind === 'listed' ? line.row.bots : undefined),
      cell: (line) => (line.kind === 'listed' ? countText(line.row.bots) : '–'),
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
    ...seenColumns<NotFoundRow>(view, { first: 'wide' }),
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
function referrersOf({ referrers: { rows, none, others } }: NotFoundRow): Html {
  if (rows.length === 0) return html`<span class="zero">no referrer</span>`;
  const rest = [
    none > 0 && `${countText(none)} without`,
    others > 0 && `${countText(others)} from others`,
  ].filter((part) => part !== false);
  return html`<span class="referrers"
    >${rows.slice(0, MAX_REFERRERS).map(({ value, count }, index) => html`${index > 0 && html`<br />`}${askedValue(value)} <span class="unit">× ${countText(count)}</span>`)}${rest.length > 0 && html` <span class="unit">${rest.join(', ')}</span>`}</span
  >`;
}
