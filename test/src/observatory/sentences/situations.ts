import type { SeriesSummary, Stall } from '../../../../otel/query.ts';
import { NO_DATA_FACTS } from '../../../../src/observatory/facts/data-facts.ts';
import {
  metricsDocument,
  type MetricsDocument,
  type OperationDocument,
} from '../../../../src/observatory/facts/metrics-document.ts';
import type { Growth } from '../../../../src/observatory/facts/memory-growth.ts';
import type { MemoryFacts } from '../../../../src/observatory/sentences/memory-sentence.ts';
import type { OverviewSituation } from '../../../../src/observatory/sentences/overview-situation.ts';
import { MeasuredBlog } from '../../../fixtures/measured-blog.ts';
import { NOW } from '../../../fixtures/still-runtime.ts';

export const HOUR = 3_600_000;
const { telemetry } = new MeasuredBlog();
/** Of a process without requests. */
export const EMPTY = metricsDocument(telemetry);
const NO_AUDIT = telemetry.audit();
/** A series of which 2 % more was kept than chance can have done. */
export const DISAGREEING: OverviewSituation['audit'] = {
  ...NO_AUDIT,
  alarms: [
    {
      type: 'http',
      series: 'GET /search',
      over: 'start',
      counted: 100_000,
      adjusted: 102_000,
      due: 102_000,
      deviation: 316,
      z: 6.33,
      bound: 4.6,
      judgement: 'biased',
    },
  ],
};

type Http = Partial<Omit<OperationDocument, 'duration_ms'>> & {
  readonly p95?: number;
  readonly max?: number;
};

/** Those of a good hour, except for what is given. */
export function metrics(http: Http = {}, more: Partial<MetricsDocument> = {}): MetricsDocument {
  const { p95 = 19, max = 80, ...counts } = http;
  const duration_ms = { avg: 5, min: 1, max, p50: 4, p75: 6, p90: 10, p95, p99: 61 };
  const row: OperationDocument = { ...EMPTY.operations.http, count: 32_410, ...counts, duration_ms };
  const database = { ...EMPTY.operations.database, count: 97_000 };
  return { ...EMPTY, operations: { ...EMPTY.operations, http: row, database }, ...more };
}

/** A line that does not rise. */
export const LEVEL = { fromBytes: 60_000_000, toBytes: 60_000_000 };

/** An hour of floors; `more` of the heap's growth. */
export function memoryOf(more: Partial<Growth>, facts: Partial<MemoryFacts> = {}): MemoryFacts {
  return {
    ranMillis: 2 * HOUR,
    floors: 90,
    neededFloors: 16,
    sinceMillis: NOW - HOUR,
    overMillis: HOUR,
    heapBytes: 60_000_000,
    heapLimitBytes: 4_000_000_000,
    heap: {
      isGrowing: false,
      mayGrow: false,
      bytesPerHour: -100_000,
      plusMinus: 400_000,
      line: LEVEL,
      ...more,
    },
    rss: { isGrowing: false, mayGrow: false, bytesPerHour: 0, plusMinus: 1_000_000, line: LEVEL },
    early: undefined,
    ...facts,
  };
}
const STEADY_MEMORY = memoryOf({});
export const GROWING_MEMORY = memoryOf({ isGrowing: true, bytesPerHour: 12_000_000, plusMinus: 2_000_000 });

/** A good hour, except for what is given. */
export function situation(more: Partial<OverviewSituation> = {}): OverviewSituation {
  return {
    metrics: metrics(),
    limits: telemetry.limits(),
    data: NO_DATA_FACTS,
    botsNotFound: 0,
    crashes: [],
    downMillis: 0,
    downWithinMillis: 0,
    crashedMillis: 0,
    crashedBefore: undefined,
    clockSteps: [],
    missingShare: 0,
    exported: undefined,
    range: { fromMillis: NOW - HOUR, toMillis: NOW + 1, words: 'in the last hour' },
    now: NOW,
    startedAtMillis: NOW - 26 * HOUR,
    countedFromMillis: NOW - 26 * HOUR,
    routes: [],
    since: undefined,
    recent: [],
    statements: [],
    repeated: [],
    memory: STEADY_MEMORY,
    leakBefore: undefined,
    memorySince: undefined,
    stallMillis: 12,
    blocked: undefined,
    saturatedMillis: 0,
    openFiles: undefined,
    exportFailing: undefined,
    storm: undefined,
    audit: NO_AUDIT,
    faults: undefined,
    ...more,
  };
}

/** A stall of so many milliseconds. */
export const stallOf = (durationMillis: number): Stall => ({
  atMillis: NOW - HOUR / 2,
  durationMillis,
  processStartedAtMillis: NOW - 26 * HOUR,
  place: { name: 'spin', location: 'src/search/marks.ts:88', origin: 'app' },
  placeShare: 0.9,
  sampledShare: 1,
  callers: [],
  holder: { traceId: 'a', spanId: 'b', type: 'database', series: 'SELECT posts_fts', route: 'GET /search' },
  delayed: [],
  delayedCount: 3,
});

export function series(
  type: 'http' | 'database',
  name: string,
  more: Partial<SeriesSummary> = {},
  p50 = 1,
  p99 = 2,
): SeriesSummary {
  const durationMillis = { avg: p50, min: 0, max: p99, p50, p75: p99, p90: p99, p95: p99, p99 };
  return {
    type,
    name,
    count: 100,
    errors: 0,
    clientErrors: 0,
    aborted: 0,
    slow: 0,
    totalMillis: 100,
    durationMillis,
    kept: 0,
    rate: 1,
    ...more,
  };
}
