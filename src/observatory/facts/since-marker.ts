import type { Marker } from '../../../otel/query.ts';
import { comparedRanges, type ComparedRanges, type ComparedTelemetry } from './compared-ranges.ts';
import { DAY_MILLIS, isWorthComparing } from './compared-sides.ts';
import type { ComparedSeries, Difference } from './compared-series.ts';
import { comparison, prepareComparison } from './comparison.ts';
import type { ChosenRange } from './time-range.ts';
import { lengthOf } from './traffic.ts';
import { isLarge, isPerhapsSlower, slowdownMillis, slowerBy } from './uncertain-differences.ts';

/** What happened last that may have changed something, and what Changes says of both its sides. */
export interface SinceMarker extends Omit<ComparedRanges, 'marker'> {
  readonly marker: Marker;
  /** Routes, on both sides. */
  readonly routes: readonly ComparedSeries[];
  /** What fails more or became noticeably slower beyond chance, by that alone; what fails first, the worst first. */
  readonly worse: readonly ComparedSeries[];
  /** Routes that are perhaps much slower: too seldom to tell that from chance among all operations. */
  readonly perhaps: readonly ComparedSeries[];
  /** Routes of which noticeably more requests get a 4xx than before, beyond chance, the most of them first. */
  readonly refusing: readonly ComparedSeries[];
}

/** So much more of a route's requests: visitors differ, too. */
const NOTICEABLE_SHARE = 0.05;

/** A route is slower by that, at least, before it is said on the first page: less is a busier machine; Changes has it. Of the rest, what is large. */
const NOTICEABLE = 1.2;

/** A start of another version, changed settings, or what the app or somebody marked. */
const isChange = ({ kind, versions }: Marker): boolean =>
  versions !== undefined || kind === 'settings' || kind === 'event';

/**
 * The change that Changes compares unasked, a start of another version; else the newest other change in the range. Undefined if nothing happened, or
 * too little on a side.
 */
export function sinceMarker(
  telemetry: ComparedTelemetry,
  range: ChosenRange,
  now: number,
): SinceMarker | undefined {
  const ranges = sidesOfChange(telemetry, range, now);
  if (ranges?.marker === undefined) return undefined;
  const { rows, ...sides } = comparison(telemetry, range, ranges);
  const worse = rows.flatMap((row) => {
    const differs = row.differs.filter((what) => isWorse(row, what));
    return differs.length === 0 ? [] : [{ ...row, differs }];
  });
  const routes = rows.filter(({ type }) => type === 'http');
  return {
    ...sides,
    marker: ranges.marker,
    routes,
    perhaps: routes.filter(isPerhapsSlower),
    refusing: routes
      .filter((row) => row.differs.includes('client errors') && refusedShare(row) >= NOTICEABLE_SHARE)
      .map((row) => ({ ...row, differs: ['client errors'] as const }))
      .toSorted((a, b) => b.after.count * refusedShare(b) - a.after.count * refusedShare(a)),
    worse: worse.toSorted((a, b) => Number(failsMore(b)) - Number(failsMore(a)) || costOf(b) - costOf(a)),
  };
}

/** What `sinceMarker` takes long for, in steps. */
export function prepareSinceMarker(
  telemetry: ComparedTelemetry,
  range: ChosenRange,
  now: number,
): Generator<undefined, void> {
  return prepareComparison(telemetry, range, sidesOfChange(telemetry, range, now));
}

function sidesOfChange(
  telemetry: ComparedTelemetry,
  range: ChosenRange,
  now: number,
): ComparedRanges | undefined {
  const { fromMillis, toMillis } = range;
  const back = Math.min(fromMillis - lengthOf(range), toMillis - DAY_MILLIS);
  const changes = telemetry.markers({ fromMillis: back, toMillis }).filter(isChange);
  if (changes.length === 0) return undefined;
  const unasked = comparedRanges(telemetry, range, {}, now);
  if (unasked.marker !== undefined && isChange(unasked.marker)) return unasked;
  const last = changes.at(-1);
  if (last === undefined || last.versions !== undefined || last.atMillis <= fromMillis) return undefined;
  const asked = comparedRanges(telemetry, range, { at: last.atMillis }, now);
  return isWorthComparing(telemetry, asked) ? asked : undefined;
}

/** True if an operation fails more often than before, beyond chance. */
export function failsMore({ before, after, differs }: ComparedSeries): boolean {
  return differs.includes('failed') && after.errors * before.count > before.errors * after.count;
}

/** What of its requests gets a 4xx, less what did before. */
function refusedShare({ before, after }: ComparedSeries): number {
  return after.clientErrors / after.count - before.clientErrors / before.count;
}

function isWorse(row: ComparedSeries, what: Difference): boolean {
  if (what === 'failed') return failsMore(row);
  const slower = slowerBy(row, [what]);
  if (slower === undefined) return false;
  return row.type === 'http' ? (row[slower]?.alone?.low ?? 0) >= NOTICEABLE : isLarge(row[slower]);
}

/** Failures beyond those expected; of what is slower alone, milliseconds. */
function costOf(row: ComparedSeries): number {
  const { before, after } = row;
  return failsMore(row) ? after.errors - (before.errors * after.count) / before.count : slowdownMillis(row);
}
