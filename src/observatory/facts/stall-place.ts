import type { Stall } from '../../../otel/query.ts';

/** With fewer of the samples that were due, the system did not run the process for most of the time. */
const ENOUGH_SAMPLES = 1 / 3;

/** Of a stall, to have caused it. */
const MOST_COVERED = 0.6;

/** A busy machine starts the thread that samples some seconds after the process. */
const STARTING_MILLIS = 30_000;

type Timed = Partial<Pick<Stall, 'atMillis' | 'durationMillis' | 'processStartedAtMillis'>>;
type Sampled = Pick<Stall, 'place' | 'sampledShare'>;

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

/** True if samples say what ran: false if the process was not run for most of the stall, so that whatever it was in is not to blame. */
export function wasRun({ place, sampledShare }: Sampled): boolean {
  return place !== undefined && sampledShare >= ENOUGH_SAMPLES;
}

/**
 * True if a statement or render took most of it: nothing else runs in this thread meanwhile. That is known without a sample, as it is of nothing else.
 * Earlier versions named none that did not.
 */
export function isCovered({ holder }: Pick<Stall, 'holder'>): boolean {
  if (holder?.type !== 'database' && holder?.type !== 'render') return false;
  return (holder.coveredShare ?? 1) >= MOST_COVERED;
}

/** True if what held the loop is known, by samples or by its span. */
export function isHolderKnown(stall: Sampled & Pick<Stall, 'holder'>): boolean {
  return wasRun(stall) || isCovered(stall);
}

export const NO_SAMPLE = 'no sample: this process or the thread that samples it did not run';
/** The system ran them. */
export const OTHER_PROGRAMS = 'other programs';
const OF_START = 'while the server started, before the thread that samples ran';
/** What the profiler calls a function without a name. */
const UNNAMED = '(anonymous)';

/** The function and its line, or why there is none, as words. */
export function stallPlace(
  stall: Sampled & Pick<Stall, 'callers'> & Partial<Pick<Stall, 'holder'>> & Timed,
): string {
  const { place, callers, holder } = stall;
  if (place === undefined) return isOfStart(stall) ? OF_START : NO_SAMPLE;
  if (!wasRun(stall) && !isCovered({ holder })) return OTHER_PROGRAMS;
  if (place.location === undefined) return place.name === UNNAMED ? unnamedPlace(callers) : place.name;
  return place.name === UNNAMED ? `function at ${place.location}` : `${place.name} ${place.location}`;
}

export function functionName(stall: Stall): string | undefined {
  const { place } = stall;
  if (place?.name !== UNNAMED) return place?.name;
  return place.location === undefined ? stallPlace(stall) : 'function';
}

/** Neither name nor file: the nearest caller that has one tells where it is. */
function unnamedPlace(callers: Stall['callers']): string {
  const caller = callers.find(({ name, location }) => location !== undefined || name !== UNNAMED);
  const by = caller && [caller.name === UNNAMED ? 'the function at' : caller.name, caller.location ?? ''];
  return `code of Node.js without a name${by === undefined ? '' : `, called by ${by.join(' ').trim()}`}`;
}
