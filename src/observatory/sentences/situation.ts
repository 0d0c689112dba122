import type {
  ExportFacts,
  Marker,
  RuntimeSample,
  SeriesSummary,
  TelemetryQuery,
} from '../../../otel/query.ts';
import { longestTurn } from '../facts/blocked-turns.ts';
import type { DataFacts } from '../facts/data-facts.ts';
import type { MetricsDocument } from '../facts/metrics-document.ts';
import { isUnasked, partWithin, sumDowntimes } from '../facts/downtimes.ts';
import { notFoundIn } from '../facts/not-found-counts.ts';
import { prepareRepeatedOnRoutes, repeatedOnRoutes } from '../facts/repeated-on-routes.ts';
import { recentFailures } from '../facts/recent-failures.ts';
import { prepareSinceMarker, sinceMarker } from '../facts/since-marker.ts';
import { highest } from '../facts/runtime-course.ts';
import { memoryGrowth } from '../facts/memory-growth.ts';
import { memorySince } from '../facts/memory-since.ts';
import { memoriesNow } from '../facts/process-memory.ts';
import { versionGrowth } from '../facts/version-growth.ts';
import { versionRuns } from '../facts/version-runs.ts';
import { leakBeforeWords } from './earlier-memory-sentence.ts';
import { topTotal } from '../facts/top-lines.ts';
import { openFilesOf } from '../facts/open-files.ts';
import { failingExport } from '../facts/export-summary.ts';
import type { MemoryFacts } from './memory-sentence.ts';
import type { OverviewSituation } from './overview-situation.ts';
import type { ChosenRange } from '../facts/time-range.ts';

/** Utilisation from which the event loop counts as saturated. */
const NO_PAUSE = 0.95;

/** An end before the range is said for so long. */
const BEFORE_MILLIS = 86_400_000;

/** Ends of a process that nobody asked for. */
const UNEXPECTED: ReadonlySet<NonNullable<Marker['before']>['ended']> = new Set([
  'crashed',
  'killed',
  'machine restarted',
  'not stopped',
]);

interface Known {
  readonly metrics: MetricsDocument;
  readonly routes: readonly SeriesSummary[];
  readonly statements: readonly SeriesSummary[];
  readonly runtime: readonly RuntimeSample[];
  readonly data: DataFacts;
}

/** What `situationOf` takes long for, in steps. */
export function* prepareSituation(
  telemetry: TelemetryQuery,
  range: ChosenRange,
  now: number,
): Generator<undefined, void> {
  yield* prepareSinceMarker(telemetry, range, now);
  yield* prepareRepeatedOnRoutes(telemetry, range);
}

/** Gathers the input of the overview's sentence. */
export function situationOf(
  telemetry: TelemetryQuery,
  range: ChosenRange,
  now: number,
  known: Known,
): OverviewSituation {
  const exports = telemetry.export();
  const failing = failingExport(exports);
  const { startedAtMillis, openFilesLimit, heapLimitBytes, version } = telemetry.process();
  const { storm } = telemetry.sampling();
  const faults = telemetry.faults();
  const growth = memoryGrowth(telemetry.memoryFloors(range));
  const [worst] = [...faults].sort((a, b) => b.count - a.count);
  const markers = telemetry.markers(range);
  const limits = telemetry.limits();
  const down = sumDowntimes(telemetry.downtime(), range);
  return {
    metrics: known.metrics,
    limits,
    data: known.data,
    range: { fromMillis: range.fromMillis, toMillis: range.toMillis, words: range.words },
    now,
    startedAtMillis,
    countedFromMillis: telemetry.countedFromMillis(),
    routes: known.routes,
    since: sinceMarker(telemetry, range, now),
    recent: recentFailures(telemetry, range, known.routes, limits.minCount),
    statements: known.statements,
    repeated: repeatedOnRoutes(telemetry, range).rows,
    ...memoryOf(telemetry, range, now, { ...growth, heapLimitBytes, ...(range.moving && { version }) }),
    stallMillis: highest(known.runtime, (sample) => sample.eventLoopDelayMaxMillis),
    blocked: longestTurn(telemetry.stalls(range).rows),
    saturatedMillis: saturatedMillis(known.runtime),
    openFiles: openFilesOf(known.runtime, openFilesLimit),
    botsNotFound: botsNotFound(telemetry, known.routes, range),
    downMillis: down.totalMillis,
    downLeastMillis: down.leastMillis,
    downTimes: down.rows.length,
    downWithinMillis: down.withinMillis,
    crashedMillis: down.rows
      .filter(({ ended }) => UNEXPECTED.has(ended))
      .reduce((longest, row) => Math.max(longest, partWithin(row, down.known)), 0),
    crashedBefore: down.earlier.find(
      (row) => isUnasked(row) && row.toMillis >= range.fromMillis - BEFORE_MILLIS,
    ),
    crashes: markers.filter(({ before }) => before !== undefined && UNEXPECTED.has(before.ended)),
    clockSteps: markers.filter(({ kind }) => kind === 'clock'),
    missingShare: missingShare(range),
    faults:
      worst === undefined
        ? undefined
        : { count: faults.reduce((sum, { count }) => sum + count, 0), place: worst.place },
    storm: storm.active ? { probability: storm.probability } : undefined,
    audit: telemetry.audit(),
    exportFailing: failing && {
      endpoint: failing.endpoint,
      sinceMillis: failing.lastSuccessMillis,
      failingSinceMillis: failing.failingSinceMillis ?? now,
    },
    exported: exportedOf(exports),
  };
}

/** Of the requests for addresses that do not exist, the share of bots is known by whole hours. */
function botsNotFound(
  telemetry: TelemetryQuery,
  routes: readonly SeriesSummary[],
  range: ChosenRange,
): number {
  const notFound = notFoundIn(routes);
  if (notFound === 0) return 0;
  const { count, bots, scanners } = telemetry.notFound(range);
  const programs = topTotal(bots) + topTotal(scanners);
  return count === 0 ? 0 : Math.round((notFound * programs) / count);
}

/** What earlier processes say is known for now alone. */
function memoryOf(
  telemetry: TelemetryQuery,
  { moving }: ChosenRange,
  now: number,
  growth: MemoryFacts,
): Pick<OverviewSituation, 'memory' | 'leakBefore' | 'memorySince'> {
  if (!moving) return { memory: growth, leakBefore: undefined, memorySince: undefined };
  const { startedAtMillis, current } = telemetry.process();
  const memories = memoriesNow(telemetry, growth);
  const known = versionGrowth(memories, startedAtMillis);
  const usedBytes = growth.heapBytes ?? growth.early?.usedBytes ?? current.heapUsedBytes;
  return {
    memory: known === undefined ? growth : { ...growth, ofVersion: { ...known, usedBytes } },
    leakBefore: growth.heap === undefined ? leakBeforeWords(memories, startedAtMillis, now) : undefined,
    memorySince: memorySince(memories, versionRuns(telemetry)),
  };
}

function missingShare({ coverage, fromMillis, toMillis }: ChosenRange): number {
  const missing = (coverage?.missing ?? []).reduce(
    (sum, gap) => sum + Math.max(0, Math.min(gap.toMillis, toMillis) - Math.max(gap.fromMillis, fromMillis)),
    0,
  );
  return Math.min(1, missing / (toMillis - fromMillis));
}

function exportedOf(exports: readonly ExportFacts[]): OverviewSituation['exported'] {
  const on = exports.filter(({ isOn }) => isOn);
  if (on.length === 0) return undefined;
  const lost = on.reduce(
    (sum, { rejected, failed, dropped, droppedBy, stored }) =>
      sum + rejected + failed + dropped - droppedBy.off + (stored?.dropped ?? 0),
    0,
  );
  return { lost, all: lost + on.reduce((sum, { sent }) => sum + sent, 0) };
}

function saturatedMillis(samples: readonly RuntimeSample[]): number {
  return samples
    .filter((sample) => sample.eventLoopUtilization >= NO_PAUSE)
    .reduce((sum, { fromMillis, atMillis }) => sum + atMillis - fromMillis, 0);
}
