import type { Stall } from '../../../otel/query.ts';
import { OBSERVATORY_PATH } from '../../process/own-addresses.ts';

type Where = Pick<Stall, 'holder' | 'place' | 'callers' | 'untracedPath'>;

/** The observatory draws outside of every trace, so that its pages are not among what they show: its stalls are told by the path, or by where they were. */
export function isOwnView({ holder, place, callers, untracedPath = '' }: Where): boolean {
  return (
    holder === undefined &&
    (untracedPath.includes(OBSERVATORY_PATH) ||
      [place, ...callers].some((frame) => frame?.location?.startsWith(OWN_FOLDER) === true))
  );
}

/** Telemetry did it by itself, for no request. */
export function isTelemetry({ holder, place }: Pick<Stall, 'holder' | 'place'>): boolean {
  return holder === undefined && place?.origin === 'kit';
}

/** The path of the request that ran, if it is not traced. A timer draws live updates, perhaps in the same turn, after a request that began there. */
export function untracedPathsOf({
  callers,
  untracedPath,
}: Pick<Stall, 'callers' | 'untracedPath'>): readonly string[] {
  const isLive = callers.some(({ location }) => location?.startsWith(LIVE_UPDATES) === true);
  return untracedPath === undefined || isLive ? [] : [untracedPath];
}

/** What is known of that which is not traced. */
export interface Untraced {
  /** A page of the observatory was drawn. */
  readonly isOwnView: boolean;
  /** The kit or OpenTelemetry ran, for no request. */
  readonly isTelemetry: boolean;
  /** Of the requests that are not traced, each once, the newest first. */
  readonly untracedPaths: readonly string[];
}

export function untracedOf(stall: Where): Untraced {
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
