import type { Stall, TelemetryQuery, TimeRange, TraceDetail } from '../../../otel/query.ts';
import { drawTrace, traceActions } from '../draw/trace-view.ts';
import { missingTrace } from '../draw/missing-trace.ts';
import { definePage } from './define-page.ts';
import { type DurationGroups, durationGroupsOf } from '../facts/duration-groups.ts';
import { withOwnCode } from '../facts/own-code.ts';
import { routeWork } from '../facts/own-work.ts';
import { stallsAround, withWaits } from '../facts/loop-waits.ts';
import { ownCodeWords } from '../sentences/own-code-words.ts';
import { stallsOfTraceWords } from '../sentences/stall-sentence.ts';
import {
  isOwnTime,
  missingTraceSentence,
  routeWorkWords,
  traceSentence,
} from '../sentences/trace-sentence.ts';
import { spanTree } from '../trace/span-tree.ts';
import { withoutClientAddresses } from '../trace/client-addresses.ts';
import { kindOf } from '../trace/begun-series.ts';
import { isDetail, missingFacts, type RouteWork, traceFacts, type TraceFacts } from '../trace/trace-facts.ts';
import { spansSheet } from '../transfer/spans-sheet.ts';
import { traceDownload } from '../transfer/trace-download.ts';
import { betweenWords } from '../facts/time-range.ts';
import { momentText } from '../format/moment.ts';
import { shownName } from '../format/shown-name.ts';

export const TRACE_ASSETS = ['admin/observatory-trace.css', 'admin/trace.js'];

interface TracePageFacts extends TraceFacts {
  /** Of the requests of its route; undefined if they are one group, or no request began it. */
  readonly groups?: DurationGroups | undefined;
}

/** One trace: its spans in order, and where the time went. */
export const tracePage = definePage<TracePageFacts>({
  path: '/traces/:traceId',
  counted: false,
  menu: 'traces',
  live: false,
  parent: { path: '/traces', label: 'Traces' },
  assets: TRACE_ASSETS,
  fetch({ telemetry, params, query, range, traceLinks, madeLink, readOnly }) {
    const held = telemetry.trace((params['traceId'] ?? '').slice(0, 64).toLowerCase());
    if (!isDetail(held)) return missingFacts(held);
    const stalls = stallsAround(telemetry, held);
    const waited = withWaits(readOnly ? withoutClientAddresses(held) : held, stalls);
    const trace = withOwnCode(telemetry, waited);
    const facts = traceFacts(telemetry, trace, query['span'], range, stalls);
    const known = facts.comparedWith?.range ?? range;
    return {
      ...facts,
      groups: requestGroups(telemetry, trace, known),
      // Of other requests, which are not shared with this one.
      routeWork: readOnly ? undefined : knownWork(telemetry, trace, known, stalls),
      sharedBy: traceLinks?.().filter(({ traceId }) => traceId === trace.traceId),
      madeLink,
    };
  },
  title: ({ trace }) => (isDetail(trace) ? shownName(trace) : trace.traceId.slice(0, 32) || 'no trace ID'),
  status({ trace }) {
    if (isDetail(trace) || trace.reason === 'running') return 200;
    return trace.reason === 'evicted' ? 410 : 404;
  },
  sentence(
    { trace, repeated, counts, groups, comparedWith, began, stalls, routeWork: known },
    { links, range, now },
  ) {
    if (!isDetail(trace)) return missingTraceSentence(trace, links, now);
    const when = ` ${comparedWith?.isAround === true ? betweenWords(comparedWith.range, now) : range.words}`;
    return [
      ...traceSentence(trace, spanTree(trace.spans), repeated, links, (span) => ({
        count: counts[kindOf(span)] ?? 0,
        when,
        groups: span.type === 'http' ? groups : undefined,
        began:
          began?.series.includes(kindOf(span)) === true
            ? `version ${began.version} at ${momentText(began.atMillis, now)}`
            : undefined,
      })),
      ...ownCodeWords(trace, isHolder(trace, stalls)),
      ...stallsOfTraceWords(trace, stalls, links),
      ...(known === undefined ? [] : routeWorkWords(known, when, links)),
    ];
  },
  actions: (facts, view) => traceActions(facts, view),
  draw: (facts, view) =>
    isDetail(facts.trace) ? drawTrace(facts, facts.trace, view) : missingTrace(facts.trace, view),
  sheet: ({ trace }) => (isDetail(trace) ? spansSheet(trace) : undefined),
  download: (format, { trace }, { basePath, origin }) =>
    isDetail(trace) ? traceDownload(format, trace, basePath, origin) : undefined,
});

function requestGroups(
  telemetry: Pick<TelemetryQuery, 'heatMap'>,
  { spans }: TraceDetail,
  range: TimeRange,
): DurationGroups | undefined {
  const [root] = spans;
  return root?.type === 'http' ? durationGroupsOf(telemetry, 'http', root.series, range) : undefined;
}

function isHolder({ traceId }: TraceDetail, stalls: readonly Stall[]): boolean {
  return stalls.some(({ holder }) => holder?.traceId === traceId);
}

/** What took others so many times as long does not explain a request. */
const MUCH_LONGER = 10;

/** Its own stalls say more, and so do samples of it. */
function knownWork(
  telemetry: Pick<TelemetryQuery, 'stalls'>,
  trace: TraceDetail,
  range: TimeRange,
  stalls: readonly Stall[],
): RouteWork | undefined {
  const nodes = spanTree(trace.spans);
  const code = nodes[0]?.span.ownCode;
  const isKnown = code !== undefined && (!('missing' in code) || code.isAwaited === true);
  if (isKnown || isHolder(trace, stalls) || !isOwnTime(trace, nodes)) return undefined;
  const known = routeWork(telemetry.stalls(range).rows, trace);
  return known !== undefined && (nodes[0]?.selfMillis ?? 0) * MUCH_LONGER >= known.fromMillis
    ? known
    : undefined;
}
