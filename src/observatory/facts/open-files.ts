import type { RuntimeSample } from '../../../otel/query.ts';

/** From this share on, the next burst of requests may exhaust them. */
const NEARLY = 0.9;
/** Node and SQLite need some themselves: with fewer left, the next connection may fail. */
const RESERVE = 3;

/** How close a process came to its limit of files and sockets. Refused connections are not counted. */
export interface OpenFiles {
  readonly used: number;
  readonly limit: number;
  /** When it was sampled. */
  readonly atMillis: number;
  readonly ranOut: boolean;
}

/** Undefined while there are enough, or if the limit is unknown. */
export function openFilesOf(samples: readonly RuntimeSample[], limit: number): OpenFiles | undefined {
  const near = samples.filter(({ openFilesMax }) => openFilesMax >= limit * NEARLY);
  const most = near.reduce<RuntimeSample | undefined>(
    (worst, sample) => (worst !== undefined && worst.openFilesMax >= sample.openFilesMax ? worst : sample),
    undefined,
  );
  if (most === undefined) return undefined;
  const { openFilesMax: used, atMillis } = most;
  return { used, limit, atMillis, ranOut: used > limit - RESERVE };
}
