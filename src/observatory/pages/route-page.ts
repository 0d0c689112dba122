import type { RequestLists, TimeRange } from '../../../otel/query.ts';
import { html } from '../../markup/html.ts';
import { panel } from '../charts/frame.ts';
import { answersPanel } from '../draw/answers-panel.ts';
import { clientSheet, errorPanels, failedTerm } from '../draw/client-panel.ts';
import { unlistedRequests } from '../facts/unlisted-requests.ts';
import { mergedFlamePanel } from '../draw/merged-time-panels.ts';
import { newestStartLink } from '../draw/newest-start-link.ts';
import { ownCodePanel } from '../draw/own-code-panel.ts';
import { PAGE_ROWS } from '../draw/paged-table.ts';
import { drawTable } from '../draw/table.ts';
import { requestPanels } from '../draw/top-tables.ts';
import { timePartsPanel } from '../draw/time-parts-panel.ts';
import { traceColumns, traceSheet } from '../draw/trace-table.ts';
import { failureColumns, type FailureGroup } from '../draw/failure-groups.ts';
import { failuresIn } from '../draw/grouped-failures.ts';
import { NO_WAIT, type RouteWait, waitedByRoute, waitsKnownSince } from '../facts/loop-waits.ts';
import { type OwnWork, ownWork } from '../facts/own-work.ts';
import { ofCountedMean } from '../facts/merged-time.ts';
import { momentText } from '../format/moment.ts';
import { routeCodeWords } from '../sentences/own-code-words.ts';
import { seriesSentence } from '../sentences/series-sentence.ts';
import { type KnownTime, timePartsSentence } from '../sentences/time-parts-sentence.ts';
import { waitShareWords } from '../sentences/wait-words.ts';
import { definePage } from './define-page.ts';
import { prepareSeries, seriesFacts, seriesPanels, type SeriesFacts } from './series-facts.ts';

/** Limit of failures that are grouped. */
const MAX_FAILURES = 500;

interface RouteFacts extends SeriesFacts {
  /** Undefined if no request was counted. */
  readonly requests: RequestLists | undefined;
  /** Undefined if none failed. */
  readonly failedRequests: RequestLists | undefined;
  /** Failed requests in the range that are counted, but in no list. */
  readonly unlisted: number;
  /** The same of all requests. */
  readonly unlistedOfAll: number;
  readonly failureGroups: readonly FailureGroup[];
  readonly own: OwnWork;
  /** Of the requests that stalls list. */
  readonly waited: RouteWait;
  /** Stalls before are not held; undefined if all of the range are. */
  readonly waitsKnownSinceMillis: number | undefined;
}

/** One route: durations over time, distribution, where its time goes, slowest traces, failures. */
export const routePage = definePage<RouteFacts>({
  path: '/route',
  menu: 'routes',
  assets: ['admin/observatory-trace.css'],
  parent: { path: '/routes', label: 'Routes' },
  prepare: ({ telemetry, query, range, now }) =>
    prepareSeries(telemetry, 'http', query['name'] ?? '', range, now),
  fetch({ telemetry, query, range, now }) {
    const name = query['name'] ?? '';
    const requests = telemetry.requestLists(name, range);
    const failedRequests = telemetry.requestLists(name, range, 'failed');
    const countedIn = (times: TimeRange, which: 'count' | 'errors'): number =>
      telemetry.series('http', times).find((row) => row.name === name)?.[which] ?? 0;
    const stalls = telemetry.stalls(range);
    const series = seriesFacts(telemetry, 'http', name, range, now);
    const { row, time } = series;
    return {
      waited: waitedByRoute(stalls.rows).get(name) ?? NO_WAIT,
      waitsKnownSinceMillis: waitsKnownSince(stalls, range),
      own: ownWork(telemetry, name, range, stalls),
      ...series,
      time: time && row && ofCountedMean(time, row),
      failureGroups: failuresIn(telemetry, range, { type: 'http', series: name, limit: MAX_FAILURES }).groups,
      requests,
      failedRequests,
      unlisted: unlistedRequests(failedRequests, range, (times) => countedIn(times, 'errors')),
      unlistedOfAll: unlistedRequests(requests, range, (times) => countedIn(times, 'count')),
    };
  },
  title: ({ name }) => (name === '' ? 'no route' : name),
  status: ({ row }) => (row === undefined ? 404 : 200),
  sentence: (facts, { range, links, now }) => {
    const { row, waited, waitsKnownSinceMillis: since } = facts;
    const totalMillis = row?.totalMillis ?? 0;
    const waitedMillis = Math.min(totalMillis, waited.millis);
    const waits = waitShareWords({ totalMillis, waitedMillis, waitedAtMost: waited.isAtMost }, links);
    const unknown =
      since === undefined
        ? []
        : [{ text: `; what requests waited before ${momentText(since, now)} is not known` }];
    const known = knownTime(facts);
    const parts = known === undefined ? [] : timePartsSentence(known, links, now);
    return [
      ...seriesSentence(row, 'http', facts.totalMillis, range.words, {
        failuresHref: links.to('/failures', { series: facts.name }),
        ofItsTime: [...waits, ...unknown],
      }),
      ...[
        ...(parts.length === 0 ? [] : [{ text: ' ' }, ...parts]),
        ...(isMoreToSay(facts) ? routeCodeWords(facts.own.code, totalMillis, { now, links }) : []),
      ].map((part) => ({ ...part, aside: true as const })),
    ];
  },
  draw(facts, view) {
    const held = { type: 'http', series: facts.name } as const;
    const failed = facts.failureGroups.slice(0, PAGE_ROWS);
    const { time } = facts;
    const known = knownTime(facts);
    return html`${time && known && timePartsPanel(time, known, view)} ${ownCodePanel(facts.own.code, view)}
    ${seriesPanels('http', facts, view)} ${facts.row !== undefined && answersPanel(facts.row)}
    ${facts.failedRequests && errorPanels(facts.failedRequests, view, { term: failedTerm(facts.name), unlisted: facts.unlisted })}
    ${facts.row !== undefined && facts.requests !== undefined && requestPanels(facts.requests, view, { unlisted: facts.unlistedOfAll })}
    ${facts.time && mergedFlamePanel(facts.time, facts.over, view)}
    ${panel({
      title: 'Slowest traces held',
      note: html`<a href="${view.links.to('/traces', { ...held, sort: 'slowest' })}">all of them</a
        >${facts.newestStart && html` · ${newestStartLink(facts.newestStart, held, view)}`}`,
      body: drawTable(facts.slowest, traceColumns(view, facts.slowest, true), {
        caption: 'Slowest traces held of the route',
        keyOf: (row) => row.traceId,
        view,
        still: true,
        empty:
          'No trace of this route is held in this range. Slow and failed ones are always kept, and held while the buffer has room.',
      }),
    })}
    ${
      failed.length > 0 &&
      panel({
        title: 'Failures',
        body: drawTable(failed, failureColumns(view, failed), {
          caption: 'Failures of the route',
          keyOf: (group) => group.key,
          view,
          still: true,
          empty: '',
        }),
      })
    }`;
  },
  sheet: ({ slowest, failedRequests }, view) =>
    clientSheet(failedRequests, view) ?? traceSheet(slowest, view),
});

/** Of a route that mostly waits, samples of its longest requests that name no function say nothing more. */
function isMoreToSay({ time, own: { code } }: RouteFacts): boolean {
  return time?.quiet === undefined || code.workMillis >= code.sampledMillis / 2;
}

function knownTime({ name, row, time, own }: RouteFacts): KnownTime | undefined {
  return row && time && { route: name, count: row.count, parts: time.parts, quiet: time.quiet, own };
}
