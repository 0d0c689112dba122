import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import Database from 'better-sqlite3';
import { BetterSqlite3Instrumentation } from '../../../otel/instrumentation/better-sqlite3-instrumentation.ts';
import { SteppingClock, TracingFixture } from './tracing-fixture.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

describe('an iteration', () => {
  const tracing = new TracingFixture();
  const clock = new SteppingClock();
  const instrumentation = new BetterSqlite3Instrumentation({ clock });
  const db = new Database(':memory:').exec('CREATE TABLE n (i); INSERT INTO n VALUES (1), (2), (3)');
  instrumentation.manuallyInstrument(Database);

  beforeEach(() => {
    tracing.take();
  });
  afterAll(() => {
    instrumentation.disable();
    db.close();
    tracing.stop();
  });

  it('lasts as long as its steps, not as long as the loop around them', () => {
    const seen: unknown[] = [];
    tracing.inSpan(() => {
      for (const row of db.prepare('SELECT i FROM n').pluck().iterate()) {
        seen.push(row);
        for (let i = 0; i < 1_000; i++) clock.monotonicNanos();
      }
    });
    expect(seen).toEqual([1, 2, 3]);
    const [span] = tracing.take();
    // The call of iterate and four calls of next, one clock step each.
    expect(span!.duration).toEqual([0, 5 * clock.stepNanos]);
    expect(span!.attributes['db.response.returned_rows']).toBe(3);
  });

  it('ends once, at return(), and the native iterator is unchanged', () => {
    const iterator = tracing.inSpan(() => db.prepare('SELECT i FROM n').iterate());
    expect(Object.getOwnPropertyNames(iterator)).toEqual(['statement']);
    expect(iterator[Symbol.iterator]()).toBe(iterator);
    expect(iterator.next()).toEqual({ value: { i: 1 }, done: false });
    expect(tracing.take()).toEqual([]);
    expect(iterator.return!()).toEqual({ value: undefined, done: true });
    iterator.return!();
    expect(iterator.next().done).toBe(true);
    expect(tracing.take()).toMatchObject([
      { name: 'SELECT n', attributes: { 'db.response.returned_rows': 1 } },
    ]);
  });

  it('ends when the loop throws', () => {
    expect(() =>
      tracing.inSpan(() => {
        for (const row of db.prepare('SELECT i FROM n').iterate())
          throw new Error(`enough of ${JSON.stringify(row)}`);
      }),
    ).toThrow('enough');
    expect(tracing.take()).toMatchObject([{ name: 'SELECT n' }]);
  });

  it('belongs to the span it was started in', () => {
    const { iterator, parent } = tracing.inSpan((span) => ({
      iterator: db.prepare('SELECT i FROM n').iterate(),
      parent: span.spanContext(),
    }));
    expect([...iterator]).toHaveLength(3);
    expect(tracing.take()[0]!.parentSpanContext!.spanId).toBe(parent.spanId);
  });

  it('that was abandoned is recorded when it is garbage-collected', async () => {
    const other = new Database(':memory:').exec(
      "CREATE TABLE letters (l); INSERT INTO letters VALUES ('a'), ('b')",
    );
    tracing.take();
    const drop = (): void => {
      tracing.inSpan(() => other.prepare('SELECT * FROM letters').iterate().next());
    };
    drop();
    for (let i = 0; i < 50 && tracing.spans.length === 0; i++) {
      collectGarbage();
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(tracing.take()).toMatchObject([
      { attributes: { 'db.query.text': 'SELECT * FROM letters', 'db.response.returned_rows': 1 } },
    ]);
  });
});
