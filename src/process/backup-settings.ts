import { integerBetween, InvalidSetting, optional, setting } from '../../otel/kit.ts';
import { lengthOf } from './alert-rule.ts';

const MIN_EVERY = 3_600_000;
const MAX_EVERY = 720 * 3_600_000;
const MAX_KEPT = 1000;

/** Backups that the blog makes by itself. */
export const BACKUP_SETTINGS = {
  backupFolder: optional(
    'BACKUP_FOLDER',
    'folder to which the running blog writes a verified backup by itself, best on another disk; it is made if it is missing',
    parseFolder,
    { emptyIsNone: true },
  ),
  backupEvery: setting('BACKUP_EVERY', '24h', 'time between two of them, from `1h` to `720h`', parseEvery),
  backupKeep: setting(
    'BACKUP_KEEP',
    '14',
    'how many of them stay in `BACKUP_FOLDER`; the oldest are removed',
    integerBetween(1, MAX_KEPT, 'number'),
  ),
};

function parseFolder(text: string): string {
  const folder = text.trim();
  if (!/^\P{Cc}+$/u.test(folder)) throw new InvalidSetting('a folder');
  return folder;
}

function parseEvery(text: string): number {
  const millis = lengthOf(text.trim());
  if (millis === undefined || millis < MIN_EVERY || millis > MAX_EVERY)
    throw new InvalidSetting('a length from 1h to 720h such as 24h');
  return millis;
}
