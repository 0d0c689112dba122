import type {
  HeatMap,
  OperationType,
  SeriesSummary,
  SpanRow,
  TelemetryQuery,
  TimeRange,
  TraceDetail,
} from '../../../otel/query.ts';
import { selfTimeTree } from '../trace/span-tree.ts';
import { stallsAround, withWaits } from './loop-waits.ts';
import { type RouteCode, routeCode } from './own-code.ts';
import { sentMillis } from './time-parts.ts';

/** Limit of traces that are read. */
const MAX_READ = 20;
/** The median comes from a sketch with an error of 1 %. */
const NEARLY = 0.98;

/** What slow requests of a route spend their time on. */
export interface SlowPart {
  /** A statement, render or other operation; the route's own code; waiting for the event loop; sending what follows the first byte. */
  readonly kind: 'operation' | 'own' | 'waiting' | 'sending';
  /** Of the time of those requests, 0–1. */
  readonly share: number;
  readonly operation?: {
    readonly type: OperationType;
    readonly series: string;
    readonly name: string;
    /** Mean. */
    readonly perRequest: number;
  };
}

/** The route that is slowest per request, and why. */
export interface SlowestRoute {
  readonly name: string;
  readonly count: number;
  readonly medianMillis: number;
  readonly p95Millis: number;
  /** Kept requests that took the median or longer and were read, the newest ones. */
  readonly read: number;
  /** Of those, the largest part first. */
  readonly parts: readonly SlowPart[];
  /** In which function most of its own time is, by samples; undefined if they do not tell. */
  readonly place: string | undefined;
  /** The newest of them. */
  readonly example: { readonly traceId: string; readonly spanId: string } | undefined;
}

/** Fewer requests say nothing of a median: by chance, one in 32 times all five of a route are longer than it. */
export const LEAST_REQUESTS = 6;
/** Of a function, from which share of the samples on most of the time is in it. */
const MOST = 0.5;
/** Limit of routes whose sketches are read. */
const MAX_SKETCHES = 30;
/** Of so many, five or more took longer than p95. */
const ENOUGH_FOR_P95 = 100;

/** Of a two-sided 95 %, as standard deviations. */
const Z = 1.96;

/**
 * The rank, from 1, of the duration below which the median of a route is with a probability of at most 2.5 %, whatever the distribution: by how many of
 * `count` requests are shorter than it, a binomial variable. 0 if there is none.
 */
export function lowerRank(count: number): number {
  return Math.max(0, Math.floor((count + 1) / 2 - (Z / 2) * Math.sqrt(count)));
}

/** The least that the median of a series may be; undefined with too few operations. */
function leastMedian({ bandEdgesMillis: edges, columns }: HeatMap): number | undefined {
  const counts = edges
    .slice(1)
    .map((_, band) => columns.reduce((sum, column) => sum + (column.counts[band] ?? 0), 0));
  let rest = lowerRank(counts.reduce((sum, count) => sum + count, 0));
  if (rest === 0) return undefined;
  const band = counts.findIndex((count) => (rest -= count) <= 0);
  return edges[Math.max(0, band)];
}

/** Not of the owner, who signs in and writes: readers wait for the others. */
const isForReaders = ({ name }: Pick<SeriesSummary, 'name'>): boolean => !/ \/admin(?:\/|$)/.test(name);

/**
 * The route for readers, if there is one, of which it is surest that half of its requests take long: by the lower end of its median's 95 % interval. One or a few slow requests do
 * not decide, and of a route that is clearly slower, LEAST_REQUESTS do. Undefined if no route had so many.
 */
export function slowestOf<Row extends SeriesSummary>(
  telemetry: Pick<TelemetryQuery, 'heatMap'>,
  range: TimeRange,
  routes: readonly Row[],
): Row | undefined {
  let slowest: Row | undefined;
  let leastMillis = -1;
  const judged = routes.filter(({ count }) => count >= LEAST_REQUESTS);
  const rows = (judged.some(isForReaders) ? judged.filter(isForReaders) : judged)
    .toSorted((a, b) => b.durationMillis.p50 - a.durationMillis.p50)
    .slice(0, MAX_SKETCHES);
  for (const row of rows) {
    // No end of those that follow is above their median.
    if (row.durationMillis.p50 < leastMillis) break;
    const options = { series: row.name, maxColumns: 1, bucketsPerBand: 1 };
    const least = leastMedian(telemetry.heatMap('http', range, options)) ?? -1;
    if (least > leastMillis) [slowest, leastMillis] = [row, least];
  }
  return slowest;
}

/** What is slower than the slowest route, in another sense. */
export interface SlowOthers {
  /** Its median is longer, but its requests vary too much to say so; until any route has LEAST_REQUESTS, the one with the longest request. */
  readonly few: OtherRoute | undefined;
  /** Its slowest requests are slower than theirs: p95, which five requests or more exceed. */
  readonly tail: OtherRoute | undefined;
  /** The slowest of the owner's, if its median is longer than that of the slowest for readers. */
  readonly own: OtherRoute | undefined;
}

export interface OtherRoute {
  readonly name: string;
  readonly count: number;
  readonly medianMillis: number;
  readonly p95Millis: number;
  readonly longestMillis: number;
}

/**
 * Other routes that are slower, so that what is said of the slowest one is not contradicted by what the table shows. Not those with fewer than
 * LEAST_REQUESTS: whatever they took, it says nothing of the route.
 */
export function slowOthers(
  routes: readonly SeriesSummary[],
  slowest: Pick<SeriesSummary, 'name' | 'durationMillis'> | undefined,
): SlowOthers {
  const { p50 = 0, p95 = Infinity } = slowest?.durationMillis ?? {};
  const isOfReaders = slowest !== undefined && isForReaders(slowest);
  const others = routes.filter(
    (row) => row.count > 0 && row.name !== slowest?.name && (!isOfReaders || isForReaders(row)),
  );
  const [own] = routes
    .filter(
      (row) =>
        isOfReaders && !isForReaders(row) && row.count >= LEAST_REQUESTS && row.durationMillis.p50 > p50,
    )
    .toSorted((a, b) => b.durationMillis.p50 - a.durationMillis.p50);
  const [few] = others
    .filter(
      ({ count, durationMillis }) =>
        slowest === undefined || (count >= LEAST_REQUESTS && durationMillis.p50 > p50),
    )
    .toSorted((a, b) => b.durationMillis.max - a.durationMillis.max);
  const [tail] = others
    .filter((row) => row !== few && row.count >= ENOUGH_FOR_P95 && row.durationMillis.p95 > p95)
    .toSorted((a, b) => b.durationMillis.p95 - a.durationMillis.p95);
  return { few: few && otherRoute(few), tail: tail && otherRoute(tail), own: own && otherRoute(own) };
}

function otherRoute({ name, count, durationMillis: { p50, p95, max } }: SeriesSummary): OtherRoute {
  return { name, count, medianMillis: p50, p95Millis: p95, longestMillis: max };
}

/** Reads what the slow requests of the slowest route spent their time on. */
export function slowestRoute(
  telemetry: TelemetryQuery,
  range: TimeRange,
  routes: readonly SeriesSummary[],
): SlowestRoute | undefined {
  const slowest = slowestOf(telemetry, range, routes);
  if (slowest === undefined) return undefined;
  const { name, count } = slowest;
  const { p50: medianMillis, p95: p95Millis } = slowest.durationMillis;
  const { rows } = telemetry.traces({
    range,
    type: 'http',
    series: name,
    minMillis: medianMillis * NEARLY,
    limit: MAX_READ,
  });
  const times = new SlowTimes();
  const read = rows.flatMap(({ traceId }) => {
    const trace = telemetry.trace(traceId);
    const request =
      'spans' in trace ? times.add(withWaits(trace, stallsAround(telemetry, trace)), name) : undefined;
    return request === undefined ? [] : [{ traceId, spanId: request.spanId }];
  });
  return {
    name,
    count,
    medianMillis,
    p95Millis,
    read: read.length,
    parts: times.parts(),
    place: mostlyIn(routeCode(telemetry, name, range)),
    example: read[0],
  };
}

function mostlyIn({ functions: [first], samples }: RouteCode): string | undefined {
  return first !== undefined && first.samples > samples * MOST ? first.place : undefined;
}

/** Sums where the time of requests went, each counted for those that it stands for. */
class SlowTimes {
  readonly #sums = new Map<
    string,
    { readonly part: Omit<SlowPart, 'share'>; millis: number; runs: number }
  >();
  #requests = 0;

  /** Returns the span of the request; undefined if the trace has none of the route. */
  add({ spans }: TraceDetail, route: string): SpanRow | undefined {
    const request = spans.find(({ type, series }) => type === 'http' && series === route);
    if (request === undefined) return undefined;
    const { weight = 1 } = request;
    this.#requests += weight;
    for (const { span, selfMillis, waitedMillis } of selfTimeTree(spans)) {
      this.#add('waiting', { kind: 'waiting' }, waitedMillis * weight, weight);
      if (span === request) {
        const sending = Math.min(selfMillis, sentMillis(span));
        this.#add('sending', { kind: 'sending' }, sending * weight, weight);
        this.#add('own', { kind: 'own' }, (selfMillis - sending) * weight, weight);
      } else {
        const { type, series, name } = span;
        const operation = { type, series, name, perRequest: 0 };
        this.#add(`${type} ${series}`, { kind: 'operation', operation }, selfMillis * weight, weight);
      }
    }
    return request;
  }

  /** The largest first. */
  parts(): readonly SlowPart[] {
    const sums = [...this.#sums.values()];
    const total = sums.reduce((all, { millis }) => all + millis, 0);
    return sums
      .filter(({ millis }) => millis > 0)
      .map(({ part: { kind, operation }, millis, runs }) => ({
        kind,
        share: millis / total,
        ...(operation && { operation: { ...operation, perRequest: runs / this.#requests } }),
      }))
      .toSorted((a, b) => b.share - a.share);
  }

  #add(key: string, part: Omit<SlowPart, 'share'>, millis: number, runs: number): void {
    const sum = this.#sums.get(key) ?? { part, millis: 0, runs: 0 };
    sum.millis += millis;
    sum.runs += runs;
    this.#sums.set(key, sum);
  }
}
