import { NO_OWN_CODE } from '../../../otel/base/own-code.ts';
import { noProfiles } from '../../../otel/base/no-profiles.ts';
import { RequestBook } from '../../../otel/aggregate/request-book.ts';
import { exportFacts } from '../../fixtures/export-facts.ts';
import { SamplingAudit } from '../../../otel/sampling/sampling-audit.ts';
import { LogStore } from '../../../otel/store/log-store.ts';
import { OperationTally } from '../../../otel/sampling/operation-tally.ts';
import type { Clock } from '../../../otel/base/clock.ts';
import { Guard } from '../../../otel/base/guard.ts';
import type { OperationSummary, RuntimeSample } from '../../../otel/query.ts';
import type { AggregateReader } from '../../../otel/store/aggregate-reader.ts';
import type { RuntimeReader } from '../../../otel/store/process-facts.ts';
import { limitsOf } from '../../../otel/settings/limit-settings.ts';
import { readSettings } from '../../../otel/settings/read-settings.ts';
import { TelemetryStore } from '../../../otel/store/telemetry-store.ts';
import type { TelemetryStoreOptions } from '../../../otel/store/telemetry-store.ts';
import { TraceRing } from '../../../otel/store/trace-ring.ts';
import { START_MILLIS } from './kept-span-fixture.ts';

export const SAMPLE: RuntimeSample = {
  fromMillis: START_MILLIS - 30_000,
  atMillis: START_MILLIS,
  processStartedAtMillis: START_MILLIS - 60_000,
  rssBytes: 100,
  rssMaxBytes: 400,
  heapUsedBytes: 50,
  heapTotalBytes: 80,
  externalBytes: 5,
  cpuUtilization: 0.1,
  eventLoopDelayP50Millis: 1,
  eventLoopDelayP99Millis: 5,
  eventLoopDelayMaxMillis: 6,
  eventLoopUtilization: 0.2,
  gcPauseMillis: 1,
  gcPauseMaxMillis: 1,
  gcCount: 2,
  activeHandles: 3,
  openFiles: 20,
  openFilesMax: 21,
  heapFloorBytes: 900_000,
  rssFloorBytes: 90_000_000,
  ranMillis: NaN,
};

export const fakeRuntime: RuntimeReader = {
  startedAtMillis: SAMPLE.processStartedAtMillis,
  current: () => SAMPLE,
  problem: undefined,
  highWaterRssBytes: 400,
  openFilesLimit: 1024,
};

const SUMMARY: OperationSummary = {
  count: 3,
  errors: 1,
  clientErrors: 0,
  aborted: 0,
  slow: 0,
  totalMillis: 30,
  durationMillis: { avg: 10, min: 5, max: 20, p50: 10, p75: 20, p90: 20, p95: 20, p99: 20 },
  kept: 2,
  rate: 1,
};

export const fakeAggregates: AggregateReader = {
  operations: () => ({ http: SUMMARY, database: SUMMARY, render: SUMMARY, other: SUMMARY }),
  timeline: (_type, range) => [
    { ...SUMMARY, startMillis: range.fromMillis, widthMillis: 1000, partial: false },
  ],
  heatMap: () => ({ bandEdgesMillis: [1, 2], columns: [] }),
  series: (type) => [{ ...SUMMARY, type, name: 'GET /:slug' }],
  requestLists: () => undefined,
  errorLists: () => undefined,
  notFound: (range) => new RequestBook(() => START_MILLIS).notFound(range),
  countedFromMillis: START_MILLIS,
  coverage: (range) => ({
    ...range,
    stepMillis: 1000,
    countedFromMillis: START_MILLIS,
    missing: [],
    coarser: undefined,
  }),
  percentileOf: (_type, series, durationMillis) =>
    series === 'GET /:slug' ? Math.min(1, durationMillis / 100) : undefined,
};

export function fakeClock(): Clock & { millis: number } {
  return {
    millis: START_MILLIS,
    now() {
      return this.millis;
    },
    monotonicNanos() {
      return this.millis * 1e6;
    },
  };
}

export function storeWith(options: Partial<TelemetryStoreOptions> = {}): {
  store: TelemetryStore;
  ring: TraceRing;
  guard: Guard;
  clock: ReturnType<typeof fakeClock>;
} {
  const clock = fakeClock();
  const guard = new Guard();
  const ring = options.ring ?? new TraceRing({ maxTraces: 20, maxBytes: 1_000_000, now: () => clock.now() });
  const store = new TelemetryStore({
    aggregates: fakeAggregates,
    ring,
    stalls: () => ({ watch: { is: 'off' }, thresholdMillis: 0, rows: [], heldSinceMillis: undefined }),
    stallsOfTrace: () => [],
    ownCode: NO_OWN_CODE,
    logLines: () => undefined,
    logStore: () =>
      new LogStore({ path: undefined, maxBytes: 0, days: 0, guard, clock, log: () => {} }).facts(),
    downtime: () => ({ rows: [], sinceMillis: START_MILLIS, precisionMillis: 0 }),
    prometheus: () => Promise.resolve({ status: 200, contentType: 'text/plain', text: '' }),
    spans: () => ({
      started: 9,
      live: 1,
      kept: { ...new OperationTally().counts().kept, error: 1, probability: 4, ancestor: 1 },
      dropped: { ...new OperationTally().counts().dropped, probability: 2 },
    }),
    sampling: () => ({
      enabled: true,
      rates: { http: 1, database: 0.5, render: 1, other: 1 },
      exportRates: { http: 1, database: 1, render: 1, other: 1 },
      thresholdsSeconds: { http: 1, database: 1, render: 0.25 },
      rules: new OperationTally().rules(),
      named: [],
      storm: { active: false, probability: 1, cut: 0, examples: 0 },
    }),
    audit: () => new SamplingAudit().facts(),
    samplingControl: {
      limits: () => limitsOf(readSettings({}, {}).values),
      facts: () => ({ revision: '', settings: [], changes: [], lasts: false, isSaved: true }),
      trySettings: () => Promise.resolve({ problems: [] }),
      changeSettings: () => ({ problems: [] }),
    },
    settings: () => [{ name: 'METRICS_ENABLED', value: 'true', source: 'default', meaning: 'on or off' }],
    exports: {
      facts: () => [exportFacts({ sent: 5, failed: 1, lastSuccessMillis: START_MILLIS })],
      switch: () => {},
      test: () => Promise.resolve([]),
    },
    business: () => [{ name: 'posts.created', attributes: {}, value: 1 }],
    runtime: fakeRuntime,
    samples: () => [SAMPLE],
    memoryFloors: () => [],
    processes: () => [],
    profiling: noProfiles('none in tests'),
    guard,
    ownCost: () => ({
      isEarly: false,
      nanosPerSpan: 100,
      cpuShare: 0.01,
      coreShare: 0.001,
      shares: { making: 0.003, handling: 0.002, background: 0.001, unseen: 0.004 },
      bytesHeld: 1000,
      historyFileBytes: 0,
    }),
    markers: () => [{ atMillis: START_MILLIS, kind: 'start', label: 'started' }],
    clock,
    ...options,
  });
  return { store, ring, guard, clock };
}
