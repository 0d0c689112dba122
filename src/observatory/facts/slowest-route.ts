import type {
  OperationType,
  SeriesSummary,
  SpanRow,
  TelemetryQuery,
  TimeRange,
  TraceDetail,
} from '../../../otel/query.ts';
import { selfTimeTree } from '../trace/span-tree.ts';
import { stallsAround, withWaits } from './loop-waits.ts';
import { sentMillis } from './time-parts.ts';

/** Limit of traces that are read. */
const MAX_READ = 20;
/** p95 comes from a sketch with an error of 1 %. */
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
  readonly p95Millis: number;
  /** Kept requests that took p95 or longer and were read, the newest ones. */
  readonly read: number;
  /** Of those, the largest part first. */
  readonly parts: readonly SlowPart[];
  /** The newest of them. */
  readonly example: { readonly traceId: string; readonly spanId: string } | undefined;
}

/** A route with too few requests for its times to decide that took longer than the slowest one. */
export interface SlowButFew {
  readonly name: string;
  readonly count: number;
  readonly longestMillis: number;
}

/** With fewer requests, one may have been slow by chance, as the first one of a page is. */
const SEVERAL = 5;

/** Of those of which half took longer than that, the one with the longest request; first of those with several requests. */
export function slowButFew(
  routes: readonly SeriesSummary[],
  slowest: { readonly name: string; readonly p95Millis: number } | undefined,
): SlowButFew | undefined {
  const { name: chosen, p95Millis } = slowest ?? { name: undefined, p95Millis: 0 };
  const [first] = routes
    .filter(
      ({ name, count, durationMillis }) => count > 0 && name !== chosen && durationMillis.p50 > p95Millis,
    )
    .toSorted(
      (a, b) =>
        Number(b.count >= SEVERAL) - Number(a.count >= SEVERAL) ||
        b.durationMillis.max - a.durationMillis.max,
    );
  return first && { name: first.name, count: first.count, longestMillis: first.durationMillis.max };
}

/** Shorter ones are the same: a logarithm needs a least. */
const LEAST_MILLIS = 0.001;

/**
 * By p95, in which each route's own requests and as many usual ones as `minCount` have a say (a geometric mean by count, towards the median of all): a
 * few slow requests do not decide, and none makes the choice jump, as the one with which a route would begin to be judged. Undefined with fewer
 * requests in all than that.
 */
export function slowestOf<Row extends SeriesSummary>(
  routes: readonly Row[],
  minCount: number,
  medianMillis: number,
): Row | undefined {
  const all = routes.reduce((sum, { count }) => sum + count, 0);
  if (all < minCount) return undefined;
  const usual = minCount * Math.log(Math.max(LEAST_MILLIS, medianMillis));
  const scoreOf = ({ count, durationMillis: { p95 } }: Row): number =>
    (count * Math.log(Math.max(LEAST_MILLIS, p95)) + usual) / (count + minCount);
  return routes
    .filter(({ count }) => count > 0)
    .reduce<Row | undefined>(
      (slowest, row) => (slowest === undefined || scoreOf(row) > scoreOf(slowest) ? row : slowest),
      undefined,
    );
}

/** Reads what the slow requests of the slowest route spent their time on. */
export function slowestRoute(
  telemetry: TelemetryQuery,
  range: TimeRange,
  routes: readonly SeriesSummary[],
): SlowestRoute | undefined {
  const { durationMillis } = telemetry.operations(range).http;
  const slowest = slowestOf(routes, telemetry.limits().minCount, durationMillis.p50);
  if (slowest === undefined) return undefined;
  const { name, count } = slowest;
  const p95Millis = slowest.durationMillis.p95;
  const { rows } = telemetry.traces({
    range,
    type: 'http',
    series: name,
    minMillis: p95Millis * NEARLY,
    limit: MAX_READ,
  });
  const times = new SlowTimes();
  const read = rows.flatMap(({ traceId }) => {
    const trace = telemetry.trace(traceId);
    const request =
      'spans' in trace ? times.add(withWaits(trace, stallsAround(telemetry, trace)), name) : undefined;
    return request === undefined ? [] : [{ traceId, spanId: request.spanId }];
  });
  return { name, count, p95Millis, read: read.length, parts: times.parts(), example: read[0] };
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
