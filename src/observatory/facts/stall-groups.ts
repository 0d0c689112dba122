import type { Stall, StallHolder } from '../../../otel/query.ts';
import {
  functionName,
  isCovered,
  isHolderKnown,
  isOfStart,
  sinceStartMillis,
  stallPlace,
  wasRun,
} from './stall-place.ts';
import { type Waiting, whoWaited } from './stall-waits.ts';
import { isOwnView, isTelemetry, type Untraced, untracedPathsOf } from './untraced-work.ts';

/** Stalls that one place caused. */
export interface StallGroup extends Untraced {
  /** `spin in src/posts/store.ts:12`, or why there is no name. */
  readonly place: string;
  readonly functionName: string | undefined;
  readonly location: string | undefined;
  /** The line that the longest stall was in most; undefined if it is not known. */
  readonly line: number | undefined;
  /** The statement, template or route of the newest stall whose span is known. */
  readonly operation: Pick<StallHolder, 'type' | 'series' | 'name'> | undefined;
  readonly route: string | undefined;
  /** Nothing was sampled, as the process had just begun: without an operation, the cause is not known. */
  readonly isOfStart: boolean;
  /** From the start of the process to the begin of the longest. */
  readonly sinceStartMillis: number;
  /** True if it is known what held the loop: by samples, or by a statement or render that took most of the time. */
  readonly isKnown: boolean;
  /** In so many of them the system ran other programs for most of the time: what held the loop is known by its span. */
  readonly partlyRun: number;
  /** Share of the samples that were in the place, 0–1, over all of the time. */
  readonly placeShare: number;
  /** Requests that ran one after the other in the longest such stall, none of them for most of it; undefined if there is none. */
  readonly heldBy: number | undefined;
  /** Requests that were going on and are not blamed, as it is not known what ran: of which routes, in how many stalls, most first. */
  readonly during: readonly { readonly route: string; readonly count: number }[];
  readonly count: number;
  readonly worstMillis: number;
  readonly totalMillis: number;
  /** Different requests that had to wait: `requests` of `waiting`. */
  readonly delayed: number;
  readonly waiting: Waiting;
  readonly lastMillis: number;
  /** Set if it stands for all pages of the observatory: of how many groups it is the sum. */
  readonly places?: number;
}

/** One group per function, or per statement that took most of it; the most time first. */
export function stallGroups(stalls: readonly Stall[]): readonly StallGroup[] {
  return [...byCause(stalls).values()].map(groupOf).sort((a, b) => b.totalMillis - a.totalMillis);
}

function byCause(stalls: readonly Stall[]): ReadonlyMap<string, readonly Stall[]> {
  const groups = Map.groupBy(stalls, keyOf);
  // A statement without a sample belongs to the only function that is known to have run it.
  for (const [key, alike] of groups) {
    const [stall] = alike;
    if (stall === undefined || stall.place !== undefined || isOfStart(stall) || !isCovered(stall)) continue;
    const named = [...groups].filter(([, [other]]) => other?.place !== undefined && isSameWork(other, stall));
    const [only] = named;
    if (only === undefined || named.length > 1) continue;
    groups.set(only[0], [...only[1], ...alike]);
    groups.delete(key);
  }
  return groups;
}

function isSameWork(a: Stall, b: Stall): boolean {
  return a.holder?.series === b.holder?.series && a.holder?.route === b.holder?.route && isHolderKnown(a);
}

function keyOf(stall: Stall): string {
  const place = stallPlace(stall);
  if (stall.place !== undefined) return place;
  const { holder } = stall;
  if (isCovered(stall)) return `${place} ${holder?.series} ${isOfStart(stall) ? '' : holder?.route}`;
  // Of pages that are not traced, each is a row: nothing else says what they were.
  return `${place} ${isOfStart(stall) ? '' : (untracedPathsOf(stall)[0] ?? '')}`;
}

function isOfOwnViews(stalls: readonly Stall[]): boolean {
  return isTold(stalls) && stalls.every(isOwnView);
}

/** Of a page that is not traced, that it was going on is told without a sample, too. */
function isTold(stalls: readonly Stall[]): boolean {
  return stalls.some((stall) => stall.place === undefined || isHolderKnown(stall));
}

function groupOf(stalls: readonly Stall[]): StallGroup {
  const longest = longestOf(stalls);
  const sampled = stalls.filter(({ place }) => place !== undefined);
  const first = sampled[0] ?? longest;
  const isKnown = isHolderKnown(first);
  const blamed = isKnown ? stalls.find(({ holder }) => holder !== undefined)?.holder : undefined;
  const many = stalls.flatMap(({ heldBy = [] }) => heldBy);
  const waiting = whoWaited(stalls);
  return {
    place: stallPlace(first),
    functionName: isKnown ? functionName(first) : undefined,
    location: isKnown ? first.place?.location : undefined,
    line: isKnown && sampled.length > 0 ? longestOf(sampled).place?.line : undefined,
    operation: blamed,
    route: blamed?.route,
    isKnown,
    isOfStart: isOfStart(first),
    sinceStartMillis: sinceStartMillis(longest),
    isOwnView: isOfOwnViews(stalls),
    isTelemetry: isKnown && stalls.every(isTelemetry),
    untracedPaths: isTold(stalls) ? [...new Set(stalls.flatMap(untracedPathsOf))] : [],
    partlyRun: isKnown ? sampled.filter((stall) => !wasRun(stall)).length : 0,
    placeShare:
      sumOf(sampled, ({ placeShare, durationMillis }) => placeShare * durationMillis) /
      Math.max(1e-9, sumOf(sampled, lengthOf)),
    heldBy: many.length === 0 ? undefined : Math.max(...many),
    during: isKnown ? [] : duringOf(stalls),
    count: stalls.length,
    worstMillis: longest.durationMillis,
    totalMillis: sumOf(stalls, lengthOf),
    delayed: waiting.requests,
    waiting,
    lastMillis: Math.max(...stalls.map(({ atMillis }) => atMillis)),
  };
}

const lengthOf = ({ durationMillis }: Stall): number => durationMillis;

/** @param stalls At least one. */
function longestOf(stalls: readonly Stall[]): Stall {
  return stalls.reduce((longest, each) => (lengthOf(each) > lengthOf(longest) ? each : longest));
}

function sumOf<T>(all: readonly T[], of: (each: T) => number): number {
  return all.reduce((sum, each) => sum + of(each), 0);
}

function duringOf(stalls: readonly Stall[]): StallGroup['during'] {
  const counts = new Map<string, number>();
  for (const { holder } of stalls)
    if (holder?.route !== undefined) counts.set(holder.route, (counts.get(holder.route) ?? 0) + 1);
  return [...counts].map(([route, count]) => ({ route, count })).sort((a, b) => b.count - a.count);
}

/** Those of the observatory's own pages together; a single one keeps its name. Undefined if there are none. */
export function ownGroup(stalls: readonly Stall[]): StallGroup | undefined {
  const own = [...byCause(stalls).values()].filter(isOfOwnViews);
  const [first, ...others] = own;
  if (first === undefined) return undefined;
  if (others.length === 0) return groupOf(first);
  const all = own.flat();
  return {
    ...groupOf(all),
    place: OWN_VIEWS,
    functionName: undefined,
    location: undefined,
    line: undefined,
    operation: undefined,
    route: undefined,
    isKnown: true,
    isOfStart: false,
    sinceStartMillis: NaN,
    isOwnView: true,
    isTelemetry: false,
    untracedPaths: [...new Set(all.flatMap(untracedPathsOf))],
    partlyRun: 0,
    placeShare: 0,
    heldBy: undefined,
    during: [],
    places: own.length,
  };
}

/** Those of the blog come first; what the observatory's own pages did is one row. */
export function blogFirst(groups: readonly StallGroup[], own: StallGroup | undefined): readonly StallGroup[] {
  const others = groups.filter(({ isOwnView: isOwn }) => !isOwn);
  return own === undefined ? others : [...others, own];
}

const OWN_VIEWS = 'the observatory’s own pages';
