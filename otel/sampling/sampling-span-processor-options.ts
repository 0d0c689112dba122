import type { Clock } from '../base/clock.ts';
import type { Guard } from '../base/guard.ts';
import type { CostMeter } from './cost-meter.ts';
import type { SamplingSettings } from './policies.ts';
import type { SamplingLimits } from './sampling-limits.ts';
import type { SpanOutput } from './span-hand-over.ts';
import type { OperationAggregates } from './trace-judge.ts';

export interface SamplingSpanProcessorOptions {
  readonly aggregates: OperationAggregates;
  readonly guard: Guard;
  /** Asked at every verdict; a live change replaces the object. */
  readonly settings: () => SamplingSettings;
  readonly outputs: readonly SpanOutput[];
  readonly clock?: Clock;
  readonly limits?: Partial<SamplingLimits>;
  /** Ended spans that wait to be handled together, off the path of requests; `settle` handles them at once. Default 0: none waits. */
  readonly deferredSpans?: number;
  /** Gets what the handling of them takes. */
  readonly cost?: CostMeter;
}
