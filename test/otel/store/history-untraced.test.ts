import { describe, expect, it } from '@jest/globals';
import { context, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import Database from 'better-sqlite3';
import { BetterSqlite3Instrumentation } from '../../../otel/instrumentation/better-sqlite3-instrumentation.ts';
import { KeptTraces } from '../../../otel/store/kept-traces.ts';
import { HistoryFolder } from './history-fixture.ts';
import { spanRecord, traceIdOf, WHOLE } from './kept-span-fixture.ts';

describe('History under an instrumented better-sqlite3', () => {
  it('creates no spans, while a statement of the app creates one', () => {
    const exporter = new InMemorySpanExporter();
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    trace.setGlobalTracerProvider(
      new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] }),
    );
    const instrumentation = new BetterSqlite3Instrumentation();
    const place = new HistoryFolder();
    try {
      instrumentation.manuallyInstrument(Database);
      const { ring, history, guard } = place.start();
      ring.add(traceIdOf(1), [spanRecord()], WHOLE);
      history.flush();
      expect(history.saved(traceIdOf(1))).toBeDefined();
      expect(history.fileBytes).toBeGreaterThan(0);
      for (let i = 2; i <= 200; i++) ring.add(traceIdOf(i), [spanRecord()], WHOLE);
      expect(ring.get(traceIdOf(1))).toBeUndefined();
      expect(new KeptTraces(ring, history).list({ limit: 1000 }).rows).toHaveLength(101);
      history.close();
      place.start();
      expect(guard.faults()).toEqual([]);
      expect(exporter.getFinishedSpans().map((span) => span.name)).toEqual([]);

      new Database(':memory:').prepare('SELECT 1').get();
      expect(exporter.getFinishedSpans()).toHaveLength(1);
    } finally {
      instrumentation.disable();
      trace.disable();
      context.disable();
    }
  });
});
