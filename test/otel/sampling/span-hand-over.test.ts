import { describe, expect, it } from '@jest/globals';
import type { SpanExporter } from '@opentelemetry/sdk-trace';
import { Guard } from '../../../otel/base/guard.ts';
import { SpanHandOver } from '../../../otel/sampling/span-hand-over.ts';

function exporter(over: Partial<SpanExporter>): SpanExporter {
  return { export: (_, callback) => callback({ code: 0 }), shutdown: async () => {}, ...over };
}

describe('SpanHandOver', () => {
  it('ends flush and shutdown in time and says whose fault it was, when an exporter hangs or fails', async () => {
    const guard = new Guard();
    const flushed: string[] = [];
    const hangs = exporter({
      forceFlush: () => new Promise(() => {}),
      shutdown: () => new Promise(() => {}),
    });
    const fails = exporter({
      forceFlush: () => Promise.reject(new Error('no flush')),
      shutdown: () => Promise.reject(new Error('no shutdown')),
    });
    const works = exporter({
      forceFlush: async () => void flushed.push('flush'),
      shutdown: async () => void flushed.push('shutdown'),
    });
    const outputs = [hangs, fails, works].map((one) => ({ exporter: one, rates: 'local' as const }));
    const handOver = new SpanHandOver(outputs, guard, 30);
    await handOver.forceFlush();
    await handOver.shutdown();
    expect(flushed).toEqual(['flush', 'shutdown']);
    expect(guard.faults().map(({ place, count, lastMessage }) => [place, count, lastMessage])).toEqual([
      ['exporter.forceFlush', 2, 'no end within 30 ms'],
      ['exporter.shutdown', 2, 'no end within 30 ms'],
    ]);
  });

  it('needs no forceFlush of an exporter', async () => {
    const guard = new Guard();
    await new SpanHandOver([{ exporter: exporter({}), rates: 'export' }], guard, 30).forceFlush();
    expect(guard.faults()).toEqual([]);
  });
});
