import { trace } from '@opentelemetry/api';
import { afterAll, describe, expect, it } from '@jest/globals';
import Database from 'better-sqlite3';
import { untraced } from '../../../otel/base/untraced.ts';
import { BetterSqlite3Instrumentation } from '../../../otel/instrumentation/better-sqlite3-instrumentation.ts';
import { mayBlock } from '../../../otel/instrumentation/stall-evidence.ts';
import type { ThreadStatement } from '../../../otel/query.ts';
import { TracingFixture } from './tracing-fixture.ts';

const SQL = 'SELECT id FROM posts WHERE title = ?';
const statement: ThreadStatement = {
  sql: SQL,
  file: '/secret/place/blog.db',
  thread: 'search',
  startNanos: 0,
  durationNanos: 7_000_000,
  rows: 2,
};

describe('noteStatement', () => {
  const tracing = new TracingFixture();
  const instrumentation = new BetterSqlite3Instrumentation();
  instrumentation.manuallyInstrument(Database);
  afterAll(() => {
    instrumentation.disable();
    tracing.stop();
  });

  it('records what a statement of this thread would have, and the thread', () => {
    const database = new Database(':memory:');
    database.exec('CREATE TABLE posts (id, title)');
    tracing.take();
    database.prepare(SQL).all('x');
    database.close();
    const [own] = tracing.take();
    const parent = tracing.inSpan((span) => {
      instrumentation.noteStatement(statement);
      return span.spanContext();
    });
    const [noted] = tracing.take();
    expect(noted).toMatchObject({
      name: own!.name,
      kind: own!.kind,
      duration: [0, 7_000_000],
      parentSpanContext: { spanId: parent.spanId, traceId: parent.traceId },
      attributes: {
        ...own!.attributes,
        'db.namespace': 'blog.db',
        'db.response.returned_rows': 2,
        'thread.name': 'search',
      },
    });
    expect(JSON.stringify(noted!.attributes)).not.toContain('place');
  });

  it('records a failure by its code, without values', () => {
    const failure = { code: 'SQLITE_ERROR', message: 'fts5: syntax error near "canary"' };
    instrumentation.noteStatement({ ...statement, rows: undefined, failure });
    const [noted] = tracing.take();
    expect(noted!.attributes).toMatchObject({
      'error.type': 'SQLITE_ERROR',
      'db.response.status_code': 'SQLITE_ERROR',
    });
    expect(JSON.stringify([noted!.status, noted!.events])).not.toContain('canary');
  });

  it('records nothing where nothing is traced', () => {
    untraced(() => instrumentation.noteStatement(statement));
    expect(tracing.take()).toEqual([]);
    expect(trace.getActiveSpan()).toBeUndefined();
  });

  it('blocks no event loop', () => {
    instrumentation.noteStatement(statement);
    const [noted] = tracing.take();
    expect(mayBlock({ type: 'database', span: noted! })).toBe(false);
    const own = { ...noted!, attributes: { 'db.system.name': 'sqlite' } };
    expect(mayBlock({ type: 'database', span: own })).toBe(true);
    expect(mayBlock({ type: 'http', span: own })).toBe(false);
  });
});
