import type { HistoryFacts, RequestLists, TelemetryQuery, TimeRange } from '../../../otel/query.ts';
import { html, type Html } from '../../markup/html.ts';
import { panel } from '../charts/frame.ts';
import { csvLink } from '../draw/facts.ts';
import {
  CLIENT_ERROR_TERM,
  clientSheet,
  errorPanels,
  failedTerm,
  tracesOfClient,
} from '../draw/client-panel.ts';
import { listedTime } from '../draw/listed-time.ts';
import { pageAddress } from '../draw/page-address.ts';
import { listedWhen, unlistedText } from '../draw/top-tables.ts';
import { prepareDrawnTraces } from '../facts/drawn-traces.ts';
import { answeredWith, clientErrorsByStatus } from '../facts/not-found-counts.ts';
import { hasLeader, timesText } from '../facts/top-lines.ts';
import { whyNotHeld } from '../facts/not-held.ts';
import { unlistedRequests } from '../facts/unlisted-requests.ts';
import type { PageRequest, PageView } from '../page.ts';
import { overPanel } from '../draw/over-panel.ts';
import { overRepresented, type OverRepresentation } from '../facts/over-represented.ts';
import { missingFromMustKeep } from '../draw/history-panel.ts';
import { foundRows, tablePage } from '../draw/paged-table.ts';
import { drawTable, sortRows } from '../draw/table.ts';
import {
  failureColumns,
  failureSheet,
  withExceptions,
  withResolved,
  type FailureGroup,
} from '../draw/failure-groups.ts';
import { type FailuresAsked, failuresIn, prepareFailures } from '../draw/grouped-failures.ts';
import { errorsByType, type FailuresCounted } from '../facts/failures-counted.ts';
import { countedWords } from '../sentences/failures-words.ts';
import { shortened } from '../format/shortened.ts';
import { countText } from '../../markup/quantity.ts';
import { explained } from '../draw/words.ts';
import { definePage } from './define-page.ts';
import { plural, type Sentence } from '../sentences/sentence.ts';

/** Limit of failures that are grouped. */
const MAX_ROWS = 5000;
/** Limit of a series' name in the sentence, in characters. */
const MAX_PLACE = 120;

/** Groups that are shown at once: each has its message, place and times twice, for wide and narrow screens. */
const SHOWN_GROUPS = 80;

type ErrorKind = 'failed' | '4xx';

/** Requests with an error: which addresses, who got them, from every request. */
interface ErrorFacts {
  readonly kind: ErrorKind;
  /** Undefined if no list has one. */
  readonly lists: RequestLists | undefined;
  /** Counted in the range, but in no list. */
  readonly unlisted: number;
  /** Of `4xx`: all in the time of the lists, by status. */
  readonly statuses?: ReturnType<typeof clientErrorsByStatus>;
}

interface FailuresFacts extends FailuresCounted {
  /** Counted over all operations in the range. */
  readonly counted: number;
  readonly kept: number;
  /** The newest kept failures. */
  readonly grouped: number;
  readonly groups: readonly FailureGroup[];
  readonly series: string | undefined;
  /** What failed requests have more often than the rest; undefined for one series, and if none is held. */
  readonly over: OverRepresentation | undefined;
  readonly requests: ErrorFacts;
  /** Why fewer are held than were counted. */
  readonly whyNotHeld: readonly string[];
  readonly history: HistoryFacts | undefined;
}

/** Failures grouped by type and place, with first and last seen and a trace. */
export const failuresPage = definePage<FailuresFacts>({
  path: '/failures',
  menu: 'failures',
  *prepare({ telemetry, range, query }) {
    const asked = askedOf(query);
    yield* prepareFailures(telemetry, range, asked);
    const isCompared = asked.series === undefined && failuresIn(telemetry, range, asked).total > 0;
    yield;
    if (isCompared) yield* prepareDrawnTraces(telemetry, { range, type: 'http', marked: 'failed' });
  },
  fetch({ telemetry, range, query }) {
    const series = query['series'];
    const { rows, total, groups, inRequests } = failuresIn(telemetry, range, askedOf(query));
    const errors = errorsByType(telemetry.operations(range));
    const counted = Object.values(errors).reduce((sum, count) => sum + count, 0);
    return {
      errors,
      inRequests,
      counted,
      kept: total,
      grouped: rows.length,
      groups: withResolved(telemetry, withExceptions(telemetry, groups), range.toMillis),
      series: series === '' ? undefined : series,
      over:
        series || total === 0
          ? undefined
          : overRepresented(telemetry, { range, type: 'http', marked: 'failed' }),
      requests: errorFacts(telemetry, range, series ?? '', query['errors'] === '4xx' ? '4xx' : 'failed'),
      whyNotHeld: total < counted && !series ? whyNotHeld(telemetry, range) : [],
      history: telemetry.history(),
    };
  },
  title: () => 'Failures',
  sentence(facts, view) {
    const { links, range } = view;
    const { counted, kept, groups, series, requests } = facts;
    const [first] = groups;
    const who = clientWords(requests, view);
    const place =
      series === undefined
        ? ''
        : ` at ${shortened(first?.type === 'database' ? first.name : series, MAX_PLACE)}`;
    if (first === undefined && (counted === 0 || series !== undefined))
      return [
        { text: 'Nothing failed', tone: 'good' },
        { text: `${place} ${range.words}${series === undefined ? '' : ' that is still held'}.` },
      ];
    if (first === undefined)
      return [
        {
          text: `${countedWords(facts, range.words)}; their traces are no longer held.`,
        },
        ...who,
      ];
    const areAll = kept >= counted;
    const most =
      groups.length > 1
        ? groups[1]?.count === first.count
          ? `Several${areAll ? '' : ' of those that are held'} are equally frequent, such as `
          : `Most often${areAll ? '' : ', of those that are held,'} it was `
        : areAll
          ? 'All are '
          : 'All that are still held are ';
    return [
      {
        text:
          series === undefined
            ? `${countedWords(facts, range.words)}. `
            : `Failures${place} ${range.words}: `,
      },
      { text: most },
      { text: first.errorType, href: links.trace(first.traceId, first.spanId), tone: 'failed' },
      { text: ' in ' },
      {
        text: first.type === 'database' ? first.name : first.series,
        href: links.series(first.type, first.series),
      },
      { text: '.' },
      ...who,
    ];
  },
  draw(facts, view) {
    const { counted, groups, kept, grouped, series, history, over, requests } = facts;
    const columns = failureColumns(view, groups);
    const partly = series === undefined && kept < counted;
    const part = tablePage(sortRows(groups, columns, view.query['sort']), view, wordsOf, SHOWN_GROUPS);
    return html`${panel({
      title: html`By type and place <span class="unit">${view.range.words}</span>`,
      note: html`${partly ? `${countText(kept)} of ${plural(counted, 'operation')} still` : plural(kept, 'operation')}
      ${explained('held', view.links)}${grouped < kept && html`, the newest ${countText(grouped)} grouped`}${part.note !== undefined && html`; groups ${part.note}`}
      ${series !== undefined && html`<a href="${view.links.to('/failures')}">show all places</a> `}${csvLink(view)}`,
      body: html`${part.search}${drawTable(part.rows, columns, {
        caption: 'Failures by type and place',
        keyOf: (group) => group.key,
        view,
        empty: groups.length > 0 ? 'No failure has these words.' : 'Nothing failed in this range.',
      })}${part.pages}`,
      foot: html`<span
        >${partly && `${countText(counted - kept)} are counted and not held: ${facts.whyNotHeld.join('; ')}. `}resolved:
        not seen for 24 hours or longer, of the failures held, while the operation ran at least 10 times in
        the last 24 hours. 4xx responses are client errors, not failures: see
        <a href="${view.links.to('/routes')}">routes</a>. An error that passes through a request and what ran
        in it is one row, of the request. ${missingFromMustKeep(history)}</span
      >`,
    })}${requestErrors(requests, series, view)}${
      over &&
      overPanel(over, { all: 'failed requests', short: 'failed' }, { type: 'http', marked: 'failed' }, view)
    }`;
  },
  sheet: ({ groups, requests }, view) =>
    clientSheet(requests.lists, view) ?? failureSheet(foundRows(groups, view, wordsOf), view),
});

function askedOf(query: PageRequest['query']): FailuresAsked {
  return { series: query['series'] || undefined, limit: MAX_ROWS };
}

function wordsOf(group: FailureGroup): string {
  const { errorType, message, thrownAt = '', name, series, path = '', within } = group;
  const inIt = within.map((each) => `${each.name} ${each.series}`).join(' ');
  return `${errorType} ${message} ${thrownAt} ${name} ${series} ${path} ${inIt}`;
}

function errorFacts(
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
function clientWords({ kind, lists }: ErrorFacts, view: PageView): Sentence {
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
function requestErrors(
  { kind, lists, unlisted, statuses = [] }: ErrorFacts,
  series: string | undefined,
  view: PageView,
): Html {
  const term = kind === '4xx' ? CLIENT_ERROR_TERM : failedTerm(series);
  const choice = (of: ErrorKind, label: string): Html =>
    html`<a
      href="${pageAddress(view, { errors: of === 'failed' ? undefined : of })}"
      ${of === kind && html` aria-current="true"`}
      >${label}</a
    >`;
  return html`${series === undefined && html`<nav class="compare-with" aria-label="Errors of requests"><span>Who got an error:</span> ${choice('failed', 'server errors (5xx)')} ${choice('4xx', 'client errors (4xx)')}</nav>`}
  ${lists !== undefined && listedTime(lists, { series, errors: kind === 'failed' ? undefined : kind }, view)}
  ${statuses.length > 0 && lists !== undefined && html`<p class="note">Every 4xx ${listedWhen(lists, view)}: ${statuses.map(({ status, count }) => `${countText(count)} × ${status}`).join(', ')}. <a href="${view.links.to('/not-found')}">Not found</a> lists those with 404 or 410 alone.</p>`}
  ${
    lists === undefined
      ? html`<p class="quiet">
          ${unlisted > 0 ? `${unlistedText(unlisted)}.` : `No request had such an error ${view.range.words}.`}
        </p>`
      : errorPanels(lists, view, { term, unlisted })
  }`;
}
