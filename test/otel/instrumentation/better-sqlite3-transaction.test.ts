import { join } from 'node:path';
import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import Database from 'better-sqlite3';
import { BetterSqlite3Instrumentation } from '../../../otel/instrumentation/better-sqlite3-instrumentation.ts';
import { TracingFixture } from './tracing-fixture.ts';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';

describe('a transaction', () => {
  const tracing = new TracingFixture();
  let slowNanos = Infinity;
  const instrumentation = new BetterSqlite3Instrumentation({ slowNanos: () => slowNanos });
  let folder: string;
  let db: InstanceType<typeof Database>;

  beforeAll(() => {
    folder = temporaryFolder();
    db = new Database(join(folder, 'blog.db')).exec('CREATE TABLE posts (n)');
    instrumentation.manuallyInstrument(Database);
  });
  beforeEach(() => {
    slowNanos = Infinity;
    tracing.take();
  });
  afterAll(() => {
    instrumentation.disable();
    db.close();
    tracing.stop();
  });

  const byName = (spans: readonly ReadableSpan[], name: string): ReadableSpan => {
    const found = spans.find((span) => span.name === name);
    if (found === undefined)
      throw new Error(`no span ${name} among ${spans.map((span) => span.name).join(', ')}`);
    return found;
  };

  it('is one INTERNAL span around its statements, without BEGIN and COMMIT', () => {
    const insert = db.prepare('INSERT INTO posts VALUES (?)');
    const insertAll = db.transaction((values: readonly number[]) =>
      values.map((value) => insert.run(value).changes),
    );
    expect(tracing.inSpan(() => insertAll([1, 2]))).toEqual([1, 1]);
    const spans = tracing.take();
    expect(spans.map(({ name }) => name)).toEqual(['INSERT posts', 'INSERT posts', 'transaction']);
    const transaction = spans[2]!;
    expect(transaction.kind).toBe(SpanKind.INTERNAL);
    expect(transaction.attributes).toMatchObject({
      'db.system.name': 'sqlite',
      'db.namespace': 'blog.db',
      'operation.transaction.mode': 'deferred',
      'operation.transaction.outcome': 'commit',
    });
    expect(transaction.attributes['operation.transaction.begin_duration']).toBeGreaterThan(0);
    expect(transaction.attributes['operation.transaction.commit_duration']).toBeGreaterThan(0);
    expect(spans[0]!.parentSpanContext!.spanId).toBe(transaction.spanContext().spanId);
  });

  it('nests as a savepoint', () => {
    const inner = db.transaction(() => db.prepare('SELECT 1').pluck().get());
    const outer = db.transaction(() => inner());
    tracing.inSpan(() => outer.immediate());
    const [select, savepoint, transaction] = tracing.take();
    expect(savepoint!.attributes['operation.transaction.mode']).toBe('savepoint');
    expect(transaction!.attributes['operation.transaction.mode']).toBe('immediate');
    expect(select!.parentSpanContext!.spanId).toBe(savepoint!.spanContext().spanId);
    expect(savepoint!.parentSpanContext!.spanId).toBe(transaction!.spanContext().spanId);
  });

  it('has failed if it threw: the same error passes, the work is undone', () => {
    const broken = new Error('no');
    const fail = db.transaction(() => {
      db.prepare('DELETE FROM posts').run();
      throw broken;
    });
    const before = db.prepare('SELECT count(*) FROM posts').pluck().get();
    tracing.take();
    let thrown: unknown;
    try {
      tracing.inSpan(() => fail());
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBe(broken);
    const transaction = byName(tracing.take(), 'transaction');
    expect(transaction.status.code).toBe(SpanStatusCode.ERROR);
    expect(transaction.attributes).toMatchObject({
      'operation.transaction.outcome': 'rollback',
      'error.type': 'Error',
    });
    expect(db.prepare('SELECT count(*) FROM posts').pluck().get()).toBe(before);
  });

  it('keeps the shape of the function: four variants, the database, this and arguments', () => {
    const wrapped = db.transaction(function (this: unknown, ...values: unknown[]) {
      return [this, values];
    });
    const receiver = { name: 'receiver' };
    for (const variant of [
      wrapped,
      wrapped.deferred,
      wrapped.immediate,
      wrapped.exclusive,
      wrapped.exclusive as unknown as typeof wrapped,
    ]) {
      expect(variant.call(receiver, 1, 2)).toEqual([receiver, [1, 2]]);
      expect({ name: variant.name, length: variant.length }).toEqual({
        name: 'sqliteTransaction',
        length: 0,
      });
      expect((variant as unknown as { database: unknown }).database).toBe(db);
    }
    expect((wrapped.deferred as unknown as typeof wrapped).immediate).toBe(wrapped.immediate);
    expect(() => db.transaction(7 as never)).toThrow('Expected first argument to be a function');
    expect(() => db.transaction(() => Promise.resolve())()).toThrow('cannot return a promise');
  });

  it('shows a busy wait: BEGIN gets a span of its own when it fails', () => {
    const path = join(folder, 'blog.db');
    const other = new Database(path, { timeout: 20 });
    const hold = new Database(path);
    hold.exec('BEGIN IMMEDIATE');
    tracing.take();
    expect(() => tracing.inSpan(() => other.transaction(() => 1).immediate())).toThrow('locked');
    hold.exec('ROLLBACK');
    const spans = tracing.take();
    const transaction = byName(spans, 'transaction');
    const begin = byName(spans, 'BEGIN');
    expect(begin.attributes['db.response.status_code']).toBe('SQLITE_BUSY');
    expect(begin.parentSpanContext!.spanId).toBe(transaction.spanContext().spanId);
    const [seconds, nanos] = begin.duration;
    expect(transaction.attributes['operation.transaction.begin_duration']).toBeCloseTo(
      seconds + nanos / 1e9,
      9,
    );
    other.close();
    hold.close();
  });

  it('shows a slow COMMIT', () => {
    slowNanos = 0;
    tracing.inSpan(() => db.transaction(() => undefined)());
    expect(tracing.take().map(({ name }) => name)).toEqual(['BEGIN', 'COMMIT', 'transaction']);
  });

  it('only calls through after the patches are removed', () => {
    const made = db.transaction(() => db.prepare('SELECT 1').pluck().get());
    instrumentation.disable();
    expect(tracing.inSpan(() => made())).toBe(1);
    expect(tracing.take()).toEqual([]);
    instrumentation.manuallyInstrument(Database);
  });
});
