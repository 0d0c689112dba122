import type { TelemetryQuery, TimeRange } from '../../../otel/query.ts';
import { ownGroup, type StallGroup } from './stall-groups.ts';

/** How the observatory's own pages held the event loop, and how many requests had to wait meanwhile: their row on Stalls. */
export type OwnStalls = Pick<StallGroup, 'count' | 'totalMillis' | 'delayed'>;

const NONE: OwnStalls = { count: 0, totalMillis: 0, delayed: 0 };

/** Undefined if stalls are not recorded. */
export function ownStalls(
  telemetry: Pick<TelemetryQuery, 'stalls'>,
  range: TimeRange,
): OwnStalls | undefined {
  const stalls = telemetry.stalls(range);
  if (stalls.watch.is === 'off') return undefined;
  const { count, totalMillis, delayed } = ownGroup(stalls.rows) ?? NONE;
  return { count, totalMillis, delayed };
}
