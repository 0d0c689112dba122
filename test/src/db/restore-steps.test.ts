import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from '@jest/globals';
import {
  finishRestore,
  isRestoreReady,
  markRestoreReady,
  RESTORE_FOLDER_NAME,
} from '../../../src/db/restore-steps.ts';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';

const ASIDE = 'glasshouse.before-now';
/** The renames of a restore in their order: a kill may come after each. */
const STEPS: readonly (readonly [string, string])[] = [
  ['glasshouse.db-wal', `${ASIDE}/glasshouse.db-wal`],
  ['glasshouse.db-shm', `${ASIDE}/glasshouse.db-shm`],
  ['glasshouse.db', `${ASIDE}/glasshouse.db`],
  [`${RESTORE_FOLDER_NAME}/glasshouse.db`, 'glasshouse.db'],
  ['media', `${ASIDE}/media`],
  [`${RESTORE_FOLDER_NAME}/media`, 'media'],
];

let folder: string;
beforeEach(() => {
  folder = temporaryFolder();
  for (const place of [folder, join(folder, RESTORE_FOLDER_NAME)]) {
    const age = place === folder ? 'old' : 'new';
    mkdirSync(join(place, 'media'), { recursive: true });
    writeFileSync(join(place, 'media', 'a.png'), age);
    writeFileSync(join(place, 'glasshouse.db'), age);
  }
  writeFileSync(join(folder, 'glasshouse.db-wal'), 'old');
  writeFileSync(join(folder, 'glasshouse.db-shm'), 'old');
});

const read = (name: string): string => readFileSync(join(folder, name), 'utf8');

describe('a restore that was killed', () => {
  it('before the data is complete changes nothing', () => {
    finishRestore(folder);
    expect([read('glasshouse.db'), read('glasshouse.db-wal'), read('media/a.png')]).toEqual([
      'old',
      'old',
      'old',
    ]);
  });

  it.each(STEPS.map((_, done) => done))('after %d of its renames is finished by the next start', (done) => {
    markRestoreReady(folder, ASIDE);
    mkdirSync(join(folder, ASIDE));
    for (const [from, to] of STEPS.slice(0, done)) renameSync(join(folder, from), join(folder, to));
    expect(isRestoreReady(folder)).toBe(true);
    finishRestore(folder);
    expect([read('glasshouse.db'), read('media/a.png')]).toEqual(['new', 'new']);
    expect(existsSync(join(folder, 'glasshouse.db-wal'))).toBe(false);
    expect(
      ['glasshouse.db', 'glasshouse.db-wal', 'media/a.png'].map((name) => read(join(ASIDE, name))),
    ).toEqual(['old', 'old', 'old']);
    expect(isRestoreReady(folder)).toBe(false);
  });
});
