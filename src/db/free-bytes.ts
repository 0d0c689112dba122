import { statfsSync } from 'node:fs';

/** Bytes that this user may still write on the disk of a folder; undefined if the system does not say. Some microseconds. */
export function freeBytesOf(folder: string): number | undefined {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize;
  } catch {
    return undefined;
  }
}
