import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from '@jest/globals';
import SqliteDatabase from 'better-sqlite3';
import { BackupError, verifyBackup } from '../../../src/backup/backup-file.ts';
import { makeBackup } from '../../../src/backup/make-backup.ts';
import { restoreBackup } from '../../../src/backup/restore-backup.ts';
import { lastBackupOf } from '../../../src/db/last-backup.ts';
import { openBlogData } from '../../../src/db/open-blog-data.ts';
import { closeDatabase } from '../../../src/db/open-database.ts';
import { ServedDatabaseError, takeServerLock } from '../../../src/db/server-lock.ts';
import { SettingStore } from '../../../src/db/setting-store.ts';
import { PostStore } from '../../../src/posts/post-store.ts';
import { draft, NOON, temporaryBlog, type TemporaryBlog } from '../temporary-blog.ts';

const PICTURE = Buffer.from('a picture, as bytes go');
let blog: TemporaryBlog;
let file: string;
let target: string;
beforeEach(() => {
  blog = temporaryBlog();
  mkdirSync(join(blog.folder, 'kept'));
  file = join(blog.folder, 'kept', 'blog.backup');
  target = join(blog.folder, 'kept', 'data');
  blog.posts.create(draft({ title: 'Kept', path: 'kept', markdown: '![](/media/a/b.png)' }));
  blog.media.put('a/b.png', PICTURE);
});

const backUp = () =>
  makeBackup({ database: blog.database, dataDir: blog.folder, file, now: () => blog.clock.now });
const restore = (more: { readonly replace?: boolean } = {}) =>
  restoreBackup({ file, dataDir: target, now: () => NOON, ...more });
function titlesIn(dataDir: string): readonly string[] {
  const database = openBlogData(dataDir);
  try {
    return new PostStore(database).allForAdmin().posts.map(({ title }) => title);
  } finally {
    closeDatabase(database);
  }
}

describe('a backup', () => {
  it('is one file with posts and media, read back, noted, and for its user alone', async () => {
    expect(await backUp()).toMatchObject({ posts: 1, media: 1, madeAtMillis: NOON, missingMedia: [] });
    expect(readdirSync(join(file, '..'))).toEqual(['blog.backup']);
    expect(lastBackupOf(new SettingStore(blog.database))).toEqual({ atMillis: NOON, file });
    restore();
    expect(titlesIn(target)).toEqual(['Kept']);
    expect(readFileSync(join(target, 'media', 'a', 'b.png'))).toEqual(PICTURE);
  });

  it('contains the latest saves, and no session, link or sign-in attempt', async () => {
    blog.posts.create(draft({ title: 'Just now', path: 'now' }));
    blog.database.exec(`
      INSERT INTO accounts (id, name, password_hash, created_at, password_changed_at) VALUES (1, 'owner', 'h', 0, 0);
      INSERT INTO sessions (token_hash, account_id, csrf_secret, created_at, last_seen_at, expires_at) VALUES ('digest-of-a-token', 1, 's', 0, 0, 9e15);
      INSERT INTO setup_tokens (token_hash, created_at, expires_at) VALUES ('digest-of-a-link', 0, 9e15);
      INSERT INTO recovery_codes (code_hash, created_at, used_at) VALUES ('digest-of-a-code', 0, NULL)`);
    expect(await backUp()).toMatchObject({ posts: 2 });
    expect(readFileSync(file).includes('digest-of-a-')).toBe(false);
    restore();
    const restored = new SqliteDatabase(join(target, 'glasshouse.db'));
    expect(restored.prepare('SELECT count(*) FROM sessions').pluck().get()).toBe(0);
    expect(restored.prepare('SELECT name FROM accounts').pluck().get()).toBe('owner');
    restored.close();
  });

  it('takes the place of an earlier one, and of nothing else', async () => {
    await backUp();
    blog.posts.create(draft({ title: 'Second', path: 'second' }));
    expect(await backUp()).toMatchObject({ posts: 2 });
    file = join(blog.folder, 'glasshouse.db');
    await expect(backUp()).rejects.toThrow('exists and is not a backup of Glasshouse');
    expect(blog.posts.counts().published).toBe(2);
    file = join(blog.folder, 'none', 'blog.backup');
    await expect(backUp()).rejects.toThrow('There is no folder');
  });

  it('names media that the blog has lost', async () => {
    writeFileSync(blog.media.find('a/b.png')!.file, 'other bytes');
    expect(await backUp()).toMatchObject({ media: 0, missingMedia: ['a/b.png'] });
  });
});

describe('an incomplete backup', () => {
  it.each([
    ['cut off', (bytes: Buffer) => bytes.subarray(0, bytes.length - 4096)],
    ['with a medium changed', (bytes: Buffer) => changed(bytes, bytes.lastIndexOf(PICTURE))],
    [
      'with a page changed',
      (bytes: Buffer) => Buffer.concat([bytes.subarray(0, 8192), Buffer.alloc(8192), bytes.subarray(16384)]),
    ],
    ['no database', () => Buffer.from('letters')],
  ])('is refused before anything is touched: %s', async (_, damage) => {
    await backUp();
    writeFileSync(file, damage(readFileSync(file)));
    expect(() => verifyBackup(file)).toThrow(BackupError);
    expect(() => restore()).toThrow(BackupError);
    expect(existsSync(target)).toBe(false);
  });

  function changed(bytes: Buffer, at: number): Buffer {
    expect(at).toBeGreaterThan(0);
    bytes[at] = bytes[at]! ^ 1;
    return bytes;
  }

  it('is refused when a newer Glasshouse made it, or a name leads out of the media', async () => {
    await backUp();
    const edit = (sql: string): void => {
      const database = new SqliteDatabase(file);
      database.exec(sql);
      database.close();
    };
    edit("UPDATE backup_media SET path = '../../evil.png'");
    expect(() => restore()).toThrow('a file with an invalid name');
    edit('PRAGMA user_version = 999');
    expect(() => restore()).toThrow('newer Glasshouse');
  });
});

describe('a restore', () => {
  it('over an existing blog needs --replace, and moves its data aside', async () => {
    await backUp();
    restore();
    const database = openBlogData(target);
    new PostStore(database).create(draft({ title: 'Since', path: 'since' }));
    closeDatabase(database);
    writeFileSync(join(target, 'media', 'since.png'), 'x');
    expect(() => restore()).toThrow('Use --replace');
    expect(titlesIn(target)).toEqual(['Since', 'Kept']);
    const { formerFolder } = restore({ replace: true });
    expect(titlesIn(target)).toEqual(['Kept']);
    expect(readdirSync(join(target, 'media'))).toEqual(['a']);
    expect(titlesIn(formerFolder!)).toEqual(['Since', 'Kept']);
    expect(readdirSync(join(formerFolder!, 'media')).toSorted()).toEqual(['a', 'since.png']);
  });

  it('is shown for lost data, without a stack', async () => {
    await backUp();
    restore();
    rmSync(join(target, 'glasshouse.db'));
    expect(() => openBlogData(target)).toThrow('npm run restore -- FILE');
    restore();
    expect(titlesIn(target)).toEqual(['Kept']);
  });

  it('touches nothing while a server runs', async () => {
    await backUp();
    restore();
    const lock = takeServerLock(target);
    expect(() => restore({ replace: true })).toThrow(ServedDatabaseError);
    lock.release();
    expect(titlesIn(target)).toEqual(['Kept']);
    expect(statSync(target).mode & 0o777).toBe(0o700);
  });
});
