import { renameSync, rmSync } from 'node:fs';
import Database from 'better-sqlite3';
import type { StoredMarks } from './client-marks.ts';
import type { DayTally } from './day-tally.ts';

/** Raise it with a step in `prepare`; a file of a newer version is not used. */
const SCHEMA_VERSION = 2;
const SCHEMA = `
  CREATE TABLE days (day TEXT PRIMARY KEY, views INTEGER NOT NULL, people INTEGER NOT NULL, bots INTEGER NOT NULL,
    capped INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE posts (day TEXT NOT NULL, path TEXT NOT NULL, views INTEGER NOT NULL, people INTEGER NOT NULL,
    PRIMARY KEY (day, path)) STRICT, WITHOUT ROWID;
  CREATE INDEX posts_by_path ON posts (path, day);
  CREATE TABLE referrers (day TEXT NOT NULL, host TEXT NOT NULL, views INTEGER NOT NULL,
    PRIMARY KEY (day, host)) STRICT, WITHOUT ROWID;
  CREATE TABLE feeds (day TEXT NOT NULL, feed TEXT NOT NULL, reader TEXT NOT NULL, subscribers INTEGER NOT NULL,
    clients INTEGER NOT NULL, PRIMARY KEY (day, feed, reader)) STRICT, WITHOUT ROWID;
  CREATE TABLE salt (one INTEGER PRIMARY KEY CHECK (one = 1), day TEXT NOT NULL, salt TEXT NOT NULL) STRICT;
  CREATE TABLE marks (mark INTEGER PRIMARY KEY) STRICT;`;
/** Of days since version 2: a reader has a row however many feeds it asks for. */
const FEED_READERS = `
  CREATE TABLE feed_readers (day TEXT NOT NULL, reader TEXT NOT NULL, subscribers INTEGER NOT NULL, clients INTEGER NOT NULL,
    PRIMARY KEY (day, reader)) STRICT, WITHOUT ROWID;`;
/** The newest that were counted, three years; by number, as a clock that is years ahead for a moment must delete nothing. A day of a busy blog has some hundred rows. */
const MAX_DAYS = 1096;

const ADD_DAY = `INSERT INTO days VALUES (@day, @views, @people, @bots, @capped) ON CONFLICT (day) DO UPDATE SET
  views = views + excluded.views, people = people + excluded.people, bots = bots + excluded.bots,
  capped = max(capped, excluded.capped)`;
// One statement for all rows, as a batch runs between requests.
const ADD_POSTS = `INSERT INTO posts SELECT @day, value ->> 0, value ->> 1, value ->> 2 FROM json_each(@rows) WHERE true
  ON CONFLICT (day, path) DO UPDATE SET views = views + excluded.views, people = people + excluded.people`;
const ADD_REFERRERS = `INSERT INTO referrers SELECT @day, value ->> 0, value ->> 1 FROM json_each(@rows) WHERE true
  ON CONFLICT (day, host) DO UPDATE SET views = views + excluded.views`;
const ADD_FEEDS = `INSERT INTO feeds SELECT @day, value ->> 0, value ->> 1, value ->> 2, value ->> 3 FROM json_each(@rows) WHERE true
  ON CONFLICT (day, feed, reader) DO UPDATE SET subscribers = max(subscribers, excluded.subscribers),
  clients = clients + excluded.clients`;
const ADD_FEED_READERS = `INSERT INTO feed_readers SELECT @day, value ->> 0, value ->> 1, value ->> 2 FROM json_each(@rows) WHERE true
  ON CONFLICT (day, reader) DO UPDATE SET subscribers = max(subscribers, excluded.subscribers),
  clients = clients + excluded.clients`;
const OLDEST = `(SELECT min(day) FROM days)`;
const DELETE_OLD = `
  DELETE FROM days WHERE day NOT IN (SELECT day FROM days ORDER BY day DESC LIMIT ${MAX_DAYS});
  DELETE FROM posts WHERE day < ${OLDEST};
  DELETE FROM referrers WHERE day < ${OLDEST};
  DELETE FROM feeds WHERE day < ${OLDEST};
  DELETE FROM feed_readers WHERE day < ${OLDEST};`;
const ADD_MARKS = 'INSERT OR IGNORE INTO marks SELECT value FROM json_each(?)';

/** The counts on disk, in a file of their own: writes to it do not make the blog's pages stale. */
export class ReaderFile {
  readonly database: Database.Database;
  /** True while the WAL may hold marks that were deleted; another process that reads the file keeps it from being emptied. */
  #isInWal = true;

  constructor(database: Database.Database) {
    this.database = database;
  }

  /** Adds what was counted. `marks` replaces those of another day, of which no byte stays. */
  write(tallies: readonly DayTally[], marks: { readonly day: string; readonly salt: string }): void {
    const { database } = this;
    database.transaction(() => {
      if (this.#forgetOthers(marks)) this.#isInWal = true;
      for (const tally of tallies) this.#add(tally, tally.day === marks.day);
    })();
    if (this.#isInWal) this.#isInWal = database.pragma('wal_checkpoint(TRUNCATE)', { simple: true }) !== 0;
  }

  /** Salt and marks of a day; undefined if the file has those of another one, or none. */
  marksOf(day: string): StoredMarks | undefined {
    const salt = this.database
      .prepare<[string], string>('SELECT salt FROM salt WHERE day = ?')
      .pluck()
      .get(day);
    if (salt === undefined) return undefined;
    return { salt, marks: this.database.prepare<[], number>('SELECT mark FROM marks').pluck().all() };
  }

  /** Referring hosts, or feeds with their readers, that a day has already: its room for more is limited. */
  knownOf(day: string): { readonly hosts: readonly string[]; readonly feeds: readonly string[] } {
    const keys = (sql: string): string[] => this.database.prepare<[string], string>(sql).pluck().all(day);
    return {
      hosts: keys('SELECT host FROM referrers WHERE day = ?'),
      feeds: keys("SELECT feed || ' ' || reader FROM feeds WHERE day = ?"),
    };
  }

  close(): void {
    this.database.close();
  }

  #forgetOthers({ day, salt }: { readonly day: string; readonly salt: string }): boolean {
    const { database } = this;
    const former = database.prepare<[], string>('SELECT salt FROM salt').pluck().get();
    if (former === salt) return false;
    database.prepare('DELETE FROM marks').run();
    database.prepare('INSERT OR REPLACE INTO salt VALUES (1, ?, ?)').run(day, salt);
    database.exec(DELETE_OLD);
    return true;
  }

  #add(tally: DayTally, hasMarks: boolean): void {
    const { database } = this;
    const { day, views, people, bots } = tally;
    database.prepare(ADD_DAY).run({ day, views, people, bots, capped: Number(tally.isCapped) });
    const add = (sql: string, rows: readonly unknown[]): void => {
      if (rows.length > 0) database.prepare(sql).run({ day, rows: JSON.stringify(rows) });
    };
    add(
      ADD_POSTS,
      [...tally.posts].map(([path, post]) => [path, post.views, post.people]),
    );
    add(ADD_REFERRERS, [...tally.referrers]);
    add(
      ADD_FEEDS,
      [...tally.feeds.values()].map(({ feed, reader, subscribers, clients }) => [
        feed,
        reader,
        subscribers,
        clients,
      ]),
    );
    add(
      ADD_FEED_READERS,
      [...tally.feedReaders.values()].map(({ reader, subscribers, clients }) => [
        reader,
        subscribers,
        clients,
      ]),
    );
    if (hasMarks && tally.marks.length > 0) database.prepare(ADD_MARKS).run(JSON.stringify(tally.marks));
  }
}

/** Opens or creates the file; a damaged one is moved aside, to `<file>.damaged`. Throws what SQLite throws, and RangeError for a newer file. */
export function openReaderFile(file: string): ReaderFile {
  try {
    return new ReaderFile(prepare(file));
  } catch (error) {
    if (!isDamage(error)) throw error;
    renameSync(file, `${file}.damaged`);
    for (const end of ['-wal', '-shm']) rmSync(`${file}${end}`, { force: true });
    return new ReaderFile(prepare(file));
  }
}

function isDamage(error: unknown): boolean {
  return error instanceof Database.SqliteError && /^SQLITE_(?:CORRUPT|NOTADB)/.test(error.code);
}

function prepare(file: string): Database.Database {
  const database = new Database(file);
  try {
    database.pragma('busy_timeout = 0');
    // What is deleted is overwritten.
    database.pragma('secure_delete = ON');
    database.pragma('journal_mode = WAL');
    database.pragma('synchronous = NORMAL');
    const version = Number(database.pragma('user_version', { simple: true }));
    if (version > SCHEMA_VERSION) throw new RangeError(`${file} is from a newer version of the blog`);
    if (version < SCHEMA_VERSION)
      database.transaction(() => {
        if (version === 0) database.exec(SCHEMA);
        database.exec(FEED_READERS);
        database.pragma(`user_version = ${SCHEMA_VERSION}`);
      })();
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}
