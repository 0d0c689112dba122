import { afterAll, describe, expect, it } from '@jest/globals';
import { trace } from '@opentelemetry/api';
import Database from 'better-sqlite3';
import { Guard } from '../../../otel/base/guard.ts';
import { untraced } from '../../../otel/base/untraced.ts';
import { BetterSqlite3Instrumentation } from '../../../otel/instrumentation/better-sqlite3-instrumentation.ts';
import { createThreadWork } from '../../../otel/instrumentation/thread-work.ts';
import type { ThreadWork } from '../../../otel/query.ts';
import { operationTypeOf } from '../../../otel/spans/operation-type.ts';
import { TracingFixture } from './tracing-fixture.ts';

const MILLI = 1_000_000;
/** Asked at some time, waited for two milliseconds, worked for seven, three of which in a statement. */
function work(): ThreadWork {
  const askedNanos = 10 * MILLI;
  const startNanos = askedNanos + 2 * MILLI;
  const statement = { sql: 'SELECT 1', file: 'blog.db', thread: 'search', rows: 1 };
  return {
    thread: 'search',
    askedNanos,
    startNanos,
    durationNanos: 7 * MILLI,
    statements: [{ ...statement, startNanos: startNanos + MILLI, durationNanos: 3 * MILLI }],
  };
}

describe('createThreadWork', () => {
  const tracing = new TracingFixture();
  const statements = new BetterSqlite3Instrumentation();
  statements.manuallyInstrument(Database);
  const guard = new Guard();
  const note = createThreadWork({
    guard,
    tracer: () => trace.getTracer('threads'),
    noteStatement: (statement) => statements.noteStatement(statement),
  });
  afterAll(() => {
    statements.disable();
    tracing.stop();
  });

  it('records the wait, and the work with its statements, in the span that asked', () => {
    const parent = tracing.inSpan((span) => {
      note(work());
      return span.spanContext();
    });
    const spans = tracing.take();
    const named = (name: string) => spans.find((span) => span.name === name)!;
    const [wait, run, select] = [
      named('wait for the search thread'),
      named('search thread'),
      named('SELECT'),
    ];
    expect(wait).toMatchObject({ parentSpanContext: { spanId: parent.spanId }, duration: [0, 2 * MILLI] });
    expect(run).toMatchObject({
      parentSpanContext: { spanId: parent.spanId },
      duration: [0, 7 * MILLI],
      attributes: { 'thread.name': 'search' },
    });
    expect(select.parentSpanContext?.spanId).toBe(run.spanContext().spanId);
    expect([wait, run].map(operationTypeOf)).toEqual(['other', 'other']);
    expect(wait.attributes['thread.name']).toBeUndefined();
    expect(guard.faults()).toEqual([]);
  });

  it('records nothing where nothing is traced', () => {
    untraced(() => note(work()));
    expect(tracing.take()).toEqual([]);
  });
});
