import { randomBytes } from 'node:crypto';
import { readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';

const UNFINISHED = /^\.[0-9a-f]{18}\.part$/;
/** An import beside the blog writes each file in less time. */
const OLD_MILLIS = 60 * 60 * 1000;

/** A hidden temporary name for a file that is being written, unreachable by requests. */
export function unfinishedName(): string {
  return `.${randomBytes(9).toString('hex')}.part`;
}

/** Removes unfinished files of a killed import. Returns how many; 0 if the folder does not exist. */
export async function removeUnfinished(folder: string, nowMillis: number): Promise<number> {
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  let removed = 0;
  for (const name of names) {
    if (!UNFINISHED.test(path.basename(name))) continue;
    const file = path.join(folder, name);
    const written = await stat(file).catch(() => undefined);
    if (written === undefined || nowMillis - written.mtimeMs < OLD_MILLIS) continue;
    await rm(file, { force: true });
    removed += 1;
  }
  return removed;
}
