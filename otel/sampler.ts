import type { SpanExporter } from '@opentelemetry/sdk-trace';
import { type Clock, systemClock } from './base/clock.ts';
import { Guard } from './base/guard.ts';
import { byType, type OperationType } from './base/operation-types.ts';
import { exportPipeline } from './export/export-pipeline.ts';
import { parseSamplingRules } from './settings/sampling-rules.ts';
import { operationReader } from './spans/read-operation.ts';
import { NO_AGGREGATES, type OperationAggregates, type Sink } from './sampling/outcomes.ts';
import { StormBudget } from './sampling/policies/storm-budget.ts';
import type { Policy } from './sampling/policy.ts';
import { livePolicies } from './sampling/policy-set.ts';
import type { StormLimits } from './sampling/policies/storm-limits.ts';
import type { TraceBufferLimits } from './sampling/sampling-limits.ts';
import type { SamplingSettings } from './sampling/sampling-settings.ts';
import { SamplingSpanProcessor } from './sampling/sampling-span-processor.ts';

/** The sampling processor alone, for a TracerProvider of one's own, and what policies are made of. Importing this file starts nothing. */
export type { KeepReason, OperationType } from './base/operation-types.ts';
export {
  type Bits56,
  KEEP_ALL,
  probabilityOf,
  REJECT_ALL,
  thresholdOf,
} from './sampling/consistent-threshold.ts';
export { exporterSink } from './sampling/exporter-sink.ts';
export type { OperationAggregates, Sink } from './sampling/outcomes.ts';
export type { Policy, TraceView } from './sampling/policy.ts';
export type { SamplingSpanProcessor } from './sampling/sampling-span-processor.ts';
export type { KeptSpan, TraceFacts } from './spans/kept-span.ts';
export type { EndedSpan, Operation } from './spans/operation.ts';

/** One for all types, or one for some of them; the others keep what is the default. */
type PerType = number | Partial<Readonly<Record<OperationType, number>>>;

export interface SamplingProcessorOptions {
  /** Share of ordinary operations kept, 0–1. Default 1. */
  readonly rates?: PerType;
  /** The same for `exporter` and sinks that export. Default: as `rates`. */
  readonly exportRates?: PerType;
  /** An operation at or above it is always kept. Default: http 1, database 1, render 0.25, other never. */
  readonly slowThresholdSeconds?: PerType;
  /** What fails or is slow is kept with what is still held of its trace. Default true. */
  readonly keepsWholeTrace?: boolean;
  /** Rules as METRICS_RULES has them: the first that matches decides. Default none. */
  readonly rules?: string;
  /** Traces kept per second of each route and class of status, beside or, with `rates: 0`, instead of a rate. Default 0, off. */
  readonly target?: number;
  /** All of these, where they may change: asked at every verdict, replaced as a whole. */
  readonly settings?: () => SamplingSettings;
  /** More policies of what must be kept, asked after those for failed and slow. */
  readonly policies?: readonly Policy[];
  /** Any exporter: it gets batches, one at a time, and a queue of 2,048 spans stands before it. */
  readonly exporter?: SpanExporter;
  readonly sinks?: readonly Sink[];
  /** Told of every operation, before any decision. */
  readonly aggregates?: OperationAggregates;
  readonly budget?: StormBudget;
  readonly limits?: Partial<TraceBufferLimits & StormLimits>;
  readonly deferredSpans?: number;
  readonly guard?: Guard;
  readonly clock?: Clock;
}

/**
 * A sampling processor for a TracerProvider of one's own. Its sampler has to record every span (`createAlwaysRecordSampler`): what a sampler drops is
 * seen by no processor. Throws RangeError for a rate, a rule or a target that is none.
 */
export function createSamplingProcessor(options: SamplingProcessorOptions): SamplingSpanProcessor {
  const { guard = new Guard(), clock = systemClock, limits = {} } = options;
  const settings = options.settings ?? fixedSettings(options);
  const { exporter } = options;
  return new SamplingSpanProcessor({
    read: operationReader(guard, clock),
    aggregates: options.aggregates ?? NO_AGGREGATES,
    policies: livePolicies(settings, options.policies ?? [], guard, clock),
    budget: options.budget ?? new StormBudget(limits, clock.monotonicNanos),
    sinks: [...(options.sinks ?? []), ...(exporter === undefined ? [] : [queued(exporter)])],
    guard,
    clock,
    limits,
    deferredSpans: options.deferredSpans ?? 0,
  });
}

function queued(exporter: SpanExporter): Sink {
  const pipeline = exportPipeline(exporter);
  return {
    rates: 'export',
    take: (spans) => pipeline.export(spans, () => {}),
    forceFlush: () => pipeline.forceFlush(),
    shutdown: () => pipeline.shutdown(),
  };
}

function fixedSettings(options: SamplingProcessorOptions): () => SamplingSettings {
  const { rates = 1, exportRates = rates, slowThresholdSeconds = {}, keepsWholeTrace = true } = options;
  const seconds = perType(slowThresholdSeconds, { http: 1, database: 1, render: 0.25, other: Infinity });
  const { rules = 'none', target = 0 } = options;
  if (!(target >= 0 && target < Infinity))
    throw new RangeError(`Expected a target of traces per second, got ${target}`);
  const settings: SamplingSettings = {
    rules: rulesOf(rules),
    target,
    rates: perType(rates, { http: 1, database: 1, render: 1, other: 1 }),
    exportRates: perType(exportRates, { http: 1, database: 1, render: 1, other: 1 }),
    slowThresholdNanos: byType((type) => seconds[type] * 1e9),
    keepsWholeTrace,
  };
  return () => settings;
}

function rulesOf(text: string): SamplingSettings['rules'] {
  try {
    return parseSamplingRules(text);
  } catch (error) {
    throw new RangeError(`Expected other rules: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}

function perType(given: PerType, defaults: Record<OperationType, number>): Record<OperationType, number> {
  if (typeof given !== 'number') return { ...defaults, ...given };
  return byType(() => given);
}
