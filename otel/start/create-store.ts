import type { Clock } from '../base/clock.ts';
import type { Guard } from '../base/guard.ts';
import type { Exports } from '../export/exports.ts';
import type { EffectiveSetting, SamplingFacts, StallFacts, TelemetryQuery } from '../query.ts';
import type { AnyProfileSource } from '../base/heap-profile-facts.ts';
import { ownCostOf } from '../base/cost-meter.ts';
import type { SamplingAudit } from '../sampling/sampling-audit.ts';
import type { SamplingSpanProcessor } from '../sampling/sampling-span-processor.ts';
import { processCourses } from '../store/process-courses.ts';
import type { History } from '../store/history.ts';
import type { SamplingControl } from '../store/sampling-control.ts';
import { TelemetryStore } from '../store/telemetry-store.ts';
import type { HeldFacts } from './held-facts.ts';

/** Wires the store: answers pages from everything that is held. */
export function createStore(options: {
  readonly held: HeldFacts;
  readonly guard: Guard;
  readonly clock: Clock;
  readonly processor: SamplingSpanProcessor;
  readonly settings: () => readonly EffectiveSetting[];
  readonly sampling: () => SamplingFacts;
  readonly audit: SamplingAudit;
  readonly samplingControl: SamplingControl;
  readonly exports: Exports;
  readonly prometheus: TelemetryQuery['prometheus'];
  readonly stallWatch: () => Pick<StallFacts, 'watch' | 'thresholdMillis'>;
  /** Span ids of a trace's requests whose samples are not read yet. */
  readonly awaitedOf: (traceId: string) => readonly string[];
  readonly profiling: AnyProfileSource;
  /** The history file, once it is open. */
  readonly history: () => History | undefined;
}): TelemetryStore {
  const { held, processor, audit, history, stallWatch, awaitedOf, ...others } = options;
  const {
    aggregates,
    ring,
    traceLogs,
    markers,
    runs,
    cost,
    runtime,
    samples,
    business,
    counts,
    stalls,
    ownCode,
    lines,
    version,
  } = held;
  return new TelemetryStore({
    ...others,
    version,
    aggregates,
    ring,
    settle: () => processor.settle(),
    spans: () => processor.tally().counts(),
    audit: () => audit.facts(),
    business: (range) => (range === undefined ? business.business() : counts.counts(range)),
    businessFromMillis: () => counts.fromMillis,
    countFrom: (name, source) => business.countFrom(name, source),
    refresh: () => business.refresh(),
    runtime,
    samples: (range, maxPoints) => samples.samples(range, runtime.current(), maxPoints),
    memoryFloors: (range) => samples.floors(range),
    processes: () => processCourses(runs.processes(), samples.floorsByProcess()),
    ownCost: () => ({
      ...ownCostOf(cost.totals(runtime.wakes)),
      bytesHeld:
        ring.facts().bytes +
        aggregates.bytes +
        traceLogs.bytes +
        lines.bytes +
        samples.bytes +
        others.exports.queuedBytes,
      historyFileBytes: history()?.fileBytes ?? 0,
    }),
    markers: () => [...runs.starts(), ...markers.all()].sort((a, b) => a.atMillis - b.atMillis),
    downtime: () => runs.downtime(),
    mark: (label) => markers.mark(label, options.clock.now()),
    wasSeen: (traceId) => processor.seen(traceId),
    logs: traceLogs,
    stalls: (range) => ({ ...stallWatch(), ...stalls.facts(range) }),
    stallsOfTrace: (traceId) => stalls.ofTrace(traceId),
    ownCode: {
      within: (range) => ownCode.facts(range),
      ofTrace: (traceId) => ({ rows: ownCode.ofTrace(traceId), awaited: awaitedOf(traceId) }),
    },
    logLines: (filter) => lines.list(filter),
    logStore: () => lines.facts(),
    archive: () => history(),
  });
}
