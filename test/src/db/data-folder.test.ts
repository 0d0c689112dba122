import { chmodSync, mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { LostDatabaseError, refuseLostDatabase } from '../../../src/db/lost-database.ts';
import { keepPrivate } from '../../../src/db/private-data.ts';
import { orUnwritable } from '../../../src/db/unwritable-database.ts';
import { ServedDatabaseError, takeServerLock } from '../../../src/db/server-lock.ts';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';

let folder: string;
let umask: number;
beforeEach(() => {
  umask = process.umask(0o022);
  folder = temporaryFolder();
});
afterEach(() => {
  process.umask(umask);
});
const put = (name: string, text = 'x'): void => {
  mkdirSync(join(folder, name, '..'), { recursive: true });
  writeFileSync(join(folder, name), text);
};
const modes = (...names: readonly string[]): readonly string[] =>
  names.map((name) => (statSync(join(folder, name)).mode & 0o777).toString(8));

describe('keeping data private', () => {
  const FILES = ['glasshouse.db', 'glasshouse.db-wal', 'telemetry.sqlite', 'media/photos/glass.png'];

  it('restricts existing files of an older version, and new ones', () => {
    for (const name of FILES) put(name);
    chmodSync(folder, 0o755);
    expect(modes('.', 'media/photos', ...FILES)).toEqual(['755', '755', ...FILES.map(() => '644')]);
    expect(keepPrivate(folder)).toEqual([]);
    put('media/new/glass.png');
    expect(modes('.', 'media/photos', 'media/new')).toEqual(['700', '700', '700']);
    expect(modes(...FILES, 'media/new/glass.png')).toEqual([...FILES, 'new'].map(() => '600'));
  });

  it('leaves a folder that it shares, the files of others, and what a link leads to', () => {
    put('glasshouse.db');
    put('letters/one.txt');
    mkdirSync(join(folder, 'media'));
    symlinkSync(join(folder, 'letters'), join(folder, 'media', 'letters'));
    chmodSync(folder, 0o755);
    keepPrivate(folder);
    expect(modes('.', 'letters', 'letters/one.txt', 'glasshouse.db')).toEqual(['755', '755', '644', '600']);
  });

  it('says which folder cannot be written', () => {
    put('letter.txt');
    const inside = join(folder, 'letter.txt', 'data');
    expect(() => keepPrivate(inside)).toThrow(`${inside} cannot be written (ENOTDIR), and Glasshouse keeps`);
  });

  it('says that the disk is full where SQLite says so', () => {
    const full = (): never => {
      throw Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' });
    };
    expect(() => orUnwritable(folder, full)).toThrow(
      `${folder} cannot be written (SQLITE_FULL), and Glasshouse keeps its posts there. The disk is full or`,
    );
  });

  it('makes the folder', () => {
    keepPrivate(join(folder, 'new', 'data'));
    expect(modes('new/data')).toEqual(['700']);
  });
});

describe('a database that looks lost', () => {
  const message = (): string => {
    try {
      refuseLostDatabase(folder);
      return '';
    } catch (error) {
      if (error instanceof LostDatabaseError) return error.message;
      throw error;
    }
  };

  it.each([
    ['missing', undefined],
    ['empty', ''],
  ])('is %s beside media or the history', (state, text) => {
    if (text !== undefined) put('glasshouse.db', text);
    expect(message()).toBe('');
    put('telemetry.sqlite');
    expect(message()).toContain(`glasshouse.db is ${state}, but telemetry.sqlite is beside it`);
    put('media/glass.png');
    put('glasshouse.db-wal');
    expect(message()).toContain('but glasshouse.db-wal and media/ and telemetry.sqlite are beside it');
    expect(message()).toContain('npm run restore -- FILE');
    put('glasshouse.db', 'not empty');
    expect(message()).toBe('');
  });

  it('is none in a folder without anything of a blog', () => {
    put('letter.txt');
    mkdirSync(join(folder, 'media'));
    expect(message()).toBe('');
    expect(() => refuseLostDatabase(join(folder, 'none'))).not.toThrow();
  });
});

describe('the lock of a server', () => {
  it('is held once, says by whom, and ends with its release', () => {
    const lock = takeServerLock(folder);
    lock.announce('http://127.0.0.1:3000');
    expect(() => takeServerLock(folder)).toThrow(ServedDatabaseError);
    expect(() => takeServerLock(folder)).toThrow(
      new RegExp(`by another Glasshouse: process ${process.pid} on .* at http://127\\.0\\.0\\.1:3000`),
    );
    lock.release();
    takeServerLock(folder).release();
  });
});
