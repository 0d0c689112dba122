import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Context, context, propagation, ROOT_CONTEXT, SpanKind, trace } from '@opentelemetry/api';
import type { ReadableSpan, Span, SpanProcessor } from '@opentelemetry/sdk-trace';
import Database from 'better-sqlite3';
import { BetterSqlite3Instrumentation } from '../../../otel/instrumentation/better-sqlite3-instrumentation.ts';
import { AsyncContextManager } from '../../../otel/instrumentation/context-manager.ts';
import { createRenderTracer } from '../../../otel/instrumentation/render.ts';
import { startProcessor } from '../sampling/processor-fixture.ts';

/** Like the one in the contrib repository: copies baggage entries to every span. */
class BaggageProcessor implements SpanProcessor {
  onStart(span: Span, parentContext: Context): void {
    for (const [key, { value }] of propagation.getBaggage(parentContext)?.getAllEntries() ?? [])
      span.setAttribute(key, value);
  }
  onEnd(): void {}
  async forceFlush(): Promise<void> {}
  async shutdown(): Promise<void> {}
}

class Onlooker implements SpanProcessor {
  readonly seen: string[] = [];
  readonly ended: ReadableSpan[] = [];
  onStart(span: Span): void {
    this.seen.push(`start ${span.name} ${span.isRecording()}`);
  }
  onEnd(span: ReadableSpan): void {
    this.seen.push(`end ${span.name} ${span.ended}`);
    this.ended.push(span);
  }
  async forceFlush(): Promise<void> {}
  async shutdown(): Promise<void> {}
}

describe.each(['own', 'stock'] as const)('additional processors (%s)', (spans) => {
  beforeAll(() => {
    context.setGlobalContextManager(new AsyncContextManager());
  });
  afterAll(() => {
    context.disable();
  });

  it.each(['before', 'after'] as const)('see every span, %s it, whatever it keeps', async (where) => {
    const onlooker = new Onlooker();
    const others = [new BaggageProcessor(), onlooker];
    const run = startProcessor({ rates: 0, spans, deferredSpans: 100, [where]: others });
    const database = new BetterSqlite3Instrumentation({ guard: run.guard, clock: run.clock });
    database.setTracerProvider(run.provider);
    const db = new Database(':memory:');
    db.exec('CREATE TABLE t (n)');
    database.manuallyInstrument(Database);
    const render = createRenderTracer({ guard: run.guard, clock: run.clock, tracer: () => run.tracer });
    try {
      const baggage = propagation.createBaggage({ tenant: { value: 'acme' } });
      const outer = propagation.setBaggage(ROOT_CONTEXT, baggage);
      const request = run.tracer.startSpan('GET', { kind: SpanKind.SERVER }, outer);
      context.with(trace.setSpan(outer, request), () => {
        db.prepare('INSERT INTO t VALUES (1)').run();
        expect(() => db.prepare('nonsense')).toThrow();
        db.transaction(() => db.prepare('SELECT n FROM t').all())();
        render('page', () => [...db.prepare('SELECT n FROM t').iterate()]);
        run.tracer.startSpan('of the app').end();
      });
      request.end();
    } finally {
      database.disable();
      db.close();
    }
    const names = [
      'INSERT t',
      'unknown',
      'SELECT t',
      'transaction',
      'SELECT t',
      'render page',
      'of the app',
      'GET',
    ];
    expect(onlooker.ended.map(({ name }) => name).sort()).toEqual(names.sort());
    expect(onlooker.seen.filter((line) => line.startsWith('start') && !line.endsWith('true'))).toEqual([]);
    expect(onlooker.seen.filter((line) => line.startsWith('end') && !line.endsWith('true'))).toEqual([]);
    expect(onlooker.ended.map(({ attributes }) => attributes['tenant'])).toEqual(names.map(() => 'acme'));
    expect(
      onlooker.ended.every((span) => span.spanContext().traceId === onlooker.ended[0]!.spanContext().traceId),
    ).toBe(true);
    const ids = new Set(onlooker.ended.map((span) => span.spanContext().spanId));
    expect(
      onlooker.ended.filter(
        ({ parentSpanContext: parent }) => parent !== undefined && !ids.has(parent.spanId),
      ),
    ).toEqual([]);
    expect(run.processor.counts()).toMatchObject({ started: names.length, live: 0 });
    expect(run.guard.faults()).toEqual([]);
    await run.processor.shutdown();
  });
});
