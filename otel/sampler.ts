import type { SpanExporter } from '@opentelemetry/sdk-trace';
import { type Clock, systemClock } from './base/clock.ts';
import { Guard } from './base/guard.ts';
import { byType, type OperationType } from './base/operation-types.ts';
import { exportPipeline } from './export/span-pipelines.ts';
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

/** The sampling processor alone, for a TracerProvider of your own, and what policies are built from. Importing this file starts nothing. */
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

/** One value for all types, or values for some of them; the others keep their defaults. */
type PerType = number | Partial<Readonly<Record<OperationType, number>>>;

export interface SamplingProcessorOptions {
  /** Share of ordinary operations to keep, 0–1. Default 1. */
  readonly rates?: PerType;
  /** The same for `exporter` and exporting sinks. Default: `rates`. */
  readonly exportRates?: PerType;
  /** An operation that takes this long or longer is always kept. Default: http 1, database 1, render 0.25, other never. */
  readonly slowThresholdSeconds?: PerType;
  /** Keeps the buffered rest of a trace in which something failed or was slow. Default true. */
  readonly keepsWholeTrace?: boolean;
  /** Rules in the syntax of METRICS_RULES; the first match decides. Default none. */
  readonly rules?: string;
  /** Traces to keep per second of each route and status class, in addition to the rates or, with `rates: 0`, instead of them. Default 0, off. */
  readonly target?: number;
  /** Replaces all of the above where settings may change: called at every verdict, replaced as a whole. */
  readonly settings?: () => SamplingSettings;
  /** Additional must-keep policies, asked after those for failed and slow operations. */
  readonly policies?: readonly Policy[];
  /** Any exporter; it receives one batch at a time from a queue of 2,048 spans. */
  readonly exporter?: SpanExporter;
  readonly sinks?: readonly Sink[];
  /** Records every operation before any decision. */
  readonly aggregates?: OperationAggregates;
  readonly budget?: StormBudget;
  readonly limits?: Partial<TraceBufferLimits & StormLimits>;
  readonly deferredSpans?: number;
  readonly guard?: Guard;
  readonly clock?: Clock;
}

/**
 * Creates a sampling processor for a TracerProvider of your own. The provider's sampler must record every span (`createAlwaysRecordSampler`): no
 * processor sees what a sampler drops. Throws RangeError for an invalid rate, rule or target.
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
    throw new RangeError(
      `Expected valid sampling rules: ${error instanceof Error ? error.message : String(error)}`,
      {
        cause: error,
      },
    );
  }
}

function perType(given: PerType, defaults: Record<OperationType, number>): Record<OperationType, number> {
  if (typeof given !== 'number') return { ...defaults, ...given };
  return byType(() => given);
}
