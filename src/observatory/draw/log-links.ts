import type { TraceDetail } from '../../../otel/query.ts';
import { traceQuery } from '../facts/log-query.ts';
import type { PageView } from '../page.ts';

/** Of a moment, on both sides. */
const AROUND_MILLIS = 60_000;

/** Lines that were written about then, whatever the range of the page. */
export function logsAround(millis: number, view: PageView): string {
  return ranged(undefined, millis, millis, view);
}

/** All lines of a trace, whatever the range of the page. */
export function logsOfTrace(
  { traceId, startMillis, durationMillis }: Pick<TraceDetail, 'traceId' | 'startMillis' | 'durationMillis'>,
  view: PageView,
): string {
  return ranged(traceQuery(traceId), startMillis, startMillis + durationMillis, view);
}

function ranged(q: string | undefined, fromMillis: number, toMillis: number, { links }: PageView): string {
  const range = { from: Math.floor(fromMillis - AROUND_MILLIS), to: Math.ceil(toMillis + AROUND_MILLIS) };
  return links.ranged('/logs', { q }, range);
}
