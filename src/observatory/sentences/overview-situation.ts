import type { AuditFacts, Downtime, Limits, Marker, SeriesSummary, TimeRange } from '../../../otel/query.ts';
import { type BlockedTurn, longestBlock, type LongestBlock } from '../facts/blocked-turns.ts';
import type { DataFacts } from '../facts/data-facts.ts';
import type { MemorySince } from '../facts/memory-since.ts';
import type { MetricsDocument } from '../facts/metrics-document.ts';
import type { OpenFiles } from '../facts/open-files.ts';
import type { RecentFailure } from '../facts/recent-failures.ts';
import type { SinceMarker } from '../facts/since-marker.ts';
import type { RepeatedOnRoute } from '../facts/repeated-on-routes.ts';
import type { MemoryFacts } from './memory-sentence.ts';

/** The input of the overview's sentence and of its checks. */
export interface OverviewSituation {
  readonly metrics: MetricsDocument;
  /** What counts as fine. */
  readonly limits: Limits;
  readonly range: TimeRange & { readonly words: string };
  readonly now: number;
  readonly startedAtMillis: number;
  /** Earlier than the start if the numbers include counts of previous processes. */
  readonly countedFromMillis: number;
  readonly routes: readonly SeriesSummary[];
  /** Since a new version or another change; undefined without one. */
  readonly since: SinceMarker | undefined;
  /** Routes that began to fail, whatever happened. */
  readonly recent: readonly RecentFailure[];
  readonly statements: readonly SeriesSummary[];
  readonly repeated: readonly Omit<RepeatedOnRoute, 'ofTraces' | 'fewest' | 'most'>[];
  /** Of the last process of the range. */
  readonly memory: MemoryFacts;
  /** In words: while that cannot be judged, that memory grew in the one before; undefined otherwise. */
  readonly leakBefore: string | undefined;
  /** Memory grows since a version, and did not before; undefined if that is not known. */
  readonly memorySince: MemorySince | undefined;
  /** The longest event-loop delay in the range; NaN without samples. */
  readonly stallMillis: number;
  /** The longest turn of the loop with recorded stalls in the range. */
  readonly blocked: BlockedTurn | undefined;
  /** How long the event loop was saturated in the range. */
  readonly saturatedMillis: number;
  /** Set if file descriptors nearly ran out. */
  readonly openFiles: OpenFiles | undefined;
  /** Requests for addresses that do not exist, by bots: an estimate from those of whole hours. */
  readonly botsNotFound: number;
  /** Starts in the range after a process that was not stopped. */
  readonly crashes: readonly Marker[];
  /** How long no process ran, as far as known: of times that lie partly in the range, all. */
  readonly downMillis: number;
  /** The same if each began as late as it may have. */
  readonly downLeastMillis?: number;
  /** How often. */
  readonly downTimes?: number;
  /** The part of it in the range. */
  readonly downWithinMillis: number;
  /** The longest of these times after a process that was not stopped; 0 if there is none. */
  readonly crashedMillis: number;
  /** The last such end in the day before the range; undefined if there was none. */
  readonly crashedBefore: Downtime | undefined;
  /** Steps of the system clock in the range. */
  readonly clockSteps: readonly Marker[];
  /** Share of the range whose counts are lost, 0–1. */
  readonly missingShare: number;
  readonly data: DataFacts;
  /** Faults caught inside telemetry since the start; counts may be too low by them. */
  readonly faults: { readonly count: number; readonly place: string } | undefined;
  /** Set while more fails or is slow than can be kept; the share that is kept, 0–1. */
  readonly storm: { readonly probability: number } | undefined;
  /** The sampling audit. */
  readonly audit: AuditFacts;
  /** Set if the last export failed. */
  readonly exportFailing:
    | {
        readonly endpoint: string;
        /** The last success; undefined: never. */
        readonly sinceMillis: number | undefined;
        readonly failingSinceMillis: number;
      }
    | undefined;
  /** Items of all exporters since the start; undefined if nothing is exported. */
  readonly exported: { readonly lost: number; readonly all: number } | undefined;
}

/** The longest time that the event loop was blocked in the range. */
export function blockOf({ stallMillis, blocked }: OverviewSituation): LongestBlock<BlockedTurn> {
  return longestBlock(stallMillis, blocked);
}
