import type { Limits, SeriesSummary, StatusCount } from '../../../otel/query.ts';
import { momentText, spanText } from '../format/moment.ts';
import { countText, duration, share, text } from '../../markup/quantity.ts';
import type { Links } from '../links.ts';
import { failsMore } from '../facts/since-marker.ts';
import type { OperationDocument } from '../facts/metrics-document.ts';
import type { OverviewSituation } from './overview-situation.ts';
import { sinceWords } from './since-marker-sentence.ts';
import { plural, shortRoute, type Sentence, type SentencePart } from './sentence.ts';

/** A time to first byte that readers notice; `slow` in the counts uses it. */
const SLOW_MILLIS = 1000;
/** As p95 has it. */
const SLOW_SHARE = 0.05;

type Requests = Pick<OperationDocument, 'count' | 'slow' | 'client_errors' | 'duration_ms'>;

/** By the first byte: the length of a download depends on the reader's line. */
function isSlow({ count, slow }: Requests): boolean {
  return slow >= SLOW_SHARE * count;
}

/** Returns true if p95 is above its limit by downloads alone. Of first bytes, only those after a second are counted. */
export function isSlowByDownloads(http: Requests, { requestP95Millis }: Limits): boolean {
  return http.duration_ms.p95 > requestP95Millis && requestP95Millis >= SLOW_MILLIS && !isSlow(http);
}

/** The duration of slow requests and, if that is download time, how many waited for the first byte. */
export function slowestWords(
  http: Requests,
  { minCount }: Limits,
): { readonly said: string; readonly firstBytes: string } {
  const isFew = http.count < minCount;
  const limitMillis = isFew ? http.duration_ms.max : http.duration_ms.p95;
  const said = `${isFew ? 'The longest took' : 'One in twenty took longer than'} ${text(duration(limitMillis))}`;
  if (limitMillis < SLOW_MILLIS || (!isFew && isSlow(http)) || (isFew && http.slow > 0))
    return { said, firstBytes: '' };
  const waited = http.slow === 0 ? 'none' : countText(http.slow);
  return {
    said: `${said} to the last byte`,
    firstBytes: `; ${waited} waited a second or longer for the first byte`,
  };
}

/** The share of 4xx, with status and route. */
export function turnedAway(http: Requests, routes: readonly SeriesSummary[], links: Links): Sentence {
  const parts: SentencePart[] = [
    {
      text: `${text(share(http.client_errors / http.count))} got a 4xx`,
      href: links.to('/routes', { sort: 'client_errors' }),
    },
  ];
  const most = mostOf(clientStatuses(routes));
  if (most !== undefined && most.count * 2 > http.client_errors)
    parts.push({ text: `, ${most.count >= http.client_errors ? 'all' : 'most'} of them ${most.status}` });
  const worst = [...routes].sort((a, b) => b.clientErrors - a.clientErrors)[0];
  if (worst !== undefined && worst.clientErrors * 2 > http.client_errors)
    parts.push(
      { text: worst.clientErrors === http.client_errors ? ', all at ' : ', most at ' },
      { text: shortRoute(worst.name), href: links.series('http', worst.name) },
    );
  return [...parts, { text: '.' }];
}

type Judged = Pick<OverviewSituation, 'routes' | 'limits' | 'since' | 'recent' | 'now'>;

/** A route that failed, over the range, since a change or since it began to: where it failed more. */
export interface FailingRoute extends Pick<SeriesSummary, 'name' | 'count' | 'errors'> {
  /** ` since version 0.2.0 (13:59:58)`; empty for the range. */
  readonly when: string;
  /** Since it began to, far more than over the other times. */
  readonly isLately: boolean;
}

/** A smaller multiple of the other share is the same failure, counted from another moment. */
const FAR_MORE = 2;

/**
 * Routes with failures in the range and enough requests to judge, the largest share first. What happened lately is not held against hours without
 * failures, and nothing against a range without them.
 */
export function failingRoutes({ routes, limits, since, recent, now }: Judged): readonly FailingRoute[] {
  const when = since === undefined ? '' : ` ${sinceWords(since.marker, now)}`;
  const worst = new Map<string, FailingRoute>();
  const failed = new Set(routes.filter(({ errors }) => errors > 0).map(({ name }) => name));
  for (const { name, count, errors, ...row } of [
    ...routes.map((each) => ({ ...each, when: '', isLately: false })),
    ...(since?.routes ?? []).map(({ name, after }) => ({ ...after, name, when, isLately: false })),
    ...recent.map((each) => ({
      ...each,
      when: ` since ${momentText(each.sinceMillis, now)}`,
      isLately: true,
    })),
  ]) {
    const route = { name, count, errors, when: row.when, isLately: row.isLately };
    const known = worst.get(name);
    const least = known === undefined ? 0 : failedShareOf(known) * (row.isLately ? FAR_MORE : 1);
    const isMore = failedShareOf(route) > least;
    if (failed.has(name) && errors > 0 && count >= limits.minCount && isMore) worst.set(name, route);
  }
  return [...worst.values()].toSorted((a, b) => failedShareOf(b) - failedShareOf(a));
}

/** 0–1. */
export function failedShareOf({ count, errors }: Pick<SeriesSummary, 'count' | 'errors'>): number {
  return errors / Math.max(1, count);
}

/** Those over the limit. */
export function brokenRoutes(situation: Judged): readonly FailingRoute[] {
  return failingRoutes(situation).filter((route) => failedShareOf(route) > situation.limits.routeFailedShare);
}

/** The route that fails most, whether a change mended it, and how many more do. */
export function failsMost(situation: Judged, links: Links): Sentence | undefined {
  const [worst, ...more] = brokenRoutes(situation);
  if (worst === undefined) return undefined;
  const others =
    more.length === 0
      ? ''
      : `, and ${countText(more.length)} more ${more.length === 1 ? 'fails' : 'fail'} too often`;
  return [
    { text: shortRoute(worst.name), href: links.series('http', worst.name) },
    {
      text: ` failed for ${text(share(failedShareOf(worst)))} of its ${plural(worst.count, 'request')}${worst.when}${mended(worst, situation)}${others}.`,
    },
  ];
}

/** `, but 0 of 28 since version 0.3.0 (16:55:59)`, if that is no chance. */
function mended({ name, when }: FailingRoute, { since, now }: Judged): string {
  const row = since?.routes.find((each) => each.name === name);
  if (since === undefined || row === undefined || when !== '') return '';
  if (!row.differs.includes('failed') || failsMore(row)) return '';
  const { errors, count } = row.after;
  return `, but ${countText(errors)} of ${countText(count)} ${sinceWords(since.marker, now)}`;
}

/** Reports saturation, in which requests wait before they can be timed. */
export function saturation(saturatedMillis: number, links: Links): Sentence {
  return [
    { text: 'The event loop', href: links.to('/process') },
    {
      text: ` was saturated for ${spanText(saturatedMillis)}: durations do not include the time that requests waited to be read.`,
    },
  ];
}

/** Counts of 4xx by status, over all routes. */
function clientStatuses(routes: readonly SeriesSummary[]): ReadonlyMap<StatusCount['status'], number> {
  const sums = new Map<StatusCount['status'], number>();
  for (const { statuses = [] } of routes)
    for (const { status, count } of statuses)
      if (typeof status === 'number' && status >= 400 && status < 500)
        sums.set(status, (sums.get(status) ?? 0) + count);
  return sums;
}

function mostOf(sums: ReadonlyMap<StatusCount['status'], number>): StatusCount | undefined {
  const [first] = [...sums].sort((a, b) => b[1] - a[1]);
  return first === undefined ? undefined : { status: first[0], count: first[1] };
}
