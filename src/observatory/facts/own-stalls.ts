import type { TelemetryQuery, TimeRange } from '../../../otel/query.ts';
import { stallGroups } from './stall-groups.ts';

/** How the observatory's own pages held the event loop: the sum of their rows on Stalls. */
export interface OwnStalls {
  readonly count: number;
  readonly totalMillis: number;
  /** Requests that had to wait meanwhile. */
  readonly delayed: number;
}

/** Undefined if stalls are not recorded. */
export function ownStalls(
  telemetry: Pick<TelemetryQuery, 'stalls'>,
  range: TimeRange,
): OwnStalls | undefined {
  const stalls = telemetry.stalls(range);
  if (stalls.watch.is === 'off') return undefined;
  const rows = stallGroups(stalls.rows).filter(({ isOwnView }) => isOwnView);
  const sum = (of: (row: OwnStalls) => number): number => rows.reduce((all, row) => all + of(row), 0);
  return {
    count: sum(({ count }) => count),
    totalMillis: sum(({ totalMillis }) => totalMillis),
    delayed: sum(({ delayed }) => delayed),
  };
}
