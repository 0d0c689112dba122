import { afterAll, describe, expect, it } from '@jest/globals';
import Database from 'better-sqlite3';
import { BetterSqlite3Instrumentation } from '../../../otel/instrumentation/better-sqlite3-instrumentation.ts';
import { StatementFacts } from '../../../otel/instrumentation/statement-facts.ts';
import { TracingFixture } from './tracing-fixture.ts';

describe('BetterSqlite3Instrumentation', () => {
  const tracing = new TracingFixture();
  const db = new Database(':memory:');
  const statementPrototype = Object.getPrototypeOf(db.prepare('SELECT 1')) as object;
  const iterator = db.prepare('SELECT 1').iterate();
  const iteratorPrototype = Object.getPrototypeOf(iterator) as object;
  iterator.return?.();

  afterAll(() => {
    tracing.stop();
  });

  const descriptors = (): readonly (readonly [string, PropertyDescriptor])[] =>
    [Database.prototype, statementPrototype, iteratorPrototype].flatMap((prototype) =>
      Object.entries(Object.getOwnPropertyDescriptors(prototype) as Record<string, PropertyDescriptor>),
    );
  const methods = (): unknown[] => descriptors().map(([, { value }]) => value as unknown);
  const shapes = (): unknown[] =>
    descriptors().map(([name, { value, enumerable, writable, configurable }]) => {
      const { name: ownName, length } = value as { name?: string; length?: number };
      return { name, ownName, length, enumerable, writable, configurable };
    });

  it('patches only on request, keeps the shape of every method, and restores all of it', () => {
    const before = methods();
    const shapesBefore = shapes();
    const instrumentation = new BetterSqlite3Instrumentation();
    expect(methods()).toEqual(before);
    instrumentation.manuallyInstrument(Database);
    expect(methods().filter((method, i) => method !== before[i])).toHaveLength(11);
    expect(shapes()).toEqual(shapesBefore);
    instrumentation.disable();
    expect(methods()).toEqual(before);
  });

  it('creates one span per call however often it is enabled', () => {
    const first = new BetterSqlite3Instrumentation();
    const second = new BetterSqlite3Instrumentation();
    first.manuallyInstrument(Database);
    first.manuallyInstrument(Database);
    second.manuallyInstrument(Database);
    tracing.inSpan(() => db.prepare('SELECT 1').get());
    expect(tracing.take()).toHaveLength(1);
    second.disable();
    first.disable();
    tracing.inSpan(() => db.prepare('SELECT 1').get());
    expect(tracing.take()).toEqual([]);
    first.manuallyInstrument(Database);
    tracing.inSpan(() => db.prepare('SELECT 1').get());
    expect(tracing.take()).toHaveLength(1);
    first.disable();
  });

  it('sees statements that were prepared before', () => {
    const old = db.prepare('SELECT 7').pluck();
    const instrumentation = new BetterSqlite3Instrumentation();
    instrumentation.manuallyInstrument(Database);
    expect(tracing.inSpan(() => old.get())).toBe(7);
    instrumentation.disable();
    expect(tracing.take()).toHaveLength(1);
  });

  it('only calls through below another patch', () => {
    const instrumentation = new BetterSqlite3Instrumentation();
    const bare = Database.prototype.exec;
    instrumentation.manuallyInstrument(Database);
    const ours = Database.prototype.exec;
    Database.prototype.exec = function (sql) {
      return ours.call(this, sql);
    };
    instrumentation.disable();
    tracing.inSpan(() => db.exec('SELECT 1'));
    Database.prototype.exec = bare;
    expect(tracing.take()).toEqual([]);
  });

  it.each([undefined, {}, 'better-sqlite3', Map])('rejects what is not a Database class: %p', (wrong) => {
    expect(() => new BetterSqlite3Instrumentation().manuallyInstrument(wrong as never)).toThrow(TypeError);
  });

  it('caches a bounded number of statements', () => {
    const facts = new StatementFacts();
    for (let i = 0; i < 2_000; i++) facts.describe(`SELECT ${i}`, 'blog.db');
    expect(facts.size).toBe(500);
    facts.describe(`SELECT ${'x, '.repeat(20_000)}1`, 'blog.db');
    expect(facts.size).toBe(500);
    expect(facts.describe('SELECT 1999', 'blog.db')).toBe(facts.describe('SELECT 1999', 'blog.db'));
  });
});
