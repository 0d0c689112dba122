import { context, ROOT_CONTEXT, SpanKind, trace, type Context } from '@opentelemetry/api';
import { type RPCMetadata, RPCType, setRPCMetadata } from '@opentelemetry/core';
import { type Span, TracerProvider } from '@opentelemetry/sdk-trace';
import Database from 'better-sqlite3';
import { Guard } from '../../../otel/base/guard.ts';
import { BetterSqlite3Instrumentation } from '../../../otel/instrumentation/better-sqlite3-instrumentation.ts';
import { setRequestFacts } from '../../fixtures/request-facts.ts';
import { AsyncContextManager } from '../../../otel/instrumentation/context-manager.ts';
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
  const instrumentation = new BetterSqlite3Instrumentation({
    recorder: processor,
    sink: processor,
    guard: new Guard(),
  });

  const bare = prototype.get;
  instrumentation.manuallyInstrument(Database);
  const observed = prototype.get;
  context.setGlobalContextManager(new AsyncContextManager());
  try {
    const request = new TracerProvider({})
      .getTracer('bench')
      .startSpan('GET', { kind: SpanKind.SERVER }, ROOT_CONTEXT) as Span;
    processor.onStart(request, ROOT_CONTEXT);
    const rpc: RPCMetadata = { type: RPCType.HTTP, span: request };
    setRequestFacts(rpc, { span: request, startNanos: 0 });
    const inRequest: Context = setRPCMetadata(trace.setSpan(ROOT_CONTEXT, request), rpc);
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
