import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, renameSync, rmdirSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';

/** A folder that cannot be written. */
export class NewFolderError extends Error {
  readonly isForPeople = true;
  override readonly name = 'NewFolderError';
}

/**
 * Fills a folder that does not exist or is empty: `fill` writes beside it, and the folder gets its name when all of it is there. If `fill`
 * throws, nothing is left. Throws NewFolderError if the folder has files, or no parent.
 */
export async function fillNewFolder<T>(
  directory: string,
  fill: (folder: string) => Promise<T> | T,
): Promise<T> {
  const folder = resolve(directory);
  const found = statSync(folder, { throwIfNoEntry: false });
  if (found?.isDirectory() === false) throw new NewFolderError(`${folder} is a file.`);
  if (found !== undefined && readdirSync(folder).length > 0)
    throw new NewFolderError(`${folder} is not empty. Name a new or an empty folder.`);
  if (!existsSync(dirname(folder))) throw new NewFolderError(`There is no folder ${dirname(folder)}.`);
  const part = join(dirname(folder), `.${basename(folder)}.${randomBytes(6).toString('hex')}.part`);
  try {
    mkdirSync(part);
    const result = await fill(part);
    // Fails if somebody has put a file there meanwhile.
    if (existsSync(folder)) rmdirSync(folder);
    renameSync(part, folder);
    return result;
  } finally {
    rmSync(part, { recursive: true, force: true });
  }
}
