import { NO_OWN_CODE } from '../base/own-code.ts';
import { noProfiles } from '../base/no-profiles.ts';
import type { Clock } from '../base/clock.ts';
import { systemClock } from '../base/clock.ts';
import type {
  BufferFacts,
  EffectiveSetting,
  EvictionReason,
  LogStoreFacts,
  OperationSummary,
  OperationType,
  OwnCost,
  SampledSide,
  SamplingFacts,
  TelemetryControl,
  TelemetryQuery,
} from '../query.ts';
import { RequestBook } from '../aggregate/request-book.ts';
import { LIMIT_SETTINGS, limitsOf } from '../settings/limit-settings.ts';
import { readSettings } from '../settings/read-settings.ts';
import { OperationTally } from '../sampling/operation-tally.ts';
import { SamplingAudit } from '../sampling/sampling-audit.ts';
import { processFacts } from '../store/process-facts.ts';
import type { RuntimeReader } from '../store/process-facts.ts';

const NOTHING: OperationSummary = {
  count: 0,
  errors: 0,
  clientErrors: 0,
  aborted: 0,
  slow: 0,
  totalMillis: 0,
  durationMillis: { avg: 0, min: 0, max: 0, p50: 0, p75: 0, p90: 0, p95: 0, p99: 0 },
  kept: 0,
  rate: 0,
};
const OFF = { name: 'METRICS_ENABLED', message: 'telemetry is off, so there is nothing to change' };
const NO_RATES: Readonly<Record<OperationType, number>> = { http: 0, database: 0, render: 0, other: 0 };
const NO_SAMPLE: SampledSide = { traces: [], kept: 0 };
function* noSample(): ReturnType<TelemetryQuery['sampleTraces']> {
  yield;
  return { marked: NO_SAMPLE, rest: NO_SAMPLE };
}
const NO_EVICTED: Readonly<Record<EvictionReason, number>> = { count: 0, bytes: 0, age: 0 };

const NO_COST: OwnCost = {
  isEarly: false,
  nanosPerSpan: 0,
  cpuShare: 0,
  coreShare: 0,
  shares: { making: 0, handling: 0, background: 0, unseen: 0 },
  bytesHeld: 0,
  historyFileBytes: 0,
};

const NO_STALLS: Pick<TelemetryQuery, 'stalls' | 'stallsOfTrace' | 'ownCode'> = {
  stalls: () => ({ watch: { is: 'off' }, thresholdMillis: 0, rows: [], heldSinceMillis: undefined }),
  stallsOfTrace: () => [],
  ownCode: NO_OWN_CODE,
};

const NO_BUFFER: BufferFacts = {
  traces: 0,
  maxTraces: 0,
  bytes: 0,
  maxBytes: 0,
  evicted: NO_EVICTED,
  oldestMillis: undefined,
  ordinary: { evicted: 0, oldestMillis: undefined },
  mustKeep: { evicted: 0, oldestMillis: undefined },
};

const NO_LOGS: LogStoreFacts = {
  state: 'off',
  problem: undefined,
  fileBytes: 0,
  maxBytes: 0,
  days: 0,
  lines: 0,
  oldestMillis: undefined,
  completeSinceMillis: undefined,
  waiting: 0,
  stored: 0,
  removed: { age: 0, bytes: 0 },
  lost: 0,
};

const NONE_TAKEN = {
  ...noProfiles('telemetry is off'),
};

/**
 * The TelemetryQuery with METRICS_ENABLED=false: empty, except for settings and process facts. @param options `thresholdsSeconds`: as configured,
 * though nothing is compared with them; default 0.
 */
export function disabledTelemetry(
  settings: readonly EffectiveSetting[],
  runtime: RuntimeReader,
  options: {
    readonly clock?: Clock;
    readonly thresholdsSeconds?: SamplingFacts['thresholdsSeconds'];
  } = {},
): TelemetryQuery & TelemetryControl {
  const clock = options.clock ?? systemClock;
  const limits = limitsOf(readSettings(limitTexts(settings), {}).values);
  const thresholdsSeconds = options.thresholdsSeconds ?? { database: 0, http: 0, render: 0 };
  return {
    enabled: false,
    refresh: () => Promise.resolve(),
    now: () => clock.now(),
    settings: () => settings,
    liveSettings: () => ({ revision: '', settings: [], changes: [], lasts: false, isSaved: true }),
    limits: () => limits,
    trySettings: () => Promise.resolve({ problems: [OFF] }),
    changeSettings: () => ({ problems: [OFF] }),
    sampling: () => ({
      enabled: false,
      rates: NO_RATES,
      exportRates: NO_RATES,
      thresholdsSeconds,
      rules: new OperationTally().rules(),
      named: [],
      storm: { active: false, probability: 1, cut: 0, examples: 0 },
    }),
    audit: () => new SamplingAudit().facts(),
    coverage: (range) => ({
      ...range,
      stepMillis: 1000,
      countedFromMillis: range.toMillis,
      missing: [],
      coarser: undefined,
    }),
    countedFromMillis: () => runtime.startedAtMillis,
    operations: () => ({ http: NOTHING, database: NOTHING, render: NOTHING, other: NOTHING }),
    timeline: () => [],
    heatMap: () => ({ bandEdgesMillis: [], columns: [] }),
    series: () => [],
    requestLists: () => undefined,
    errorLists: () => undefined,
    notFound: (range) => new RequestBook(() => clock.now()).notFound(range),
    prometheus: () => Promise.resolve({ status: 200, contentType: 'text/plain; charset=utf-8', text: '' }),
    traces: () => ({ rows: [], total: 0, ahead: 0 }),
    trace: (traceId) => ({ traceId: traceId.slice(0, 64).toLowerCase(), reason: 'unknown' }),
    sampleTraces: noSample,
    slow: () => ({ rows: [], total: 0 }),
    failures: () => ({ rows: [], total: 0 }),
    history: () => undefined,
    process: () => processFacts(runtime),
    runtime: () => [],
    memoryFloors: () => [],
    heldRequests: () => 0,
    missingTraces: () => new Map(),
    processes: () => [],
    ...NONE_TAKEN,
    ...NO_STALLS,
    logLines: () => undefined,
    logStore: () => NO_LOGS,
    buffer: () => NO_BUFFER,
    spans: () => new OperationTally().counts(),
    export: () => [],
    business: () => [],
    businessFromMillis: () => runtime.startedAtMillis,
    faults: () => [],
    missingNodeFeatures: () => [],
    ownCost: () => NO_COST,
    markers: () => [],
    downtime: () => ({ rows: [], sinceMillis: runtime.startedAtMillis, precisionMillis: 0 }),
    onChange: () => () => {},
    mark: () => {},
    pin: () => false,
    switchExport: () => {},
    testExport: () => Promise.resolve([]),
    countFrom: () => {},
  };
}

/** Texts of the limits, as they were set. */
function limitTexts(settings: readonly EffectiveSetting[]): Readonly<Record<string, string>> {
  const names = new Set<string>(Object.values(LIMIT_SETTINGS).map(({ name }) => name));
  return Object.fromEntries(
    settings.filter(({ name }) => names.has(name)).map(({ name, value }) => [name, value]),
  );
}
