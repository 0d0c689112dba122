import type { RuntimeSample } from '../../../otel/query.ts';

/** From here on the next burst of readers may find none left. */
const NEARLY = 0.9;
/** Node and SQLite need some at a time: with fewer left, the next connection may be one too many. */
const RESERVE = 3;

/** How near a process came to the end of its files and sockets; those who were refused a connection are in no count. */
export interface OpenFiles {
  readonly used: number;
  readonly limit: number;
  /** When it was seen, in the range. */
  readonly atMillis: number;
  readonly ranOut: boolean;
}

/** Undefined while there are enough, or where nobody says how many there are. */
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
