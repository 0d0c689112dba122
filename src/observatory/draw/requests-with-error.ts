import type { RequestLists, TelemetryQuery, TimeRange } from '../../../otel/query.ts';
import { html, type Html } from '../../markup/html.ts';
import { countText } from '../../markup/quantity.ts';
import { answeredWith, clientErrorsByStatus } from '../facts/not-found-counts.ts';
import { hasLeader, timesText } from '../facts/top-lines.ts';
import { unlistedRequests } from '../facts/unlisted-requests.ts';
import type { PageView, Sheet } from '../page.ts';
import { plural, type Sentence } from '../sentences/sentence.ts';
import { CLIENT_ERROR_TERM, errorPanels, failedTerm, tracesOfClient } from './client-panel.ts';
import { listedTime } from './listed-time.ts';
import { pageAddress } from './page-address.ts';
import { listedWhen, unlistedText } from './top-tables.ts';

type ErrorKind = 'failed' | '4xx';
type Statuses = ReturnType<typeof clientErrorsByStatus>;

/** Requests with an error: which addresses, who got them, from every request. */
export interface ErrorFacts {
  readonly kind: ErrorKind;
  /** Undefined if no list has one. */
  readonly lists: RequestLists | undefined;
  /** Counted in the range, but in no list. */
  readonly unlisted: number;
  /** Of `4xx`: all in the time of the lists, by status. */
  readonly statuses?: Statuses;
}

/** @param series Empty for all routes. */
export function errorFacts(
  telemetry: TelemetryQuery,
  range: TimeRange,
  series: string,
  kind: ErrorKind,
): ErrorFacts {
  if (series !== '') {
    const lists = telemetry.requestLists(series, range, 'failed');
    const errorsIn = (times: TimeRange): number =>
      telemetry.series('http', times).find(({ name }) => name === series)?.errors ?? 0;
    return { kind: 'failed', lists, unlisted: unlistedRequests(lists, range, errorsIn) };
  }
  const lists = telemetry.errorLists(range, kind);
  const countIn = (times: TimeRange): number =>
    kind === 'failed'
      ? telemetry.operations(times).http.errors
      : answeredWith(telemetry, times, (status) => status >= 400 && status < 500);
  const found = { kind, lists, unlisted: unlistedRequests(lists, range, countIn) };
  return kind === '4xx' ? { ...found, statuses: clientErrorsByStatus(telemetry, lists ?? range) } : found;
}

/** ` 12 clients got a server error, most often 192.0.2.1, 7 times.` */
export function clientWords({ kind, lists }: ErrorFacts, view: PageView): Sentence {
  const clients = lists?.clients ?? { rows: [], others: 0, none: 0 };
  const { rows, others, none } = clients;
  const [first] = rows;
  if (first === undefined || lists === undefined) return [];
  const isOnly = rows.length === 1 && others + none === 0;
  const among = isOnly ? 'namely' : hasLeader(clients) ? 'most often' : 'among them';
  const count = `${others + none > 0 ? 'At least ' : ''}${plural(rows.length, 'client')}`;
  return [
    {
      text: ` ${count} got ${kind === 'failed' ? 'a server error' : 'a 4xx'} ${listedWhen(lists, view)}, ${among} `,
    },
    {
      text: first.value,
      href: tracesOfClient(first.value, kind === '4xx' ? CLIENT_ERROR_TERM : failedTerm(), { lists, view }),
    },
    { text: `, ${timesText(first)}.` },
  ];
}

/** Who got an error, and where. */
export function requestErrors(
  { kind, lists, unlisted, statuses = [] }: ErrorFacts,
  series: string | undefined,
  view: PageView,
): Html {
  const term = kind === '4xx' ? CLIENT_ERROR_TERM : failedTerm(series);
  return html`${lists !== undefined && listedTime(lists, { series, errors: kind === 'failed' ? undefined : kind }, view)}
  ${statuses.length > 0 && lists !== undefined && statusesNote(statuses, lists, view)}
  ${
    lists === undefined
      ? html`<p class="quiet">
          ${unlisted > 0 ? `${unlistedText(unlisted)}.` : `No request had such an error ${view.range.words}.`}
        </p>`
      : errorPanels(lists, view, { term, unlisted })
  }`;
}

/** Server errors, or 4xx. */
export function errorKinds({ kind }: ErrorFacts, view: PageView): Html {
  const choice = (of: ErrorKind, label: string): Html =>
    html`<a
      href="${pageAddress(view, { errors: of === 'failed' ? undefined : of, sort: undefined, find: undefined, part: undefined, all: undefined })}"
      ${of === kind && html` aria-current="true"`}
      >${label}</a
    >`;
  return html`<nav class="compare-with" aria-label="Errors of requests">
    <span>Errors:</span> ${choice('failed', 'server errors (5xx)')} ${choice('4xx', 'client errors (4xx)')}
  </nav>`;
}

/** `35 requests got a 4xx since 12:00:00.` */
export function clientErrorsSentence(facts: ErrorFacts, view: PageView): Sentence {
  const { lists, statuses = [], unlisted } = facts;
  const count = sumOf(statuses);
  const when = lists === undefined ? view.range.words : listedWhen(lists, view);
  if (count + unlisted === 0) return [{ text: 'No request got a 4xx', tone: 'good' }, { text: ` ${when}.` }];
  return [{ text: `${plural(count, 'request')} got a 4xx ${when}.` }, ...clientWords(facts, view)];
}

/** For a file: how often each status was sent; undefined for server errors. */
export function clientErrorsSheet({ kind, statuses = [] }: ErrorFacts): Sheet | undefined {
  if (kind !== '4xx') return undefined;
  return {
    name: 'client-errors',
    columns: ['status', 'requests'],
    rows: statuses.map(({ status, count }) => [status, count]),
  };
}

function sumOf(statuses: Statuses): number {
  return statuses.reduce((sum, { count }) => sum + count, 0);
}

/** With the number that the page of what was not found has. */
function statusesNote(statuses: Statuses, lists: RequestLists, view: PageView): Html {
  const notFound = sumOf(statuses.filter(({ status }) => status === 404 || status === 410));
  const count = sumOf(statuses);
  return html`<p class="note">
    Every 4xx ${listedWhen(lists, view)}:
    ${statuses.map((each) => `${countText(each.count)} × ${each.status}`).join(', ')}.${notFound > 0 && html` ${count === notFound ? 'All' : `Of these ${countText(count)}, ${countText(notFound)}`} are 404 or 410: <a href="${view.links.to('/not-found')}">Not found</a> lists them.`}
  </p>`;
}
