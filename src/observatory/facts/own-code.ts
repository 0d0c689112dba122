import type {
  OwnCode,
  SpanRow,
  StallFacts,
  TelemetryQuery,
  TimeRange,
  TraceDetail,
} from '../../../otel/query.ts';
import { endOf, totalMillis } from '../trace/intervals.ts';
import { selfTimeTree } from '../trace/span-tree.ts';
import { loopWaits } from './loop-waits.ts';
import { stallPlace } from './stall-place.ts';

/** A function, in how many requests of a route it was seen, and in how many of their samples. */
export interface RouteFunction {
  /** `rankListens src/rank.ts:12`. */
  readonly place: string;
  readonly functionName: string;
  readonly location: string | undefined;
  readonly requests: number;
  readonly samples: number;
  /** For which the samples stand, in all. */
  readonly millis: number;
  /** A request with many of them that is held; undefined if none was found. */
  readonly traceId: string | undefined;
}

/** What samples say of the own time of a route's requests that had much of it, whether or not they were kept. */
export interface RouteCode {
  readonly leastMillis: number;
  /** Whose samples were read. */
  readonly requests: number;
  /** Whose samples were not, and for which nobody asked, as there were too many at once. */
  readonly unread: number;
  readonly unasked: number;
  readonly samples: number;
  readonly idle: number;
  readonly shared: number;
  /** Of those: it did run for others. */
  readonly theirs: number;
  readonly others: number;
  /** The own time of those with samples: for which all of these stand. */
  readonly sampledMillis: number;
  /** Of what ran for them, of sleeping, and of what is not known, as far as samples tell: parts of `sampledMillis`. */
  readonly workMillis: number;
  readonly idleMillis: number;
  readonly sharedMillis: number;
  readonly theirsMillis: number;
  /** The most time first. */
  readonly functions: readonly RouteFunction[];
  /** Earlier ones are not held; undefined if all of the range are. */
  readonly sinceMillis: number | undefined;
}

/** Functions with an example, and requests looked at for one. */
const MAX_EXAMPLES = 3;
const MAX_LOOKED_AT = 5;
const NEVER: TimeRange = { fromMillis: Infinity, toMillis: Infinity };

/** Of requests that had so much time of their own without what they waited for others. */
export function routeCode(
  telemetry: Pick<TelemetryQuery, 'ownCode' | 'stalls' | 'trace'>,
  route: string,
  range: TimeRange,
): RouteCode {
  const facts = telemetry.ownCode.within(range);
  const waitsOf = loopWaits(telemetry.stalls({ ...range, toMillis: Infinity }).rows);
  const { fromMillis } = range;
  const { leastMillis, heldSinceMillis } = facts;
  const all = facts.rows
    .filter((row) => row.route === route)
    .map((row) => withoutWaits(row, totalMillis(waitsOf(spanOf(row)))))
    .filter(({ ownMillis }) => ownMillis >= leastMillis);
  const rows = all.filter(({ unread }) => unread === undefined);
  const sum = (of: (row: OwnCode) => number): number => rows.reduce((total, row) => total + of(row), 0);
  return {
    leastMillis,
    requests: rows.length,
    unread: all.length - rows.length,
    unasked: facts.unasked
      .filter((each) => each.route === route)
      .reduce((total, { requests }) => total + requests, 0),
    samples: sum(({ samples }) => samples),
    idle: sum(({ idle }) => idle),
    shared: sum(({ shared }) => shared),
    theirs: sum(({ theirs = 0 }) => theirs),
    others: sum(({ others }) => others),
    sampledMillis: sum((row) => sampledMillis(row, row.samples)),
    workMillis: sum((row) => sampledMillis(row, row.samples - row.idle - row.shared)),
    idleMillis: sum((row) => sampledMillis(row, row.idle)),
    sharedMillis: sum((row) => sampledMillis(row, row.shared)),
    theirsMillis: sum((row) => sampledMillis(row, row.theirs ?? 0)),
    functions: functionsOf(rows, (traceId) => 'spans' in telemetry.trace(traceId)),
    sinceMillis: heldSinceMillis !== undefined && heldSinceMillis > fromMillis ? heldSinceMillis : undefined,
  };
}

/**
 * What so many of a request's samples stand for: their share of its own time. A busy machine takes samples further apart than their mean, and just
 * where a request runs: counted by that mean, all of them would stand for less than the time that they were taken in, or for more.
 */
export function sampledMillis({ ownMillis, samples: all }: OwnCode, samples: number): number {
  return all === 0 ? 0 : (ownMillis * samples) / all;
}

/** Samples of the time in which a request waited for what others did are theirs. */
function withoutWaits(row: OwnCode, waitedMillis: number): OwnCode {
  if (waitedMillis <= 0) return row;
  const waited = Math.round((row.samples * waitedMillis) / Math.max(1, row.ownMillis));
  const awaited = Math.min(row.shared, waited);
  const ownMillis = Math.max(0, row.ownMillis - waitedMillis);
  return {
    ...row,
    ownMillis,
    shared: row.shared - awaited,
    theirs: Math.max(0, (row.theirs ?? 0) - awaited),
    samples: row.samples - awaited,
  };
}

function spanOf({ atMillis, durationMillis, ...ids }: OwnCode) {
  return { ...ids, startMillis: atMillis - durationMillis, durationMillis };
}

function functionsOf(
  rows: readonly OwnCode[],
  isHeld: (traceId: string) => boolean,
): readonly RouteFunction[] {
  const seen = rows.flatMap((row) =>
    row.functions.map(({ place, callers, samples }) => ({ row, place, callers, samples })),
  );
  return [...Map.groupBy(seen, ({ place, callers }) => placeText(place, callers))]
    .map(([place, each]) => ({
      place,
      each,
      samples: each.reduce((sum, { samples }) => sum + samples, 0),
      millis: each.reduce((sum, { samples, row }) => sum + sampledMillis(row, samples), 0),
    }))
    .toSorted((a, b) => b.millis - a.millis)
    .map(({ place, each, samples, millis }, index) => ({
      place,
      functionName: each[0]?.place.name ?? place,
      location: each[0]?.place.location,
      requests: each.length,
      samples,
      millis,
      traceId:
        index >= MAX_EXAMPLES
          ? undefined
          : each
              .toSorted((a, b) => b.samples - a.samples)
              .slice(0, MAX_LOOKED_AT)
              .find(({ row }) => isHeld(row.traceId))?.row.traceId,
    }));
}

/** As stalls name it. */
export function placeText(
  place: OwnCode['functions'][number]['place'],
  callers: OwnCode['functions'][number]['callers'],
): string {
  return stallPlace({ place, callers, sampledShare: 1 });
}

/** The trace, with what is known of the own time of its requests. */
export function withOwnCode(
  telemetry: Pick<TelemetryQuery, 'ownCode' | 'stalls'>,
  trace: TraceDetail,
): TraceDetail {
  const { rows, awaited } = telemetry.ownCode.ofTrace(trace.traceId);
  const { leastMillis } = telemetry.ownCode.within(NEVER);
  const codes = new Map<string, SpanRow['ownCode']>();
  for (const { span, selfMillis, waitedMillis } of selfTimeTree(trace.spans)) {
    if (span.type !== 'http' || span.kind !== 'server') continue;
    // Then it waited for what others did.
    if (waitedMillis > 0 && selfMillis < leastMillis) continue;
    const row = rows.find(({ spanId }) => spanId === span.spanId);
    if (row !== undefined)
      codes.set(
        span.spanId,
        row.unread === undefined
          ? withMillis(withoutWaits(row, waitedMillis))
          : { missing: `not recorded: ${row.unread}` },
      );
    else if (awaited.includes(span.spanId))
      codes.set(span.spanId, { missing: 'not yet known: within a minute', isAwaited: true });
    else {
      const missing = whyUnknown(telemetry, span, selfMillis);
      if (missing !== undefined) codes.set(span.spanId, { missing });
    }
  }
  if (codes.size === 0) return trace;
  const spans = trace.spans.map((span) => {
    const ownCode = codes.get(span.spanId);
    return ownCode === undefined ? span : { ...span, ownCode };
  });
  return { ...trace, spans };
}

function withMillis(row: OwnCode): OwnCode {
  const functions = row.functions.map((each) => ({ ...each, millis: sampledMillis(row, each.samples) }));
  return { ...row, functions };
}

/** Undefined if it had too little time of its own to be asked about. */
function whyUnknown(
  telemetry: Pick<TelemetryQuery, 'ownCode' | 'stalls'>,
  span: SpanRow,
  ownMillis: number,
): string | undefined {
  const end = endOf(span);
  const { leastMillis, unasked, heldSinceMillis } = telemetry.ownCode.within({
    fromMillis: end,
    toMillis: Infinity,
  });
  if (ownMillis < leastMillis) return undefined;
  const isLeftOut = unasked.some(({ route, fromMillis }) => route === span.series && fromMillis <= end);
  if (isLeftOut) return 'not recorded: too many such requests at once';
  if (heldSinceMillis !== undefined && heldSinceMillis > end) return 'no longer held';
  return `not recorded: ${noSamples(telemetry.stalls({ fromMillis: end, toMillis: Infinity }))}`;
}

function noSamples({ watch: { is, reason } }: StallFacts): string {
  switch (is) {
    case 'off':
      return 'nothing is sampled, because METRICS_LOOP_STALL or METRICS_MEMORY_INTERVAL is 0';
    case 'aside':
    case 'failed':
      return `nothing is sampled: ${reason ?? ''}`;
    default:
      return 'nothing was sampled then, or the process ended before it was read';
  }
}
