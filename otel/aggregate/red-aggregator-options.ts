import type { Clock } from '../base/clock.ts';
import type { OperationType } from '../query.ts';
import type { ClockStep } from './clock-watch.ts';
import type { Tier } from './tiers.ts';

export interface RedAggregatorOptions {
  readonly clock: Clock;
  readonly rates: () => Readonly<Record<OperationType, number>>;
  readonly maxSeries?: number;
  /** Identifies this process's counts on disk; by default there are no others. */
  readonly processId?: string;
  readonly tiers?: readonly Tier[];
  /** Called when the wall clock was set. */
  readonly onClockStep?: (step: ClockStep) => void;
}
