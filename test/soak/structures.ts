import { OPERATION_TYPES } from '../../otel/query.ts';
import { DEFAULT_BUFFER_LIMITS as LIMITS } from '../../otel/sampling/sampling-limits.ts';
import { DEFAULT_STORM_LIMITS } from '../../otel/sampling/policies/storm-limits.ts';
import type { SoakPipeline } from './soak-pipeline.ts';

/** Something that could grow, and what it may grow to. */
export interface Structure {
  readonly name: string;
  readonly size: number;
  readonly max: number;
}

const MAX_AGGREGATE_BYTES = 6 * 2 ** 20;
/** 500 of each type and the row of the rest. */
const MAX_SERIES = OPERATION_TYPES.length * 501;
const MAX_QUEUED_SPANS = 2048 + 512;

/** Every bounded structure of the pipeline with its cap. */
export function measureStructures({
  processor,
  ring,
  aggregates,
  pipeline,
  budget,
}: SoakPipeline): readonly Structure[] {
  const held = processor.held();
  const buffer = ring.facts();
  const series = OPERATION_TYPES.flatMap((type) => aggregates.series(type)).length;
  return [
    { name: 'waiting traces', size: held.traces, max: LIMITS.maxTraces },
    { name: 'waiting spans', size: held.pendingSpans, max: LIMITS.maxPendingSpans },
    { name: 'waiting bytes', size: held.pendingBytes, max: LIMITS.maxPendingBytes },
    { name: 'open verdicts', size: held.openVerdicts, max: LIMITS.maxOpenVerdicts },
    { name: 'verdicts', size: held.verdicts, max: LIMITS.maxVerdicts },
    { name: 'dropped traces', size: held.droppedTraces, max: LIMITS.maxDroppedTraces },
    { name: 'owed ancestors', size: held.owedAncestors, max: LIMITS.maxOwedAncestors },
    {
      name: 'storm examples',
      size: budget.exampleKinds,
      max: DEFAULT_STORM_LIMITS.maxStormExamplesPerMinute,
    },
    { name: 'kept traces', size: buffer.traces, max: buffer.maxTraces },
    { name: 'kept bytes', size: buffer.bytes, max: buffer.maxBytes },
    { name: 'series', size: series, max: MAX_SERIES },
    { name: 'aggregate bytes', size: aggregates.bytes, max: MAX_AGGREGATE_BYTES },
    { name: 'queued for export', size: pipeline.facts().queued, max: MAX_QUEUED_SPANS },
  ];
}
