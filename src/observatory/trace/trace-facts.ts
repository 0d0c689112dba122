import type {
  HeatMap,
  MissingTrace,
  SamplingFacts,
  Stall,
  TelemetryQuery,
  TimeRange,
  TraceDetail,
} from '../../../otel/query.ts';
import { begunSeries, type BegunSeries } from './begun-series.ts';
import { type Standings, standingsOf } from './standings.ts';
import type { TraceLink } from './trace-links.ts';
import { repeatedStatements, type RepeatedStatement } from './repeated-statements.ts';
import { sharesOf, spanTree, type SpanNode } from './span-tree.ts';

/** A span with its shares of the trace. */
interface SpanPart {
  readonly spanId: string;
  readonly depth: number;
  /** Without what it waited for the event loop. */
  readonly selfMillis: number;
  readonly waitedMillis: number;
  /** Its self time on the critical path. */
  readonly criticalMillis: number;
}

/** In what other requests of a route did most of their own work, as far as stalls were recorded. */
export interface RouteWork {
  /** `rankListens src/rank.ts:88`. */
  readonly place: string;
  readonly requests: number;
  /** Each of them held the event loop at least for so long at once. */
  readonly fromMillis: number;
}

/** A trace, or why it is missing. */
export interface TraceFacts {
  readonly trace: TraceDetail | MissingTrace;
  readonly repeated: readonly RepeatedStatement[];
  readonly parts: readonly SpanPart[];
  /** The selected span, and the durations of its series. */
  readonly selected: string | undefined;
  readonly spread: HeatMap | undefined;
  /** Counts of its series, by type and series. */
  readonly counts: Standings['counts'];
  /** The time of these counts and of percentiles; undefined for a trace from a file. */
  readonly comparedWith: Pick<Standings, 'range' | 'isAround'> | undefined;
  /** What first ran with the version of the trace; undefined if that is not known. */
  readonly began: BegunSeries | undefined;
  readonly thresholdsSeconds: SamplingFacts['thresholdsSeconds'] | undefined;
  /** Stalls that it caused, or that its request had to wait for; of the requests that were delayed, only its own: a trace may be shared. */
  readonly stalls: readonly Stall[];
  /** What is known of its route's own work, of other requests; undefined unless that may explain this one. */
  readonly routeWork: RouteWork | undefined;
  /** When it was imported; undefined for a trace of this process. */
  readonly importedMillis: number | undefined;
  /** Links that open it, newest first; undefined if it cannot be shared. */
  readonly sharedBy: readonly TraceLink[] | undefined;
  /** The address of a link that was made by this request. */
  readonly madeLink: string | undefined;
}

export const isDetail = (trace: TraceDetail | MissingTrace): trace is TraceDetail => 'spans' in trace;

/** What is known beyond the trace itself: nothing. */
const NOTHING_ELSE: Omit<TraceFacts, 'trace' | 'repeated' | 'parts' | 'selected'> = {
  spread: undefined,
  counts: {},
  comparedWith: undefined,
  began: undefined,
  stalls: [],
  routeWork: undefined,
  thresholdsSeconds: undefined,
  importedMillis: undefined,
  sharedBy: undefined,
  madeLink: undefined,
};

export function missingFacts(trace: MissingTrace): TraceFacts {
  return { trace, repeated: [], parts: [], selected: undefined, ...NOTHING_ELSE };
}

/**
 * Facts of a trace of this process, with the counts of its series.
 *
 * @param range Of the page: what it is compared with, if it is in it.
 * @param stalls What it caused or waited for.
 */
export function traceFacts(
  telemetry: TelemetryQuery,
  held: TraceDetail,
  asked: string | undefined,
  range: TimeRange,
  stalls: readonly Stall[],
): TraceFacts {
  const { trace, counts, ...comparedWith } = standingsOf(telemetry, held, range);
  const repeated = repeatedStatements(trace.spans);
  const node = selection(trace, repeated, asked);
  return {
    ...bareFacts(trace, repeated, node),
    spread: node && telemetry.heatMap(node.span.type, range, { series: node.span.series, maxColumns: 30 }),
    counts,
    comparedWith,
    began: begunSeries(telemetry, trace),
    stalls: stalls.map((stall) => ({
      ...stall,
      delayed: stall.delayed.filter(({ traceId }) => traceId === trace.traceId),
    })),
    routeWork: undefined,
    thresholdsSeconds: telemetry.sampling().thresholdsSeconds,
  };
}

/** Facts of a trace from a file. */
export function importedFacts(
  trace: TraceDetail,
  asked: string | undefined,
  importedMillis: number,
): TraceFacts {
  const repeated = repeatedStatements(trace.spans);
  return { ...bareFacts(trace, repeated, selection(trace, repeated, asked)), importedMillis };
}

function bareFacts(
  trace: TraceDetail,
  repeated: readonly RepeatedStatement[],
  node: SpanNode | undefined,
): TraceFacts {
  return {
    trace,
    repeated,
    parts: spanTree(trace.spans).map(({ span, depth, selfMillis, waitedMillis, criticalMillis }) => ({
      spanId: span.spanId,
      depth,
      selfMillis,
      waitedMillis,
      criticalMillis,
    })),
    selected: node?.span.spanId,
    ...NOTHING_ELSE,
  };
}

/**
 * The span in the address; else the deepest failed one; else the one with the most self time, or the first of its run if it is
 * repeated.
 */
function selection(
  trace: TraceDetail,
  repeated: readonly RepeatedStatement[],
  asked: string | undefined,
): SpanNode | undefined {
  const nodes = spanTree(trace.spans);
  const named = nodes.find((node) => node.span.spanId === asked);
  if (named !== undefined) return named;
  const failed = nodes.filter((node) => node.span.status === 'error').sort((a, b) => b.depth - a.depth)[0];
  if (failed !== undefined) return failed;
  const most = sharesOf(nodes)[0]?.node ?? nodes.find((node) => node.span.name === trace.name);
  const run = repeated.find(({ spanIds }) => spanIds.includes(most?.span.spanId ?? ''));
  return nodes.find((node) => node.span.spanId === run?.spanIds[0]) ?? most;
}
