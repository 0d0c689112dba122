import {
  ROOT_CONTEXT,
  SpanStatusCode,
  type TraceState,
  context,
  createTraceState,
  trace,
} from '@opentelemetry/api';
import { type RPCMetadata, RPCType, setRPCMetadata, suppressTracing } from '@opentelemetry/core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import Database from 'better-sqlite3';
import { Guard } from '../../../otel/base/guard.ts';
import { BetterSqlite3Instrumentation } from '../../../otel/instrumentation/better-sqlite3-instrumentation.ts';
import { setRequestFacts } from '../../fixtures/request-facts.ts';
import { FakeRecorder, SteppingClock, TracingFixture } from './tracing-fixture.ts';

describe('a statement whose detail is not wanted', () => {
  const tracing = new TracingFixture();
  const clock = new SteppingClock();
  const guard = new Guard();
  let recorder: FakeRecorder;
  let instrumentation: BetterSqlite3Instrumentation;
  let db: InstanceType<typeof Database>;

  beforeAll(() => {
    db = new Database(':memory:').exec("CREATE TABLE posts (title UNIQUE); INSERT INTO posts VALUES ('a')");
  });
  beforeEach(() => {
    recorder = new FakeRecorder();
    recorder.isWanted = false;
    instrumentation = new BetterSqlite3Instrumentation({ recorder, clock, guard });
    instrumentation.manuallyInstrument(Database);
  });
  afterEach(() => {
    instrumentation.disable();
    tracing.take();
  });
  afterAll(() => {
    db.close();
    tracing.stop();
    expect(guard.faults()).toEqual([]);
  });

  it('is counted exactly, without a span', () => {
    tracing.inSpan(() => db.prepare('SELECT * FROM posts WHERE title = ?').all('a'));
    expect(tracing.take()).toEqual([]);
    expect(recorder.recorded).toEqual([
      {
        type: 'database',
        series: 'SELECT * FROM posts WHERE title = ?',
        statement: {
          series: 'SELECT * FROM posts WHERE title = ?',
          text: 'SELECT * FROM posts WHERE title = ?',
          summary: 'SELECT posts',
        },
        endMillis: clock.now(),
        durationNanos: clock.stepNanos,
        failed: false,
        clientError: false,
        aborted: false,
        rows: 1,
      },
    ]);
  });

  it.each([
    ['just below', 1_001, 0],
    ['exactly at', 1_000, 1],
    ['above', 999, 1],
  ])('%s the slow threshold: threshold %d ns makes %d spans', (_where, thresholdNanos, spans) => {
    recorder.thresholdNanos = thresholdNanos;
    tracing.inSpan(() => db.prepare('SELECT 1').get());
    const made = tracing.take();
    expect(made).toHaveLength(spans);
    expect(recorder.recorded).toHaveLength(1 - spans);
    expect(made.map(({ duration }) => duration)).toEqual(spans === 0 ? [] : [[0, 1_000]]);
  });

  it('gets a span after the fact when it failed, as a child of the active span', () => {
    const parent = tracing.inSpan((span) => {
      expect(() => db.prepare("INSERT INTO posts VALUES ('a')").run()).toThrow('UNIQUE');
      return span.spanContext();
    });
    expect(recorder.recorded).toEqual([]);
    expect(tracing.take()).toMatchObject([
      {
        name: 'INSERT posts',
        status: { code: SpanStatusCode.ERROR },
        parentSpanContext: { spanId: parent.spanId },
      },
    ]);
  });

  it('is asked for by trace id and tracestate', () => {
    const traceState: TraceState = createTraceState('ot=rv:0123456789abcd');
    const spanContext = {
      traceId: '0af7651916cd43dd8448eb211c80319c',
      spanId: 'b7ad6b7169203331',
      traceFlags: 0,
      traceState,
    };
    context.with(trace.setSpanContext(ROOT_CONTEXT, spanContext), () => db.prepare('SELECT 1').get());
    expect(recorder.asked).toEqual([['database', spanContext.traceId, 'ot=rv:0123456789abcd']]);
  });

  it('gets a trace of its own outside of any span, where no trace id could be asked about', () => {
    db.prepare('SELECT 1').get();
    expect(tracing.take()).toMatchObject([{ name: 'SELECT', parentSpanContext: undefined }]);
    expect(recorder.asked).toEqual([]);
  });

  it('names the request it ran for, once its route is known', () => {
    tracing.inSpan((span) => {
      const rpc: RPCMetadata = { type: RPCType.HTTP, span };
      const active = setRPCMetadata(context.active(), rpc);
      setRequestFacts(rpc, { span, startNanos: 0 });
      context.with(active, () => {
        db.prepare('SELECT 1').get();
        span.setAttributes({ 'http.request.method': 'GET', 'http.route': '/:slug' });
        db.prepare('SELECT 1').get();
        db.prepare('SELECT 1').get();
      });
    });
    // The span of the test is no SERVER span; what counts is that the name is the one its series would have.
    expect(recorder.recorded.map(({ caller }) => caller)).toEqual([undefined, 'GET /:slug', 'GET /:slug']);
  });

  it('is not noted at all where tracing is suppressed', () => {
    context.with(suppressTracing(context.active()), () => {
      db.prepare('SELECT 1').get();
      db.exec('SELECT 1');
      db.pragma('user_version');
      db.transaction(() => [...db.prepare('SELECT 1').iterate()])();
      expect(() => db.prepare('nonsense')).toThrow('syntax error');
    });
    expect(tracing.take()).toEqual([]);
    expect(recorder.recorded).toEqual([]);
    expect(recorder.asked).toEqual([]);
  });

  it('covers pragma, exec, iterate and transaction alike', () => {
    tracing.inSpan(() => {
      db.pragma('user_version');
      db.exec('SELECT 1');
      db.transaction(() => [...db.prepare('SELECT 1').iterate()])();
    });
    expect(tracing.take()).toEqual([]);
    expect(recorder.recorded.map(({ type, series }) => `${type} ${series}`)).toEqual([
      'database PRAGMA user_version',
      'database SELECT ?',
      'database SELECT ?',
      'other glasshouse/better-sqlite3: transaction',
    ]);
  });
});
