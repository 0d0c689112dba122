import type { Clock } from '../base/clock.ts';
import type { OperationType } from '../query.ts';
import type { ClockStep } from './clock-watch.ts';
import type { Tier } from './tiers.ts';

export interface RedAggregatorOptions {
  readonly clock: Clock;
  readonly rates: () => Readonly<Record<OperationType, number>>;
  readonly maxSeries?: number;
  /** Of the counts of this process on disk; default: nothing else counts. */
  readonly processId?: string;
  readonly tiers?: readonly Tier[];
  /** The wall clock went where time alone had not brought it. */
  readonly onClockStep?: (step: ClockStep) => void;
}
