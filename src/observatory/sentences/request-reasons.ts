import type { SeriesSummary, StatusCount } from '../../../otel/query.ts';
import { spanText } from '../format/moment.ts';
import { countText, duration, share, text } from '../../markup/quantity.ts';
import type { Links } from '../links.ts';
import type { OperationDocument } from '../facts/metrics-document.ts';
import { shortRoute, type Sentence, type SentencePart } from './sentence.ts';

/** A time to first byte that readers notice; `slow` in the counts uses it. */
const SLOW_MILLIS = 1000;
/** With fewer requests, no share is stated. */
const MIN_REQUESTS = 20;
const SLOW_SHARE = 0.05;
/** A larger share of 4xx is reported: a moved feed or a broken link of ours may be the cause. */
const TURNED_AWAY_SHARE = 0.2;
/** A saturated loop of this length made requests wait before telemetry could see them. */
const SATURATED_MILLIS = 10_000;

type Requests = Pick<OperationDocument, 'count' | 'slow' | 'client_errors' | 'duration_ms'>;

/** By the first byte: the length of a download depends on the reader's line. */
export function isSlow({ count, slow }: Requests): boolean {
  return count >= MIN_REQUESTS && slow >= SLOW_SHARE * count;
}

export function areManyTurnedAway({ count, client_errors: turnedAway }: Requests): boolean {
  return count >= MIN_REQUESTS && turnedAway >= TURNED_AWAY_SHARE * count;
}

/** The duration of slow requests and, if that is download time, how many waited for the first byte. */
export function slowestWords(http: Requests): { readonly said: string; readonly firstBytes: string } {
  const isFew = http.count < MIN_REQUESTS;
  const limitMillis = isFew ? http.duration_ms.max : http.duration_ms.p95;
  const said = `${isFew ? 'The longest took' : 'One in twenty took longer than'} ${text(duration(limitMillis))}`;
  if (limitMillis < SLOW_MILLIS || isSlow(http) || (isFew && http.slow > 0)) return { said, firstBytes: '' };
  const waited = http.slow === 0 ? 'none' : countText(http.slow);
  return {
    said: `${said} to the last byte`,
    firstBytes: `; ${waited} waited a second or longer for the first byte`,
  };
}

/** The share of 4xx, with status and route; undefined while it is small. */
export function turnedAway(
  http: Requests,
  routes: readonly SeriesSummary[],
  links: Links,
): Sentence | undefined {
  if (!areManyTurnedAway(http)) return undefined;
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

export function isSaturated(saturatedMillis: number): boolean {
  return saturatedMillis >= SATURATED_MILLIS;
}

/** Reports saturation, in which requests wait before they can be timed; undefined if there was none. */
export function saturation(saturatedMillis: number, links: Links): Sentence | undefined {
  if (!isSaturated(saturatedMillis)) return undefined;
  return [
    { text: 'The event loop', href: links.to('/process') },
    {
      text: ` was saturated for ${spanText(saturatedMillis)}: requests then wait before they are read, and durations do not include that wait.`,
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
