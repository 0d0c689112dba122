import { context, ROOT_CONTEXT, SpanKind, trace } from '@opentelemetry/api';
import { defaultResource } from '@opentelemetry/resources';
import Database from 'better-sqlite3';
import { Guard } from '../../../otel/base/guard.ts';
import { BetterSqlite3Instrumentation } from '../../../otel/instrumentation/better-sqlite3-instrumentation.ts';
import { AsyncContextManager } from '../../../otel/instrumentation/context-manager.ts';
import { RecordingTracerProvider } from '../../../otel/spans/tracer-provider.ts';
import { addedNanos } from './compare.ts';
import type { Figure } from './figure.ts';
import { createPipeline } from './pipeline.ts';

/** Of a page, and pages whose spans wait together in the blog. */
const STATEMENTS = 5;
const REQUESTS = 40;

type Get = (this: Database.Statement, ...values: unknown[]) => unknown;

/** `statement.get` in requests of which nothing is kept, over the same call unpatched; its part of what is done after the request included. */
export async function measureStatement(batches: number): Promise<readonly Figure[]> {
  const database = new Database(':memory:');
  database.exec(
    "CREATE TABLE posts (id INTEGER PRIMARY KEY, title TEXT) STRICT; INSERT INTO posts VALUES (1, 'Glass')",
  );
  const statement = database.prepare('SELECT title FROM posts WHERE id = ?');
  const prototype = Object.getPrototypeOf(statement) as { get: Get };
  const { processor } = createPipeline(0);
  const guard = new Guard();
  const provider = new RecordingTracerProvider({
    resource: defaultResource(),
    processors: [processor],
    guard,
  });
  const instrumentation = new BetterSqlite3Instrumentation({ guard });
  instrumentation.setTracerProvider(provider);

  const bare = prototype.get;
  instrumentation.manuallyInstrument(Database);
  const observed = prototype.get;
  context.setGlobalContextManager(new AsyncContextManager());
  try {
    const tracer = provider.getTracer('bench');
    const request = (get: Get): void => {
      const span = tracer.startSpan('GET', { kind: SpanKind.SERVER }, ROOT_CONTEXT);
      context.with(trace.setSpan(ROOT_CONTEXT, span), () => {
        for (let i = 0; i < STATEMENTS; i++) get.call(statement, 1);
      });
      span.end();
    };
    const added = addedNanos({
      batches,
      calls: REQUESTS,
      make: () => 1,
      subject: () => request(observed),
      settle: () => processor.settle(),
      base: () => request(bare),
    });
    const value = added / STATEMENTS;
    return [{ what: 'statement of a dropped request', value, unit: 'ns', target: 350 }];
  } finally {
    instrumentation.disable();
    context.disable();
    await processor.shutdown();
    database.close();
  }
}
