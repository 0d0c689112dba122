import { readFileSync } from 'node:fs';
import { parseArgs, types } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import Database from 'better-sqlite3';
import { BackupError } from '../../../src/backup/backup-file.ts';
import { NewerDatabaseError } from '../../../src/db/migrate.ts';
import { isForPeople } from '../../../src/process/for-people.ts';

function thrownBy(work: () => unknown): Error {
  try {
    work();
  } catch (error) {
    if (types.isNativeError(error)) return error;
  }
  throw new Error('nothing was thrown');
}

describe('isForPeople', () => {
  it.each([
    ['an error with a message of ours', () => new BackupError('no room')],
    ['a database of a newer version', () => new NewerDatabaseError('blog.sqlite', 9, 8)],
    ['a file that is missing', () => thrownBy(() => readFileSync('/nowhere/at/all'))],
    [
      'a folder that SQLite cannot open',
      () => thrownBy(() => new Database('/proc/nowhere.sqlite', { fileMustExist: true })),
    ],
    ['an unknown argument', () => thrownBy(() => parseArgs({ args: ['--wrong'], options: {} }))],
  ])('is true of %s', (_what, make) => {
    expect(isForPeople(make())).toBe(true);
  });

  it.each([
    ['an address that is none', () => thrownBy(() => new URL('x'))],
    ['a type error', () => thrownBy(() => Reflect.apply(Reflect.get({}, 'missing'), undefined, []))],
    ['an argument of the wrong type', () => thrownBy(() => readFileSync(Object(1)))],
    [
      'an error called after a database',
      () => Object.assign(new Error('bug'), { name: 'SomeDatabaseError' }),
    ],
  ])('is false of %s: its stack is needed', (_what, make) => {
    expect(isForPeople(make())).toBe(false);
  });
});
