import { readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';

/** Hidden, so that no request reaches it, until it is whole and takes its name. */
export const UNFINISHED = /^\.[0-9a-f]{18}\.part$/;
/** An import that runs beside the blog writes each of its files within moments. */
const OLD_MILLIS = 60 * 60 * 1000;

/** Removes what a killed import or upload left half written. Returns how many files went; none where there is no such folder. */
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
