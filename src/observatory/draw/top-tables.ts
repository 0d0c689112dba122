import type { RequestLists, TopRow, TopRows } from '../../../otel/query.ts';
import { html, type Html } from '../../markup/html.ts';
import { countText } from '../../markup/quantity.ts';
import { panel } from '../charts/frame.ts';
import { shareBar } from '../charts/sparkline.ts';
import { attributeTerm, pathTerm } from '../facts/trace-query.ts';
import { rangeText, topLines, topTotal, type TopLine } from '../facts/top-lines.ts';
import { moment, momentText } from '../format/moment.ts';
import { readablePath } from '../format/readable-path.ts';
import { shortened } from '../format/shortened.ts';
import type { Query } from '../links.ts';
import type { PageView } from '../page.ts';
import { plural } from '../sentences/sentence.ts';
import { agentValue } from './agent-value.ts';
import { breakablePath, shareText } from './facts.ts';
import { drawTable, type Column } from './table.ts';
import { isoTime } from './time-columns.ts';
import { type ListName, listPlace, rowsShown, wholeListLink } from './whole-list.ts';

/** Limit of a value in a row, in characters; its title has all that is stored. */
const MAX_SHOWN = 120;
const USER_AGENT = 'user_agent.original';

/** What the rows of a list are called, and those that complete it. */
export interface TopWords {
  readonly label: string;
  /** For requests without a value. */
  readonly none: string;
  readonly others: string;
  /** A value in its row; default: as an address. */
  readonly show?: (value: string, href?: string) => Html;
}

/** An address or client as it was sent, isolated from the text around it. */
export function askedValue(value: string, href?: string): Html {
  const shown = readablePath(value);
  const word = html`<bdi>${breakablePath(shortened(shown, MAX_SHOWN))}</bdi>`;
  const title = html` title="${shown}"`;
  return href === undefined
    ? html`<span class="asked" ${title}>${word}</span>`
    : html`<a class="asked" href="${href}" ${title}>${word}</a>`;
}

/** The row's name: its value, or what it stands for. */
export function topName<Row extends TopRow>(
  words: TopWords,
  hrefOf: (value: string) => string | undefined = () => undefined,
): Column<TopLine<Row>> {
  return {
    label: words.label,
    key: words.label.replaceAll(' ', '_'),
    value: (line) => (line.kind === 'listed' ? line.row.value : `(${words[line.kind]})`),
    cell: (line) =>
      line.kind === 'listed'
        ? (words.show ?? askedValue)(line.row.value, hrefOf(line.row.value))
        : html`<span class="quiet-words">${words[line.kind]}</span>`,
  };
}

/** The count, with its bounds where earlier ones may be among the others. */
export function topCount<Row extends TopRow>(): Column<TopLine<Row>> {
  return {
    label: 'requests',
    key: 'requests',
    align: 'number',
    value: ({ count }) => count,
    cell: (line) =>
      line.kind === 'listed' && !line.row.isExact
        ? html`<span
            title="${countText(line.count)} are counted here, up to ${countText(line.row.missed)} more may be among the others, from times when it was too rare to be listed"
            >${rangeText(line.count, line.row.missed)}</span
          >`
        : countText(line.count),
  };
}

export function topShare<Row extends TopRow>(room?: Column<TopLine<Row>>['room']): Column<TopLine<Row>> {
  return {
    label: 'share',
    key: 'share',
    room,
    value: ({ share }) => share,
    cell: ({ share }) =>
      html`<span class="share-cell">${shareBar('http', share, true)} ${shareText(share)}</span>`,
  };
}

/** When a row was seen. Lists are of whole hours: what came after a range that has ended is only said to. */
export function seenAt(row: TopRow, label: 'first' | 'last', { now, range }: PageView): Html {
  const millis = row[`${label}Millis`];
  if (!range.moving && millis >= range.toMillis)
    return html`<span class="quiet-words">after ${momentText(range.toMillis, now)}</span>`;
  const beyond = html` <span class="unit" title="one that is among the others may be ${BEYOND[label]}"
    >or ${BEYOND[label]}</span
  >`;
  return html`${moment(millis, now)}${!isSeenExactly(row, label) && beyond}`;
}

export function seenColumns<Row extends TopRow>(
  view: PageView,
  room: { readonly first: Column<Row>['room']; readonly last?: Column<Row>['room'] },
): readonly Column<TopLine<Row>>[] {
  const seen = (label: 'first' | 'last', millisOf: (row: Row) => number): Column<TopLine<Row>> => ({
    label: `${label} seen`,
    key: label,
    room: room[label],
    value: (line) => (line.kind === 'listed' ? millisOf(line.row) : undefined),
    file: (line) => (line.kind === 'listed' ? isoTime(millisOf(line.row)) : undefined),
    cell: (line) => (line.kind === 'listed' ? seenAt(line.row, label, view) : '–'),
  });
  return [seen('first', ({ firstMillis }) => firstMillis), seen('last', ({ lastMillis }) => lastMillis)];
}

const BEYOND = { first: 'earlier', last: 'later' } as const;

function isSeenExactly({ firstIsExact, lastIsExact }: TopRow, label: 'first' | 'last'): boolean {
  return label === 'first' ? firstIsExact : lastIsExact;
}

/** For a file: the upper bound of the count, and whether the times are exact. */
export function boundColumns<Row extends TopRow>(): readonly Column<TopLine<Row>>[] {
  const plain = (key: string, valueOf: (row: Row) => number | string): Column<TopLine<Row>> => ({
    label: key,
    key,
    value: (line) => (line.kind === 'listed' ? valueOf(line.row) : undefined),
    cell: () => '',
  });
  return [
    plain('requests_at_most', ({ count, missed }) => count + missed),
    plain('first_is_exact', ({ firstIsExact }) => String(firstIsExact)),
    plain('last_is_exact', ({ lastIsExact }) => String(lastIsExact)),
  ];
}

/** Lists with the page that they are on. */
export interface Listed {
  readonly lists: Pick<RequestLists, 'fromMillis' | 'toMillis'>;
  readonly view: PageView;
}

/** A search for the requests of a list. */
export interface ListedSearch {
  readonly q: string;
  /** What the request must be, beside the search. */
  readonly of?: Query | undefined;
}

/** The same for those that also match this. */
export function narrowed({ q, of }: ListedSearch, more: string): ListedSearch {
  return { q: [q, more].filter(Boolean).join(' '), of };
}

/** A search for kept traces of the time that lists are of, so that a count and what it leads to are of one time. */
export function tracesListed({ q, of }: ListedSearch, { lists, view: { links, range } }: Listed): string {
  const to = range.moving ? undefined : isoTime(lists.toMillis);
  return links.ranged('/traces', { ...of, q }, { from: isoTime(lists.fromMillis), to });
}

/** The time of the lists, which is longer than the range: `since 13:00:00`, `between …`. */
export function listedWhen({ fromMillis, toMillis }: Listed['lists'], { range, now }: PageView): string {
  const from = momentText(fromMillis, now);
  return range.moving ? `since ${from}` : `between ${from} and ${momentText(toMillis, now)}`;
}

/** A heading with the time that the list is of. */
export function listedTitle(title: string, { lists, view }: Listed): Html {
  return html`${title} <span class="unit">${listedWhen(lists, view)}</span>`;
}

/** What is counted, for the foot of a list. @param unlisted Counted requests of the range that no list has. */
export function countedNote(lists: RequestLists, view: PageView, unlisted = 0): Html {
  return html`<span
    >from every request ${listedWhen(lists, view)}: lists are kept per hour, and per day after two days; “9 to
    14”: 9 are counted here, up to 5 more may be among the others, which complete the sum, from times when it
    was too rare to be listed; “or earlier”, “or later”: one of these may
    be${unlisted > 0 && html`. <strong>${unlistedText(unlisted)}</strong>`}</span
  >`;
}

/** Why lists have fewer requests than were counted. */
export function unlistedText(unlisted: number): string {
  return `${plural(unlisted, 'more request')} ${unlisted === 1 ? 'is' : 'are'} counted and not listed: an earlier version counted them, or a process that was killed`;
}

/** Where requests got an error, and with which programs; each leads to its traces. */
export function failedRequestPanels(
  lists: RequestLists,
  view: PageView,
  { term, unlisted }: { readonly term: ListedSearch; readonly unlisted: number },
): Html {
  const { bots, scanners } = lists;
  const foot = countedNote(lists, view, unlisted);
  const agentTerm = (value: string): ListedSearch => narrowed(term, attributeTerm(USER_AGENT, value));
  const pathAndTerm = (value: string): ListedSearch => narrowed(term, pathTerm(value));
  return html`${listPanel('Addresses with an error', { list: 'addresses', lists }, ADDRESS_WORDS, view, { foot, termOf: pathAndTerm })}
    <div class="grid even">
      ${listPanel('Browsers that got an error', { list: 'browsers', lists }, BROWSER_WORDS, view, { termOf: agentTerm, foot: KINDS_NOTE })}
      ${topTotal(bots) > 0 && listPanel('Bots and other programs that got an error', { list: 'bots', lists }, BOT_WORDS, view, { termOf: agentTerm })}
      ${topTotal(scanners) > 0 && listPanel('Scanners that got an error', { list: 'scanners', lists }, SCANNER_WORDS, view, { termOf: agentTerm })}
    </div>`;
}

interface ListOptions {
  readonly foot?: Html;
  /** Of a search for the requests of a value. */
  readonly termOf?: (value: string) => ListedSearch;
}

function listPanel(
  title: string,
  { list, lists }: { readonly list: Exclude<ListName, 'clients'>; readonly lists: RequestLists },
  words: TopWords,
  view: PageView,
  { foot, termOf }: ListOptions = {},
): Html {
  // A cut value is only a beginning.
  const hrefOf = (value: string): string | undefined =>
    termOf === undefined || value.endsWith('…') ? undefined : tracesListed(termOf(value), { lists, view });
  const rows: TopRows = lists[list];
  const shown = rowsShown(list, rows.rows.length, view);
  const total = topTotal(rows);
  const isPart = total < lists.count;
  return panel({
    id: listPlace(list),
    title: listedTitle(title, { lists, view }),
    note: isPart ? `${countText(total)} of ${plural(lists.count, 'request')}` : plural(total, 'request'),
    body: html`${drawTable(topLines(rows, shown), topColumns(words, view, hrefOf), {
      caption: title,
      keyOf: (line) => (line.kind === 'listed' ? line.row.value : line.kind),
      view,
      still: true,
      stacked: list === 'addresses' || list === 'referrers',
      empty: 'None.',
    })}${wholeListLink(list, rows.rows.length, view)}`,
    ...(foot && { foot }),
  });
}

/** Addresses, unless left out, referrers and user agents of requests. */
export function requestPanels(
  lists: RequestLists,
  view: PageView,
  { withAddresses = true, unlisted = 0 }: { readonly withAddresses?: boolean; readonly unlisted?: number },
): Html {
  const foot = countedNote(lists, view, unlisted);
  return html`${withAddresses && listPanel('Addresses', { list: 'addresses', lists }, ADDRESS_WORDS, view, { foot })}
    <div class="grid even">
      ${listPanel('Referrers', { list: 'referrers', lists }, REFERRER_WORDS, view)}
      ${listPanel('Browsers', { list: 'browsers', lists }, BROWSER_WORDS, view, { foot: KINDS_NOTE })}
      ${listPanel('Bots and other programs', { list: 'bots', lists }, BOT_WORDS, view)}
      ${topTotal(lists.scanners) > 0 && listPanel('Scanners', { list: 'scanners', lists }, SCANNER_WORDS, view)}
    </div>`;
}

export const ADDRESS_WORDS: TopWords = { label: 'address', none: '', others: 'other addresses' };
export const REFERRER_WORDS: TopWords = {
  label: 'referring page',
  none: 'no referrer sent',
  others: 'other pages',
};
export const BROWSER_WORDS: TopWords = {
  label: 'user agent',
  none: '',
  others: 'other browsers',
  show: agentValue,
};
export const BOT_WORDS: TopWords = {
  label: 'user agent',
  none: 'no user agent sent',
  others: 'other programs',
  show: agentValue,
};
const SCANNER_WORDS: TopWords = { ...BROWSER_WORDS, others: 'others' };
/** What tells kinds of clients apart, for a foot; the same counts are on every page of these lists. */
const KINDS_NOTE = html`<span
  >browsers, and bots and other programs: by what the user agent says. Scanners: a client that calls itself a
  browser and within an hour asks for at least 3 different addresses that only scanners ask, such as
  /wp-login.php, /.env or /.git/config, and gets a 4xx. From the first of them on, its requests with that user
  agent count as a scanner’s; who follows one dead link stays a browser. Where addresses of clients are not
  recorded, none is a scanner</span
>`;

function topColumns(
  words: TopWords,
  view: PageView,
  hrefOf: (value: string) => string | undefined,
): readonly Column<TopLine>[] {
  return [
    topName(words, hrefOf),
    topCount(),
    topShare(),
    ...seenColumns(view, { first: 'wide', last: 'mid' }),
  ];
}
