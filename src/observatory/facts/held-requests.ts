import type { TelemetryQuery, TimeRange } from '../../../otel/query.ts';
import { heldSinceMillis } from './held-since.ts';

/** Requests whose detail sampling kept, of this and earlier processes, and how many of them have no trace any more. */
export interface HeldRequests {
  readonly kept: number;
  /** Kept less held: whatever the reason, and whichever process it was. */
  readonly gone: number;
  /** Of these, those older than the oldest that is held: removed to make room, or by age. */
  readonly removed: number;
  /** True if age removed any. */
  readonly isByAge: boolean;
}

export type HeldAsked = Pick<
  TelemetryQuery,
  'buffer' | 'history' | 'now' | 'operations' | 'heldRequests' | 'coverage' | 'processes'
>;

/** Another process may have written counts and not yet the traces. */
const MIN_SHARE_OF_SEVERAL = 0.01;

/** Of all that is counted. */
export function heldRequestsEver(
  telemetry: HeldAsked & Pick<TelemetryQuery, 'countedFromMillis'>,
): HeldRequests | undefined {
  return heldRequests(telemetry, { fromMillis: telemetry.countedFromMillis(), toMillis: telemetry.now() });
}

/** Compares the exact counts with what is held; undefined while traces of an older file are moved. */
export function heldRequests(telemetry: HeldAsked, asked: TimeRange): HeldRequests | undefined {
  const history = telemetry.history();
  if (history !== undefined && history.unlisted > 0) return undefined;
  const { kept, gone } = compared(telemetry, asked);
  const isAlone = telemetry.processes().filter(({ ended }) => ended === undefined).length < 2;
  const isByAge = history === undefined ? telemetry.buffer().evicted.age > 0 : expiredOf(history) > 0;
  if (gone <= (isAlone ? 0 : kept * MIN_SHARE_OF_SEVERAL)) return { kept, gone: 0, removed: 0, isByAge };
  const oldest = (['mustKeep', 'ordinary'] as const).flatMap(
    (rank) => heldSinceMillis(telemetry, asked, rank) ?? [],
  );
  if (oldest.length === 0) return { kept, gone, removed: 0, isByAge };
  const fromMillis = Math.max(...oldest) + telemetry.coverage(asked).stepMillis;
  const lost = fromMillis < asked.toMillis ? compared(telemetry, { ...asked, fromMillis }).gone : 0;
  return { kept, gone, removed: Math.max(0, gone - lost), isByAge };
}

function compared(telemetry: HeldAsked, asked: TimeRange): { readonly kept: number; readonly gone: number } {
  const { missing, ...range } = telemetry.coverage(asked);
  const { kept, held } = countedIn(telemetry, range);
  // A kill loses counts of requests whose traces were written: those stand for no others.
  const uncounted = missing.reduce((sum, part) => {
    const lost = countedIn(telemetry, telemetry.coverage(part));
    return sum + Math.max(0, lost.held - lost.kept);
  }, 0);
  return { kept, gone: Math.max(0, kept - held + Math.min(uncounted, held)) };
}

function countedIn(telemetry: HeldAsked, { fromMillis, toMillis }: TimeRange) {
  const range = { fromMillis, toMillis };
  return { kept: telemetry.operations(range).http.kept, held: telemetry.heldRequests(range) };
}

function expiredOf({ traces }: NonNullable<ReturnType<TelemetryQuery['history']>>): number {
  return traces.mustKeep.expired + traces.ordinary.expired;
}
