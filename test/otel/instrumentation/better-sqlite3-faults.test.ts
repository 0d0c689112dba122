import { context, type Tracer, trace } from '@opentelemetry/api';
import { afterAll, afterEach, describe, expect, it, jest } from '@jest/globals';
import Database from 'better-sqlite3';
import { Guard } from '../../../otel/base/guard.ts';
import { BetterSqlite3Instrumentation } from '../../../otel/instrumentation/better-sqlite3-instrumentation.ts';
import { AsyncContextManager } from '../../../otel/instrumentation/context-manager.ts';
import { createRenderTracer } from '../../../otel/instrumentation/render.ts';
import { TracingFixture } from './tracing-fixture.ts';

const broken = (): never => {
  throw new Error('telemetry broke');
};

/** Everything the instrumentations depend on, broken one at a time. */
const FAULTS: readonly (readonly [
  string,
  (parts: {
    clock: { now(): number; monotonicNanos(): number };
    instrumentation: () => BetterSqlite3Instrumentation;
  }) => void,
])[] = [
  ['the monotonic clock', ({ clock }) => (clock.monotonicNanos = broken)],
  ['the wall clock', ({ clock }) => (clock.now = broken)],
  [
    'startSpan',
    ({ instrumentation }) =>
      instrumentation().setTracerProvider({
        getTracer: () => ({ startSpan: broken, startActiveSpan: broken }) as Tracer,
      }),
  ],
  [
    'the span',
    ({ instrumentation }) =>
      instrumentation().setTracerProvider({
        getTracer: () =>
          ({
            startSpan: () => ({
              setAttributes: broken,
              setAttribute: broken,
              setStatus: broken,
              addEvent: broken,
              end: broken,
            }),
            startActiveSpan: broken,
          }) as unknown as Tracer,
      }),
  ],
];

describe('a fault inside telemetry', () => {
  const tracing = new TracingFixture();
  let instrumentation: BetterSqlite3Instrumentation;

  afterEach(() => instrumentation.disable());
  afterAll(() => tracing.stop());

  it.each(FAULTS)('in %s changes no result, and is counted', async (_name, breakIt) => {
    const guard = new Guard();
    const clock = { now: () => 1, monotonicNanos: () => performance.now() };
    instrumentation = new BetterSqlite3Instrumentation({ guard, clock });
    breakIt({ clock, instrumentation: () => instrumentation });
    instrumentation.manuallyInstrument(Database);
    const render = createRenderTracer({ guard, clock, tracer: () => tracing.ownTracer(clock) });
    const db = new Database(':memory:');
    const answers = tracing.inSpan(() => {
      db.exec('CREATE TABLE t (n UNIQUE)');
      return [
        db.prepare('INSERT INTO t VALUES (?)').run(1).changes,
        db.prepare('SELECT n FROM t').pluck().get(),
        db.prepare('SELECT n FROM t').pluck().all(),
        [...db.prepare('SELECT n FROM t').pluck().iterate()],
        db.pragma('user_version', { simple: true }),
        db.transaction((n: number) => n + 1)(1),
        render('page', () => '<p>'),
      ];
    });
    expect(answers).toEqual([1, 1, [1], [1], 0, 2, '<p>']);
    expect(() => tracing.inSpan(() => db.prepare('INSERT INTO t VALUES (1)').run())).toThrow(
      'UNIQUE constraint failed: t.n',
    );
    await expect(tracing.inSpan(() => render('page', () => Promise.resolve('later')))).resolves.toBe('later');
    db.close();
    expect(guard.faults().length).toBeGreaterThan(0);
    expect(guard.faults().every(({ lastMessage }) => lastMessage === 'telemetry broke')).toBe(true);
  });

  it('in the context manager changes no result', () => {
    const guard = new Guard();
    instrumentation = new BetterSqlite3Instrumentation({ guard });
    instrumentation.manuallyInstrument(Database);
    const db = new Database(':memory:');
    const getSpan = trace.getSpan;
    trace.getSpan = broken;
    try {
      expect(db.prepare('SELECT 3').pluck().get()).toBe(3);
    } finally {
      trace.getSpan = getSpan;
    }
    db.close();
    expect(guard.faults().length).toBeGreaterThan(0);
  });

  it.each([
    ['active', { active: broken }],
    ['with', { with: broken }],
  ])("in the context manager's %s calls the app once and changes no answer", (_name, fault) => {
    const guard = new Guard();
    instrumentation = new BetterSqlite3Instrumentation({ guard });
    instrumentation.manuallyInstrument(Database);
    const render = createRenderTracer({ guard, tracer: () => tracing.ownTracer() });
    const db = new Database(':memory:');
    const rendered = jest.fn(() => '<p>');
    const manager = Object.assign(new AsyncContextManager(), fault);
    context.disable();
    context.setGlobalContextManager(manager);
    try {
      expect(db.prepare('SELECT 3').pluck().get()).toBe(3);
      expect(db.transaction((n: number) => n + 1)(1)).toBe(2);
      expect(render('page', rendered)).toBe('<p>');
      expect(() =>
        db.transaction(() => {
          throw new RangeError('of the app');
        })(),
      ).toThrow(new RangeError('of the app'));
    } finally {
      context.disable();
      context.setGlobalContextManager(new AsyncContextManager());
    }
    db.close();
    expect(rendered).toHaveBeenCalledTimes(1);
    expect(guard.faults().map(({ place, lastMessage }) => [place, lastMessage])).toContainEqual([
      'operation context',
      'telemetry broke',
    ]);
  });
});
