import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import Database from 'better-sqlite3';
import { BetterSqlite3Instrumentation } from '../../../otel/instrumentation/better-sqlite3-instrumentation.ts';
import { TracingFixture } from './tracing-fixture.ts';

const CANARY = 'canary4711';

/** Every way a value reaches SQLite, including those that make it complain about the value. */
const CALLS: readonly (readonly [string, (db: InstanceType<typeof Database>) => unknown])[] = [
  ['a bound value', (db) => db.prepare('SELECT ?').get(CANARY)],
  ['a named value', (db) => db.prepare('SELECT @value').all({ value: CANARY })],
  ['a value bound for good', (db) => db.prepare('SELECT ?').bind(CANARY).pluck().get()],
  ['a buffer', (db) => db.prepare('SELECT ?').get(Buffer.from(CANARY))],
  ['a literal', (db) => db.prepare(`SELECT '${CANARY}'`).get()],
  ['a literal in exec', (db) => db.exec(`INSERT INTO notes VALUES ('${CANARY}')`)],
  ['a comment', (db) => db.exec(`SELECT 1 -- ${CANARY}`)],
  ['a pragma', (db) => db.pragma(`cipher_key = ${CANARY}`)],
  ['an iteration', (db) => [...db.prepare('SELECT ?').iterate(CANARY)]],
  ['a full-text query', (db) => db.prepare('SELECT * FROM search WHERE search MATCH ?').all(CANARY)],
  [
    'a broken full-text query',
    (db) => db.prepare('SELECT * FROM search WHERE search MATCH ?').all(`"${CANARY}`),
  ],
  ['a full-text column', (db) => db.prepare('SELECT * FROM search WHERE search MATCH ?').all(`${CANARY}: x`)],
  ['broken JSON', (db) => db.prepare('SELECT json(?)').get(`{${CANARY}`)],
  ['a JSON path', (db) => db.prepare("SELECT json_extract('{}', ?)").get(CANARY)],
  ['RAISE', (db) => db.prepare('INSERT INTO guarded VALUES (?)').run(CANARY)],
  [
    'a function that throws',
    (db) =>
      db
        .function('fail', (value: unknown) => {
          throw new Error(String(value));
        })
        .prepare('SELECT fail(?)')
        .get(CANARY),
  ],
  ['a misspelt literal', (db) => db.prepare(`SELECT "${CANARY} x" FROM notes`)],
  ['an unknown token', (db) => db.prepare(`SELECT '${CANARY}`)],
  [
    'a rolled back transaction',
    (db) =>
      db.transaction(() => {
        throw new Error(CANARY);
      })(),
  ],
  ['an attached file', (db) => db.exec(`ATTACH '/nowhere/${CANARY}/x' AS other`)],
  ['a wrong type', (db) => db.prepare('INSERT INTO typed VALUES (?)').run(CANARY)],
];

describe('bound values and literals', () => {
  const tracing = new TracingFixture();
  const instrumentation = new BetterSqlite3Instrumentation();
  const db = new Database(':memory:');

  beforeAll(() => {
    db.exec(`CREATE TABLE notes (text); CREATE TABLE guarded (text); CREATE TABLE typed (n INTEGER) STRICT; CREATE VIRTUAL TABLE search USING fts5 (text);
      CREATE TRIGGER no AFTER INSERT ON guarded BEGIN SELECT RAISE(ABORT, 'refused'); END`);
    instrumentation.manuallyInstrument(Database);
  });
  afterAll(() => {
    instrumentation.disable();
    db.close();
    tracing.stop();
  });

  it.each(CALLS)('%s is on no span', (_name, call) => {
    tracing.inSpan(() => attempt(call));
    const spans = tracing.take();
    expect(spans.length).toBeGreaterThan(0);
    const told = spans.map(({ name, attributes, status, events }) => ({
      name,
      attributes,
      status,
      events: events.map(({ name, attributes }) => [name, attributes]),
    }));
    expect(JSON.stringify(told)).not.toContain(CANARY);
  });

  function attempt(call: (db: InstanceType<typeof Database>) => unknown): void {
    try {
      call(db);
    } catch {
      // Some of the calls are meant to fail.
    }
  }
});
