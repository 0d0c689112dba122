import { context, ROOT_CONTEXT, SpanKind, trace, type Context } from '@opentelemetry/api';
import { defaultResource } from '@opentelemetry/resources';
import Database from 'better-sqlite3';
import { Guard } from '../../../otel/base/guard.ts';
import { BetterSqlite3Instrumentation } from '../../../otel/instrumentation/better-sqlite3-instrumentation.ts';
import { AsyncContextManager } from '../../../otel/instrumentation/context-manager.ts';
import { RecordingTracerProvider } from '../../../otel/spans/tracer-provider.ts';
import { addedNanos } from './compare.ts';
import type { Figure } from './figure.ts';
import { createPipeline } from './pipeline.ts';

type Get = (this: Database.Statement, ...values: unknown[]) => unknown;

/** `statement.get` inside a request whose detail nobody wants, over the same call unpatched. */
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
    const request = provider.getTracer('bench').startSpan('GET', { kind: SpanKind.SERVER }, ROOT_CONTEXT);
    const inRequest: Context = trace.setSpan(ROOT_CONTEXT, request);
    const value = context.with(inRequest, () =>
      addedNanos({
        batches,
        make: () => 1,
        subject: (id) => observed.call(statement, id),
        settle: () => processor.settle(),
        base: (id) => bare.call(statement, id),
      }),
    );
    return [{ what: 'statement wrapper, no detail wanted', value, unit: 'ns', target: 350 }];
  } finally {
    instrumentation.disable();
    context.disable();
    await processor.shutdown();
    database.close();
  }
}
