/** The sampling processor alone, for a TracerProvider of one's own, and what policies are made of. Importing this file starts nothing. */
export type { KeepReason, OperationType } from './base/operation-types.ts';
export {
  type Bits56,
  KEEP_ALL,
  probabilityOf,
  REJECT_ALL,
  thresholdOf,
} from './sampling/consistent-threshold.ts';
export {
  createSamplingProcessor,
  type SamplingProcessorOptions,
} from './sampling/create-sampling-processor.ts';
export { exporterSink } from './sampling/exporter-sink.ts';
export type { OperationAggregates, Sink } from './sampling/outcomes.ts';
export type { Policy, TraceView } from './sampling/policy.ts';
export type { SamplingSpanProcessor } from './sampling/sampling-span-processor.ts';
export type { KeptSpan, TraceFacts } from './spans/kept-span.ts';
export type { EndedSpan, Operation } from './spans/operation.ts';
