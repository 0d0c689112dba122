import type { RuntimeSample, SeriesSummary, Stall, TelemetryQuery } from '../../../otel/query.ts';
import type { MetricsDocument } from '../facts/metrics-document.ts';
import { repeatedOnRoutes } from '../facts/repeated-on-routes.ts';
import { highest } from '../facts/runtime-course.ts';
import { openFilesOf } from '../facts/open-files.ts';
import { failingExport } from '../facts/export-summary.ts';
import { memoryTrend } from './memory-trend.ts';
import type { OverviewSituation } from './overview-sentence.ts';
import type { ChosenRange } from '../facts/time-range.ts';

/** Utilisation from which the event loop counts as saturated. */
const NO_PAUSE = 0.95;

interface Known {
  readonly metrics: MetricsDocument;
  readonly routes: readonly SeriesSummary[];
  readonly statements: readonly SeriesSummary[];
  readonly runtime: readonly RuntimeSample[];
}

/** Gathers the input of the overview's sentence. */
export function situationOf(
  telemetry: TelemetryQuery,
  range: ChosenRange,
  now: number,
  known: Known,
): OverviewSituation {
  const failing = failingExport(telemetry.export());
  const { startedAtMillis, openFilesLimit } = telemetry.process();
  const { storm } = telemetry.sampling();
  const faults = telemetry.faults();
  const [worst] = [...faults].sort((a, b) => b.count - a.count);
  return {
    metrics: known.metrics,
    range: { fromMillis: range.fromMillis, toMillis: range.toMillis, words: range.words },
    now,
    startedAtMillis,
    countedFromMillis: telemetry.countedFromMillis(),
    routes: known.routes,
    statements: known.statements,
    repeated: repeatedOnRoutes(telemetry, range).rows,
    memory: memoryTrend(known.runtime),
    stallMillis: highest(known.runtime, (sample) => sample.eventLoopDelayMaxMillis),
    stall: longestStall(telemetry.stalls(range).rows),
    saturatedMillis: saturatedMillis(known.runtime),
    openFiles: openFilesOf(known.runtime, openFilesLimit),
    faults:
      worst === undefined
        ? undefined
        : { count: faults.reduce((sum, { count }) => sum + count, 0), place: worst.place },
    storm: storm.active ? { probability: storm.probability } : undefined,
    audit: telemetry.audit(),
    exportFailing: failing && {
      endpoint: failing.endpoint,
      sinceMillis: failing.lastSuccessMillis,
    },
  };
}

function saturatedMillis(samples: readonly RuntimeSample[]): number {
  return samples
    .filter((sample) => sample.eventLoopUtilization >= NO_PAUSE)
    .reduce((sum, { fromMillis, atMillis }) => sum + atMillis - fromMillis, 0);
}

function longestStall(stalls: readonly Stall[]): Stall | undefined {
  return stalls.reduce<Stall | undefined>(
    (most, each) => (most === undefined || each.durationMillis > most.durationMillis ? each : most),
    undefined,
  );
}
