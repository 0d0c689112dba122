import { randomBytes } from 'node:crypto';
import { readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';

const UNFINISHED = /^\.[0-9a-f]{18}\.part$/;
/** An import that runs beside the blog writes each of its files within moments. */
const OLD_MILLIS = 60 * 60 * 1000;

/** A name for a file that is being written; hidden, so that no request reaches it, until it is whole and takes its own. */
export function unfinishedName(): string {
  return `.${randomBytes(9).toString('hex')}.part`;
}

/** Removes what a killed import left half written. Returns how many files went; none where there is no such folder. */
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
