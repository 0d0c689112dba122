import { beforeEach, describe, expect, it } from '@jest/globals';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import { migrate } from '../../../src/db/migrate.ts';
import { MIGRATIONS } from '../../../src/db/migrations.ts';
import { closeDatabase, openDatabase } from '../../../src/db/open-database.ts';
import { PostStore } from '../../../src/posts/post-store.ts';
import { createWhenUnlocked } from '../../../src/db/when-unlocked.ts';
import { StaleSearch } from '../../../src/posts/stale-search.ts';
import { SearchReader } from '../../../src/search/search-reader.ts';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';

const SCHEMA_1 = readFileSync(new URL('../../fixtures/databases/schema-1.sql', import.meta.url), 'utf8');
const LATEST = MIGRATIONS.at(-1)!.version;

describe('openDatabase', () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = temporaryFolder();
    file = path.join(folder, 'deep', 'down', 'blog.db');
  });

  function make(sql: string): string {
    const made = path.join(folder, 'made.db');
    const database = new SqliteDatabase(made);
    database.exec(sql);
    database.close();
    return made;
  }

  it('makes the folder and sets every pragma it relies on', () => {
    const database = openDatabase(file);
    const pragma = (name: string): unknown => database.pragma(name, { simple: true });
    expect({
      journal: pragma('journal_mode'),
      synchronous: pragma('synchronous'),
      foreignKeys: pragma('foreign_keys'),
      timeout: pragma('busy_timeout'),
      mapped: pragma('mmap_size'),
      version: pragma('user_version'),
    }).toEqual({
      journal: 'wal',
      synchronous: 1,
      foreignKeys: 1,
      timeout: 15000,
      mapped: 0,
      version: LATEST,
    });
    closeDatabase(database);
  });

  it('has only STRICT tables', () => {
    const database = openDatabase(file);
    const loose = database
      .prepare(
        "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND strict = 0 AND name NOT LIKE 'sqlite%'",
      )
      .all();
    expect(loose).toEqual([]);
    closeDatabase(database);
  });

  it('leaves no WAL behind when closed, and may be closed twice', () => {
    const database = openDatabase(file);
    new PostStore(database).create({ title: 'Glass', markdown: 'Clear.', status: 'published' });
    closeDatabase(database);
    closeDatabase(database);
    expect(existsSync(`${file}-wal`)).toBe(false);
  });

  it('lets FTS5 find by row what it removes, however small its index was when it was opened', () => {
    const plans: unknown[] = [];
    for (let time = 0; time < 3; time++) {
      const database = openDatabase(file);
      for (const table of ['post_search_data', 'post_search_titles_data'])
        plans.push(
          database
            .prepare(`EXPLAIN QUERY PLAN SELECT block FROM ${table} WHERE id >= ? AND id <= ?`)
            .all(1, 2),
        );
      new PostStore(database).create({ title: `Glass ${time}`, markdown: 'Clear.', status: 'published' });
      closeDatabase(database);
    }
    const detail = expect.stringMatching(/^SEARCH \w+ USING INTEGER PRIMARY KEY \(rowid>\? AND rowid<\?\)$/);
    expect(plans).toEqual(Array.from({ length: 6 }, () => [expect.objectContaining({ detail })]));
  });

  it('migrates a blog of schema 1 and keeps its posts', async () => {
    const database = openDatabase(make(SCHEMA_1));
    expect(database.pragma('user_version', { simple: true })).toBe(LATEST);
    const lookup = new PostStore(database).lookup('/old');
    expect(lookup).toEqual({ kind: 'moved', path: '2026/03/Glass' });
    expect(await new StaleSearch(database).indexAll(createWhenUnlocked())).toBe(1);
    expect(new SearchReader(database).search('clear').total).toBe(1);
    // Its texts are shown as they were: as typed.
    expect(new PostStore(database).rendering.settingsFor()).toEqual({ typography: undefined, math: false });
    expect(database.prepare('SELECT count(*) AS sessions FROM sessions').get()).toEqual({ sessions: 0 });
    closeDatabase(database);
  });

  it("leaves posts that have the blog's language without one, as they may have got it from there", () => {
    const database = new SqliteDatabase(path.join(folder, 'made.db'));
    migrate(
      database,
      MIGRATIONS.filter(({ version }) => version < 26),
    );
    const insert = database.prepare(
      `INSERT INTO posts (path, path_key, title, summary, status, published_at, updated_at, created_at, tags, authors, language,
         reading_minutes, version, markdown, html, rendered_by)
       VALUES (@path, @path, 'T', '', 'published', 1, 1, 1, '[]', '[]', @language, 1, 1, 'x', 'x', @renderedBy)`,
    );
    database.exec("INSERT INTO settings (key, value) VALUES ('language', 'de')");
    insert.run({ path: 'same', language: 'de', renderedBy: 33 });
    insert.run({ path: 'typed', language: 'de', renderedBy: 32 });
    insert.run({ path: 'other', language: 'en', renderedBy: 33 });
    migrate(database);
    expect(database.prepare('SELECT path, language, rendered_in FROM posts ORDER BY id').raw().all()).toEqual(
      [
        ['same', '', 'de'],
        ['typed', '', ''],
        ['other', 'en', 'en'],
      ],
    );
    expect(new PostStore(database).byPath('same')!.language).toBeUndefined();
    database.close();
  });

  it('arrives at the same schema from schema 1 as from an empty file', () => {
    const schemaOf = (opened: ReturnType<typeof openDatabase>): unknown => {
      const names = opened
        .prepare('SELECT type, name, tbl_name FROM sqlite_schema ORDER BY type, name')
        .all();
      const columns = opened
        .prepare(
          'SELECT t.name AS tbl, c.name, c.type, c."notnull", c.pk FROM pragma_table_list t, pragma_table_info(t.name) c ORDER BY 1, c.cid',
        )
        .all();
      closeDatabase(opened);
      return { names, columns };
    };
    expect(schemaOf(openDatabase(make(SCHEMA_1)))).toEqual(schemaOf(openDatabase(file)));
  });

  it('refuses a newer file and leaves it as it is', () => {
    const newer = make(`CREATE TABLE later (x); PRAGMA user_version = ${LATEST + 1}`);
    expect(() => openDatabase(newer)).toThrow(
      new RegExp(`has schema ${LATEST + 1}, but this Glasshouse supports schemas up to ${LATEST}`),
    );
    const database = new SqliteDatabase(newer, { readonly: true });
    expect(database.pragma('user_version', { simple: true })).toBe(LATEST + 1);
    database.close();
  });

  it('refuses the database of another program', () => {
    expect(() => openDatabase(make('CREATE TABLE customers (x)'))).toThrow(
      /is a database of another program/,
    );
  });
});

describe('migrate', () => {
  it('rolls back a step that fails half way and keeps the steps before it', () => {
    const database = new SqliteDatabase(':memory:');
    const steps = [
      { version: 1, name: 'good', sql: 'CREATE TABLE a (x)' },
      { version: 2, name: 'bad', sql: 'CREATE TABLE b (x); INSERT INTO nowhere VALUES (1)' },
    ];
    expect(() => migrate(database, steps)).toThrow(/nowhere/);
    expect(database.pragma('user_version', { simple: true })).toBe(1);
    expect(database.prepare('SELECT name FROM sqlite_schema').pluck().all()).toEqual(['a']);
    migrate(database, [steps[0]!, { version: 2, name: 'mended', sql: 'CREATE TABLE b (x)' }]);
    expect(database.prepare('SELECT name FROM sqlite_schema').pluck().all()).toEqual(['a', 'b']);
    database.close();
  });
});
