import { join } from 'node:path';
import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import Database from 'better-sqlite3';
import { BetterSqlite3Instrumentation } from '../../../otel/instrumentation/better-sqlite3-instrumentation.ts';
import { TracingFixture } from './tracing-fixture.ts';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';

type Database = InstanceType<typeof Database>;
/** Summary, rows attribute (`returned 2`, `changed 1`, none) and error code of each span of a call. */
type Expected = readonly string[];

const SCHEMA = 'CREATE TABLE posts (id INTEGER PRIMARY KEY, title TEXT NOT NULL UNIQUE, size INTEGER)';

const CALLS: readonly (readonly [name: string, call: (db: Database) => unknown, spans: Expected])[] = [
  ['run', (db) => db.prepare('INSERT INTO posts (title) VALUES (?)').run('c'), ['INSERT posts changed 1']],
  [
    'run without a match',
    (db) => db.prepare('DELETE FROM posts WHERE id = ?').run(99),
    ['DELETE posts changed 0'],
  ],
  [
    'run with named values',
    (db) => db.prepare('UPDATE posts SET size = @s').run({ s: 3 }),
    ['UPDATE posts changed 2'],
  ],
  ['get', (db) => db.prepare('SELECT * FROM posts WHERE id = ?').get(1), ['SELECT posts returned 1']],
  [
    'get without a row',
    (db) => db.prepare('SELECT * FROM posts WHERE id = ?').get(99),
    ['SELECT posts returned 0'],
  ],
  [
    'get RETURNING',
    (db) => db.prepare("INSERT INTO posts (title) VALUES ('z') RETURNING id").get(),
    ['INSERT posts returned 1'],
  ],
  ['all', (db) => db.prepare('SELECT * FROM posts').all(), ['SELECT posts returned 2']],
  ['pluck', (db) => db.prepare('SELECT title FROM posts').pluck().all(), ['SELECT posts returned 2']],
  ['pluck of null', (db) => db.prepare('SELECT NULL').pluck().get(), ['SELECT returned 1']],
  ['raw', (db) => db.prepare('SELECT id, title FROM posts').raw().all(), ['SELECT posts returned 2']],
  [
    'expand',
    (db) => db.prepare('SELECT p.id, p.title FROM posts p').expand().get(),
    ['SELECT posts returned 1'],
  ],
  [
    'safeIntegers',
    (db) => db.prepare('SELECT id FROM posts').safeIntegers().get(),
    ['SELECT posts returned 1'],
  ],
  ['bind', (db) => db.prepare('SELECT * FROM posts WHERE id = ?').bind(2).get(), ['SELECT posts returned 1']],
  [
    'columns',
    (db) =>
      db
        .prepare('SELECT id FROM posts')
        .columns()
        .map(({ name }) => name),
    [],
  ],
  ['iterate', (db) => [...db.prepare('SELECT id FROM posts').iterate()], ['SELECT posts returned 2']],
  [
    'iterate and break',
    (db) => {
      for (const row of db.prepare('SELECT id FROM posts').iterate()) return row;
      return undefined;
    },
    ['SELECT posts returned 1'],
  ],
  [
    'iterate of nothing',
    (db) => [...db.prepare('SELECT id FROM posts WHERE 0').iterate()],
    ['SELECT posts returned 0'],
  ],
  [
    'exec',
    (db) => db.exec("INSERT INTO posts (title) VALUES ('x'); DELETE FROM posts") === db,
    ['INSERT posts; DELETE posts'],
  ],
  ['pragma', (db) => db.pragma('table_info(posts)'), ['PRAGMA table_info returned 3']],
  ['pragma simple', (db) => db.pragma('user_version', { simple: true }), ['PRAGMA user_version returned 1']],
  ['pragma that sets', (db) => db.pragma('user_version = 7'), ['PRAGMA user_version returned 0']],
  [
    'explain',
    (db) => (db as unknown as { explain(sql: string): unknown[] }).explain('SELECT 1').length > 0,
    ['EXPLAIN SELECT returned *'],
  ],
  [
    'function',
    (db) =>
      db
        .function('twice', (n: number) => n * 2)
        .prepare('SELECT twice(?)')
        .pluck()
        .get(4),
    ['SELECT returned 1'],
  ],
  ['serialize', (db) => db.serialize().length > 0, []],
  [
    'transaction',
    (db) => db.transaction((n: number) => db.prepare('SELECT ?').pluck().get(n))(5),
    ['SELECT returned 1', 'transaction deferred commit'],
  ],
  ['transaction immediate', (db) => db.transaction(() => 1).immediate(), ['transaction immediate commit']],
  ['transaction exclusive', (db) => db.transaction(() => 1).exclusive(), ['transaction exclusive commit']],
  [
    'transaction by hand',
    (db) => db.exec('BEGIN') && db.prepare('COMMIT').run(),
    ['BEGIN', 'COMMIT changed 0'],
  ],
  [
    'unique violated',
    (db) => db.prepare('INSERT INTO posts (title) VALUES (?)').run('a'),
    ['INSERT posts SQLITE_CONSTRAINT_UNIQUE'],
  ],
  ['error in get', (db) => db.prepare('SELECT abs(?)').get(-9223372036854775808n), ['SELECT SQLITE_ERROR']],
  ['error in all', (db) => db.prepare('SELECT json(?)').all('{'), ['SELECT SQLITE_ERROR']],
  [
    'error in iterate',
    (db) => [...db.prepare('SELECT json(?)').iterate('{')],
    ['SELECT returned 0 SQLITE_ERROR'],
  ],
  ['error in exec', (db) => db.exec('DROP TABLE missing'), ['DROP TABLE missing SQLITE_ERROR']],
  ['error in prepare', (db) => db.prepare('SELECT * FROM missing'), ['SELECT missing SQLITE_ERROR']],
  ['error in pragma', (db) => db.pragma('(('), ['PRAGMA SQLITE_ERROR']],
  ['wrong values', (db) => db.prepare('SELECT ?').get(), ['SELECT RangeError']],
  ['get of a writer', (db) => db.prepare('DELETE FROM posts').get(), ['DELETE posts TypeError']],
  [
    'iterate of a writer',
    (db) => db.prepare('DELETE FROM posts').iterate(),
    ['DELETE posts returned 0 TypeError'],
  ],
  ['no text', (db) => db.prepare(7 as unknown as string), ['unknown TypeError']],
  ['wrong object', (db) => db.prepare('SELECT 1').get.call({} as never), []],
];

describe('better-sqlite3 under the instrumentation', () => {
  const tracing = new TracingFixture();
  const instrumentation = new BetterSqlite3Instrumentation();
  let folder: string;
  let db: Database;

  beforeAll(() => {
    folder = temporaryFolder();
  });
  afterAll(() => {
    tracing.stop();
  });
  beforeEach(() => {
    db = open();
  });
  afterEach(() => {
    instrumentation.disable();
    db.close();
  });

  function open(): Database {
    const database = new Database(join(folder, 'blog.db'));
    database.exec('DROP TABLE IF EXISTS posts; PRAGMA user_version = 0');
    database.exec(`${SCHEMA}; INSERT INTO posts (title) VALUES ('a'), ('b')`);
    return database;
  }

  function outcome(call: (db: Database) => unknown): unknown {
    try {
      return { value: call(db) };
    } catch (error) {
      const { name, message, code } = error as Error & { code?: string };
      return { name, message, code };
    }
  }

  function told(): string[] {
    return tracing
      .take()
      .map(({ name, attributes }) =>
        [
          name,
          attributes['operation.transaction.mode'],
          attributes['operation.transaction.outcome'],
          attributes['db.response.returned_rows'] === undefined
            ? undefined
            : `returned ${attributes['db.response.returned_rows']}`,
          attributes['operation.changed_rows'] === undefined
            ? undefined
            : `changed ${attributes['operation.changed_rows']}`,
          attributes['error.type'],
        ]
          .filter((part) => part !== undefined)
          .join(' '),
      );
  }

  it.each(CALLS)('%s behaves as in the bare class, and is recorded', (_name, call, expected) => {
    const bare = outcome(call);
    db.close();
    db = open();
    instrumentation.manuallyInstrument(Database);
    const observed = tracing.inSpan(() => outcome(call));
    expect(observed).toEqual(bare);
    const patterns = expected.map((text) =>
      expect.stringMatching(new RegExp(`^${text.replace('*', '.*')}$`)),
    );
    expect(told()).toEqual(patterns);
  });

  it('backs up in one span, across turns of the event loop', async () => {
    instrumentation.manuallyInstrument(Database);
    const target = join(folder, 'copy.db');
    const progress = await tracing.inSpan(() => db.backup(target));
    expect(progress).toEqual({ totalPages: expect.any(Number), remainingPages: 0 });
    await expect(tracing.inSpan(() => db.backup(join(folder, 'no', 'such', 'folder')))).rejects.toThrow(
      TypeError,
    );
    expect(told()).toEqual(['BACKUP', 'BACKUP TypeError']);
  });

  it('records a statement by the semantic conventions', () => {
    instrumentation.manuallyInstrument(Database);
    const parent = tracing.inSpan((span) => {
      db.prepare("SELECT * FROM posts WHERE title = ? AND size IN (1, 2) AND 'x' = :y").all('a', { y: 'x' });
      return span.spanContext();
    });
    const [span] = tracing.take();
    expect(span).toMatchObject({
      name: 'SELECT posts',
      kind: SpanKind.CLIENT,
      status: { code: SpanStatusCode.UNSET },
      parentSpanContext: { spanId: parent.spanId, traceId: parent.traceId },
    });
    expect(span!.attributes).toEqual({
      'db.system.name': 'sqlite',
      'db.namespace': 'blog.db',
      'db.query.summary': 'SELECT posts',
      'db.query.text': 'SELECT * FROM posts WHERE title = ? AND size IN (?) AND ? = :y',
      'db.response.returned_rows': 0,
    });
  });

  it('records a failure with the result code, a safe message and its location', () => {
    instrumentation.manuallyInstrument(Database);
    expect(() => tracing.inSpan(() => db.prepare('INSERT INTO posts (title) VALUES (?)').run('a'))).toThrow(
      'UNIQUE',
    );
    const [span] = tracing.take();
    expect(span!.status).toEqual({
      code: SpanStatusCode.ERROR,
      message: 'UNIQUE constraint failed: posts.title',
    });
    expect(span!.attributes).toMatchObject({
      'db.response.status_code': 'SQLITE_CONSTRAINT_UNIQUE',
      'error.type': 'SQLITE_CONSTRAINT_UNIQUE',
    });
    expect(span!.events[0]!.attributes!['exception.stacktrace']).toContain('better-sqlite3-api.test.ts');
  });

  it.each([
    [':memory:', ':memory:'],
    ['', ':memory:'],
  ])('calls the namespace of %j %j', (name, namespace) => {
    instrumentation.manuallyInstrument(Database);
    const other = new Database(name);
    tracing.inSpan(() => other.prepare('SELECT 1').get());
    other.close();
    expect(tracing.take()[0]!.attributes['db.namespace']).toBe(namespace);
  });
});
