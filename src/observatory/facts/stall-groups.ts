import type { Stall, StallHolder } from '../../../otel/query.ts';
import { OBSERVATORY_PATH } from '../../process/own-addresses.ts';

/** Stalls that one place caused. */
export interface StallGroup {
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
  /** A page of the observatory was drawn. */
  readonly isOwnView: boolean;
  /** The kit or OpenTelemetry ran, for no request. */
  readonly isTelemetry: boolean;
  /** Of the requests that are not traced, each once, the newest first. */
  readonly untracedPaths: readonly string[];
  /** Share of the samples that were in the place, 0–1, over all of the time. */
  readonly placeShare: number;
  /** Requests that ran one after the other in the longest such stall, none of them for most of it; undefined if there is none. */
  readonly heldBy: number | undefined;
  /** Requests that were going on and are not blamed, as the system did not run them: of which routes, in how many stalls, most first. */
  readonly during: readonly { readonly route: string; readonly count: number }[];
  readonly count: number;
  readonly worstMillis: number;
  readonly totalMillis: number;
  /** Requests that had to wait. */
  readonly delayed: number;
  readonly lastMillis: number;
  /** Set if it stands for all pages of the observatory: of how many groups it is the sum. */
  readonly places?: number;
}

/** One group per function and line, or per route where no function is known; the most time first. */
export function stallGroups(stalls: readonly Stall[]): readonly StallGroup[] {
  const groups = new Map<string, StallGroup>();
  for (const stall of stalls) {
    const place = stallPlace(stall);
    const isNamed = wasRun(stall);
    const isBlamed = isNamed || coversStart(stall);
    // Without a function, those of different routes have nothing in common.
    const untracedPaths = isNamed ? untracedPathsOf(stall) : [];
    const key =
      stall.place === undefined && isNamed
        ? `${place} ${stall.holder?.route ?? untracedPaths[0] ?? ''}`
        : `${place} ${coversStart(stall) ? stall.holder?.series : ''}`;
    const known = groups.get(key);
    const isLongest = stall.durationMillis >= (known?.worstMillis ?? 0);
    groups.set(key, {
      place,
      functionName: isNamed ? functionName(stall) : undefined,
      location: isNamed ? stall.place?.location : undefined,
      line: isNamed && isLongest ? stall.place?.line : known?.line,
      operation: known?.operation ?? (isBlamed ? stall.holder : undefined),
      route: known?.route ?? (isBlamed ? stall.holder?.route : undefined),
      isOfStart: isOfStart(stall),
      sinceStartMillis: isLongest ? sinceStartMillis(stall) : (known?.sinceStartMillis ?? NaN),
      isOwnView: (known?.isOwnView ?? true) && isNamed && isOwnView(stall),
      isTelemetry: (known?.isTelemetry ?? true) && isNamed && isTelemetry(stall),
      untracedPaths: [...new Set([...(known?.untracedPaths ?? []), ...untracedPaths])],
      placeShare:
        ((known?.placeShare ?? 0) * (known?.totalMillis ?? 0) + stall.placeShare * stall.durationMillis) /
        Math.max(1e-9, (known?.totalMillis ?? 0) + stall.durationMillis),
      heldBy: stall.heldBy === undefined ? known?.heldBy : Math.max(stall.heldBy, known?.heldBy ?? 0),
      during: withRoute(known?.during ?? [], isBlamed ? undefined : stall.holder?.route),
      count: (known?.count ?? 0) + 1,
      worstMillis: Math.max(known?.worstMillis ?? 0, stall.durationMillis),
      totalMillis: (known?.totalMillis ?? 0) + stall.durationMillis,
      delayed: (known?.delayed ?? 0) + stall.delayedCount,
      lastMillis: Math.max(known?.lastMillis ?? 0, stall.atMillis),
    });
  }
  return [...groups.values()].sort((a, b) => b.totalMillis - a.totalMillis);
}

function withRoute(during: StallGroup['during'], route: string | undefined): StallGroup['during'] {
  if (route === undefined) return during;
  const count = (during.find((each) => each.route === route)?.count ?? 0) + 1;
  return [...during.filter((each) => each.route !== route), { route, count }].toSorted(
    (a, b) => b.count - a.count,
  );
}

/** Those of the observatory's own pages, as one group if there are several; the blog's come first. Their sum stays the same. */
export function blogFirst(groups: readonly StallGroup[]): readonly StallGroup[] {
  const own = groups.filter(({ isOwnView }) => isOwnView);
  const others = groups.filter(({ isOwnView }) => !isOwnView);
  return own.length > 1 ? [...others, together(own)] : [...others, ...own];
}

function together(groups: readonly StallGroup[]): StallGroup {
  const sum = (of: (group: StallGroup) => number): number => groups.reduce((all, each) => all + of(each), 0);
  const most = (of: (group: StallGroup) => number): number => Math.max(...groups.map(of));
  return {
    place: OWN_VIEWS,
    functionName: undefined,
    location: undefined,
    line: undefined,
    operation: undefined,
    route: undefined,
    isOfStart: false,
    sinceStartMillis: NaN,
    isOwnView: true,
    isTelemetry: false,
    untracedPaths: [...new Set(groups.flatMap(({ untracedPaths }) => untracedPaths))],
    placeShare: 0,
    heldBy: undefined,
    during: [],
    count: sum(({ count }) => count),
    worstMillis: most(({ worstMillis }) => worstMillis),
    totalMillis: sum(({ totalMillis }) => totalMillis),
    delayed: sum(({ delayed }) => delayed),
    lastMillis: most(({ lastMillis }) => lastMillis),
    places: groups.length,
  };
}

function functionName(stall: Stall): string | undefined {
  const { place } = stall;
  if (place?.name !== UNNAMED) return place?.name;
  return place.location === undefined ? stallPlace(stall) : 'function';
}

/** The observatory draws outside of every trace, so that its pages are not among what they show: its stalls are told by the path, or by where they were. */
export function isOwnView({
  holder,
  place,
  callers,
  untracedPath = '',
}: Pick<Stall, 'holder' | 'place' | 'callers' | 'untracedPath'>): boolean {
  return (
    holder === undefined &&
    (untracedPath.includes(OBSERVATORY_PATH) ||
      [place, ...callers].some((frame) => frame?.location?.startsWith(OWN_FOLDER) === true))
  );
}

/** Telemetry did it by itself, for no request. */
function isTelemetry({ holder, place }: Pick<Stall, 'holder' | 'place'>): boolean {
  return holder === undefined && place?.origin === 'kit';
}

/** The path of the request that ran, if it is not traced. A timer draws live updates, perhaps in the same turn, after a request that began there. */
function untracedPathsOf({
  callers,
  untracedPath,
}: Pick<Stall, 'callers' | 'untracedPath'>): readonly string[] {
  const isLive = callers.some(({ location }) => location?.startsWith(LIVE_UPDATES) === true);
  return untracedPath === undefined || isLive ? [] : [untracedPath];
}

/** What is known of that which is not traced. */
type Untraced = Pick<StallGroup, 'isOwnView' | 'isTelemetry' | 'untracedPaths'>;

export function untracedOf(stall: Pick<Stall, 'holder' | 'place' | 'callers' | 'untracedPath'>): Untraced {
  return {
    isOwnView: isOwnView(stall),
    isTelemetry: isTelemetry(stall),
    untracedPaths: untracedPathsOf(stall),
  };
}

/** What ran that is not traced: `the observatory’s page /changes`; undefined if it is traced, or there was none. */
export function untracedWords({
  isOwnView: isOwn,
  isTelemetry: isKit,
  untracedPaths,
}: Untraced): string | undefined {
  const [untracedPath, ...others] = untracedPaths;
  if (untracedPath === undefined)
    return isOwn ? 'a page of the observatory' : isKit ? 'telemetry' : undefined;
  if (others.length > 0)
    return isOwn ? 'several pages of the observatory' : 'several requests that are not traced';
  // The path that the blog is mounted at may be in front.
  const [, page] = untracedPath.split(OBSERVATORY_PATH);
  if (page === undefined) return `${untracedPath}, which is not traced`;
  return page === '' ? 'the observatory’s overview' : `the observatory’s page ${page}`;
}

const OWN_FOLDER = 'src/observatory/';
const LIVE_UPDATES = `${OWN_FOLDER}live/live-streams.ts`;

/** With fewer of the samples that were due, the system did not run the process for most of the time. */
const ENOUGH_SAMPLES = 1 / 3;

/** A busy machine starts the thread that samples some seconds after the process. */
const STARTING_MILLIS = 30_000;

type Timed = Partial<Pick<Stall, 'atMillis' | 'durationMillis' | 'processStartedAtMillis'>>;

/** True if nothing was sampled as the process had just begun: then what was running is not to blame for it. */
export function isOfStart(stall: Pick<Stall, 'place'> & Timed): boolean {
  return stall.place === undefined && sinceStartMillis(stall) < STARTING_MILLIS;
}

/** From the start of the process to the begin of the stall. */
export function sinceStartMillis({
  atMillis = NaN,
  durationMillis = NaN,
  processStartedAtMillis = NaN,
}: Timed): number {
  return atMillis - durationMillis - processStartedAtMillis;
}

/** True if, at the start, a statement or render took most of it: that is known without a sample, as it is of nothing else. */
export function coversStart(stall: Pick<Stall, 'place' | 'holder'> & Timed): boolean {
  const type = stall.holder?.type;
  return isOfStart(stall) && (type === 'database' || type === 'render');
}

/** False if the process was not run for most of the stall, or had just begun, so that whatever it was in is not to blame. */
export function wasRun(stall: Pick<Stall, 'place' | 'sampledShare'> & Timed): boolean {
  return stall.place === undefined ? !isOfStart(stall) : stall.sampledShare >= ENOUGH_SAMPLES;
}

/** The system may run other programs. */
const NO_SAMPLE = 'no sample: this process or the thread that samples it did not run';
const OF_START = 'while the server started, before the thread that samples ran';
const OWN_VIEWS = 'the observatory’s own pages';
/** What the profiler calls a function without a name. */
const UNNAMED = '(anonymous)';

/** The function and its line, or why there is none, as words. */
export function stallPlace(stall: Pick<Stall, 'place' | 'sampledShare' | 'callers'> & Timed): string {
  const { place, callers } = stall;
  if (place === undefined) return isOfStart(stall) ? OF_START : NO_SAMPLE;
  if (!wasRun(stall)) return 'other programs';
  if (place.location === undefined) return place.name === UNNAMED ? unnamedPlace(callers) : place.name;
  return place.name === UNNAMED ? `function at ${place.location}` : `${place.name} ${place.location}`;
}

/** Neither name nor file: the nearest caller that has one tells where it is. */
function unnamedPlace(callers: Stall['callers']): string {
  const caller = callers.find(({ name, location }) => location !== undefined || name !== UNNAMED);
  const by = caller && [caller.name === UNNAMED ? 'the function at' : caller.name, caller.location ?? ''];
  return `code of Node.js without a name${by === undefined ? '' : `, called by ${by.join(' ').trim()}`}`;
}
