import type { TelemetryQuery, TimeRange } from '../../../otel/query.ts';
import { heldSinceMillis } from './held-since.ts';

/** Requests whose detail sampling kept, and how many of them have no trace any more that neither age nor a bound removed from the disk. */
export interface UnwrittenRequests {
  readonly kept: number;
  readonly lost: number;
}

type Asked = Pick<
  TelemetryQuery,
  'buffer' | 'history' | 'now' | 'operations' | 'traces' | 'coverage' | 'downtime'
>;

/** Requests are counted when they end and listed by their begin, so that a few at the ends of a range differ; and other processes have yet to write. */
const MIN_LOST = 10;
const MIN_SHARE = 0.01;
/** A crash loses what was counted so long before it, at most: as seen on a busy machine before the pace of writing followed the backlog. */
const MAX_BACKLOG_MILLIS = 600_000;

/** Of all that is counted. */
export function unwrittenEver(
  telemetry: Asked & Pick<TelemetryQuery, 'countedFromMillis'>,
): UnwrittenRequests | undefined {
  if (telemetry.history() === undefined) return undefined;
  return unwrittenRequests(telemetry, {
    fromMillis: telemetry.countedFromMillis(),
    toMillis: telemetry.now(),
  });
}

/** Without that nothing is lost, and the traces need not be counted: that takes 1.5 ms per thousand. */
function hasCrashed(telemetry: Asked, { fromMillis, toMillis }: TimeRange): boolean {
  return telemetry
    .downtime()
    .rows.some(
      (row) =>
        row.ended !== 'stopped' &&
        row.ended !== 'slept' &&
        row.fromMillis >= fromMillis &&
        row.fromMillis < toMillis + MAX_BACKLOG_MILLIS,
    );
}

/** Compares the exact counts with the traces held, since the time from which nothing was removed; undefined if nothing is missing, or without a file. */
export function unwrittenRequests(telemetry: Asked, asked: TimeRange): UnwrittenRequests | undefined {
  const history = telemetry.history();
  if (history === undefined || history.unlisted > 0) return undefined;
  if (history.unsaved === 0 && !hasCrashed(telemetry, asked)) return undefined;
  const removed = (['mustKeep', 'ordinary'] as const).flatMap(
    (rank) => heldSinceMillis(telemetry, asked, rank) ?? [],
  );
  const { stepMillis } = telemetry.coverage(asked);
  const fromMillis = Math.max(asked.fromMillis, ...removed.map((millis) => millis + stepMillis));
  if (fromMillis >= asked.toMillis) return undefined;
  const covered = telemetry.coverage({ ...asked, fromMillis });
  const range = { fromMillis: covered.fromMillis, toMillis: covered.toMillis };
  const { kept } = telemetry.operations(range).http;
  if (kept < MIN_LOST) return undefined;
  const lost = kept - telemetry.traces({ range, type: 'http', limit: 0 }).total;
  return lost >= Math.max(MIN_LOST, kept * MIN_SHARE) ? { kept, lost } : undefined;
}
