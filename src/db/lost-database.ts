import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DATABASE_FILE_NAME, HISTORY_FILE_NAME, MEDIA_FOLDER_NAME } from './data-files.ts';

/** The database is missing or empty, but other files of a blog are there. */
export class LostDatabaseError extends Error {
  readonly isForPeople = true;
  constructor(file: string, state: 'missing' | 'empty', remains: readonly string[]) {
    super(
      `${file} is ${state}, but ${remains.join(' and ')} ${remains.length === 1 ? 'is' : 'are'} beside it: the posts may be lost, so no new blog is created here. ` +
        'Put the file back, or run “npm run restore -- FILE” with a backup. To start a new blog, move the remaining files away or set DATA_DIR to another folder.',
    );
    this.name = 'LostDatabaseError';
  }
}

/** Throws LostDatabaseError instead of creating an empty blog in place of a lost one. */
export function refuseLostDatabase(dataDir: string): void {
  const file = join(dataDir, DATABASE_FILE_NAME);
  const bytes = sizeOf(file);
  if (bytes !== undefined && bytes > 0) return;
  const remains = [
    ...((sizeOf(`${file}-wal`) ?? 0) > 0 ? [`${DATABASE_FILE_NAME}-wal`] : []),
    ...(holdsFiles(join(dataDir, MEDIA_FOLDER_NAME)) ? [`${MEDIA_FOLDER_NAME}/`] : []),
    ...(sizeOf(join(dataDir, HISTORY_FILE_NAME)) === undefined ? [] : [HISTORY_FILE_NAME]),
  ];
  if (remains.length > 0)
    throw new LostDatabaseError(file, bytes === undefined ? 'missing' : 'empty', remains);
}

function sizeOf(file: string): number | undefined {
  return statSync(file, { throwIfNoEntry: false })?.size;
}

function holdsFiles(folder: string): boolean {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) return false;
  return readdirSync(folder).some((name) => !name.startsWith('.'));
}
