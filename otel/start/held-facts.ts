import { randomUUID } from 'node:crypto';
import { RedAggregator } from '../aggregate/red-aggregator.ts';
import type { Clock } from '../base/clock.ts';
import type { Guard } from '../base/guard.ts';
import { serviceVersion } from '../base/resource.ts';
import type { TelemetryConfig } from '../config.ts';
import { RuntimeSampler } from '../instrumentation/runtime.ts';
import { CostMeter } from '../base/cost-meter.ts';
import type { LiveSampling } from '../sampling/live-sampling.ts';
import { Shedding } from '../sampling/shedding.ts';
import { BusinessHistory } from '../store/business-history.ts';
import { BusinessMetricReader } from '../store/business-metrics.ts';
import { clockMarker, shedMarker } from '../store/own-markers.ts';
import { LogStore } from '../store/log-store.ts';
import { Markers } from '../store/markers.ts';
import { OwnCodeHistory } from '../store/own-code-history.ts';
import { ProcessRuns } from '../store/process-runs.ts';
import { RuntimeHistory } from '../store/runtime-history.ts';
import { StallHistory } from '../store/stall-history.ts';
import { TraceLogs } from '../store/trace-logs.ts';
import { TraceRing } from '../store/trace-ring.ts';
import { WaitingExports } from '../store/waiting-exports.ts';

/** Everything that telemetry counts and holds in memory. */
export interface HeldFacts {
  readonly aggregates: RedAggregator;
  readonly ring: TraceRing;
  readonly traceLogs: TraceLogs;
  /** Of this service; undefined if nothing says it. */
  readonly version: string | undefined;
  readonly markers: Markers;
  readonly runs: ProcessRuns;
  readonly cost: CostMeter;
  readonly runtime: RuntimeSampler;
  readonly shedding: Shedding;
  readonly samples: RuntimeHistory;
  readonly business: BusinessMetricReader;
  readonly counts: BusinessHistory;
  readonly waiting: WaitingExports;
  readonly stalls: StallHistory;
  readonly ownCode: OwnCodeHistory;
  readonly lines: LogStore;
}

export function createHeldFacts(
  config: TelemetryConfig,
  options: {
    readonly live: LiveSampling;
    readonly guard: Guard;
    readonly clock: Clock;
    readonly log?: (message: string) => void;
  },
): HeldFacts {
  const { live, guard, clock, log = () => {} } = options;
  const cost = new CostMeter(config.spans);
  const markers = new Markers();
  const samples = new RuntimeHistory();
  const { maxTraces, maxTraceBytes: maxBytes } = config;
  const version = serviceVersion(config.resourceAttributes);
  const ring = new TraceRing({ maxTraces, maxBytes, version, now: clock.now });
  const shedding = new Shedding(config.shedDelayMillis, clock, (turned) => markers.add(shedMarker(turned)));
  const runtime = new RuntimeSampler({
    intervalSeconds: config.runtimeIntervalMillis / 1000,
    clock,
    guard,
    runMeasured: (work) => cost.background(work),
    onSample: (sample) => samples.record(sample),
    onListening: () => runs.listens(),
    onDelay: (meanMillis) => shedding.note(meanMillis),
  });
  const runs = new ProcessRuns({
    clock,
    pid: process.pid,
    startedMillis: runtime.startedAtMillis,
    version,
  });
  const processId = randomUUID();
  const counts = new BusinessHistory(clock, runtime.startedAtMillis);
  return {
    version,
    aggregates: new RedAggregator({
      clock,
      rates: () => live.settings().rates,
      processId,
      onClockStep: (step) => markers.add(clockMarker(step)),
    }),
    ring,
    traceLogs: new TraceLogs({ sinceMillis: clock.now(), onLine: (id) => ring.markChanged(id) }),
    markers,
    runs,
    cost,
    runtime,
    shedding,
    samples,
    business: new BusinessMetricReader({
      guard,
      clock,
      runMeasured: (work) => cost.backgroundTurn(work),
      onCounted: (...counted) => counts.add(...counted),
    }),
    counts,
    waiting: new WaitingExports({ processId, maxBytes: config.exportStorageBytes, guard, clock }),
    stalls: new StallHistory(),
    ownCode: new OwnCodeHistory(),
    lines: new LogStore({
      path: config.logFile,
      maxBytes: config.logBytes,
      days: config.logDays,
      guard,
      clock,
      runMeasured: (write) => cost.background(write),
      log,
      process,
      self: { pid: process.pid, startedAtMillis: runtime.startedAtMillis },
    }),
  };
}
