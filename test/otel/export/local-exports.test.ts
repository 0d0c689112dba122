import { otlpLines, otlpSpans } from '../../fixtures/otlp-lines.ts';
import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace';
import type { ExportPipeline } from '../../../otel/export/export-pipeline.ts';
import { exportPipeline, SpanPipelines } from '../../../otel/export/span-pipelines.ts';
import { pipelinesOf } from './made-pipelines.ts';
import { makeTrace } from './made-spans.ts';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';

let folder: string;
beforeEach(() => {
  folder = temporaryFolder();
});

function pipelineOf(env: Record<string, string>): ExportPipeline<ReadableSpan> {
  const [pipeline] = pipelinesOf(env);
  if (pipeline === undefined) throw new Error('nothing is exported');
  return pipeline;
}

const spanIdsIn = (text: string): string[] =>
  otlpSpans(otlpLines(text))
    .map(({ spanId }) => spanId)
    .toSorted();

const idsOf = (spans: readonly ReadableSpan[]): string[] =>
  spans.map((span) => span.spanContext().spanId).toSorted();

describe('METRICS_OTLP_FOLDER', () => {
  const file = (): string => join(folder, 'deep', 'traces.jsonl');

  it('receives each export as a line of OTLP JSON, appended, readable by its owner only', async () => {
    const written: ReadableSpan[] = [];
    for (let run = 0; run < 2; run++) {
      const pipeline = pipelineOf({ METRICS_OTLP_FOLDER: join(folder, 'deep') });
      const spans = makeTrace(4);
      written.push(...spans);
      pipeline.export(spans, () => {});
      await pipeline.shutdown();
      expect(pipeline.facts()).toMatchObject({ endpoint: 'file', sent: 4, failed: 0 });
    }
    const text = readFileSync(file(), 'utf8');
    expect(text.trimEnd().split('\n')).toHaveLength(2);
    expect(spanIdsIn(text)).toEqual(idsOf(written));
    expect(statSync(file()).mode & 0o077).toBe(0);
  });

  it('holds at most two files per signal, none above the bound', async () => {
    const maxBytes = 65_536;
    const pipeline = pipelineOf({
      METRICS_OTLP_FOLDER: join(folder, 'deep'),
      METRICS_OTLP_FILE_BYTES: String(maxBytes),
    });
    for (let run = 0; run < 20; run++) {
      pipeline.export(makeTrace(50), () => {});
      await pipeline.forceFlush();
    }
    await pipeline.shutdown();
    expect(pipeline.facts()).toMatchObject({ sent: 1000, failed: 0 });
    for (const path of [file(), `${file()}.1`]) {
      expect(statSync(path).size).toBeLessThanOrEqual(maxBytes);
      expect(spanIdsIn(readFileSync(path, 'utf8')).length).toBeGreaterThan(0);
    }
  });

  it('that cannot be written is a failed export with a message', async () => {
    const pipeline = pipelineOf({ METRICS_OTLP_FOLDER: '/proc/nowhere' });
    pipeline.export(makeTrace(2), () => {});
    await pipeline.shutdown();
    expect(pipeline.facts()).toMatchObject({ sent: 0, failed: 2 });
    expect(pipeline.facts().lastError?.message).toContain('/proc/nowhere');
  });

  it('works with a receiver, each with its own outcome', async () => {
    const pipelines = pipelinesOf({
      METRICS_OTLP_FOLDER: folder,
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1',
      OTEL_EXPORTER_OTLP_TIMEOUT: '50',
    });
    const exporter = new SpanPipelines(pipelines);
    exporter.export(makeTrace(3), () => {});
    await exporter.shutdown();
    expect(pipelines.map((pipeline) => pipeline.facts())).toMatchObject([
      { isRemote: true, sent: 0, droppedBy: { stopped: 3 } },
      { isRemote: false, endpoint: 'file', sent: 3 },
    ]);
  });
});

describe('OTEL_TRACES_EXPORTER', () => {
  it('console prints every span', async () => {
    const printed = jest.spyOn(console, 'dir').mockImplementation(() => {});
    const pipeline = pipelineOf({ OTEL_TRACES_EXPORTER: 'console' });
    pipeline.export(makeTrace(3), () => {});
    await pipeline.shutdown();
    expect(printed).toHaveBeenCalledTimes(3);
    printed.mockRestore();
  });
});

describe('an ordinary asynchronous exporter', () => {
  /** A typical async exporter: it counts how often it is called while it works. */
  class SlowExporter implements SpanExporter {
    running = 0;
    most = 0;
    spans = 0;
    export(spans: ReadableSpan[], done: (result: ExportResult) => void): void {
      this.most = Math.max(this.most, ++this.running);
      setImmediate(() => {
        this.running--;
        this.spans += spans.length;
        done({ code: ExportResultCode.SUCCESS });
      });
    }
    shutdown(): Promise<void> {
      return Promise.resolve();
    }
  }

  it('is called once at a time for a hundred traces, and receives every span', async () => {
    const exporter = new SlowExporter();
    const pipeline = exportPipeline(exporter, { maxBatchItems: 2 });
    for (let trace = 0; trace < 100; trace++) pipeline.export(makeTrace(2), () => {});
    await pipeline.forceFlush();
    expect([exporter.most, exporter.spans]).toEqual([1, 200]);
    expect(pipeline.facts()).toMatchObject({ endpoint: 'SlowExporter', sent: 200, queued: 0, dropped: 0 });
    expect(exportPipeline(pipeline)).toBe(pipeline);
    await pipeline.shutdown();
  });

  it('may be async: a rejection counts as failed', async () => {
    const exporter = {
      export: async () => {
        await Promise.resolve();
        throw new Error('async and broken');
      },
      shutdown: () => Promise.resolve(),
    };
    const pipeline = exportPipeline(exporter);
    pipeline.export(makeTrace(2), () => {});
    await pipeline.forceFlush();
    expect(pipeline.facts()).toMatchObject({ failed: 2, lastError: { message: 'async and broken' } });
    await pipeline.shutdown();
  });

  it('holds a bounded queue, whatever it does', async () => {
    const exporter = new SlowExporter();
    const pipeline = exportPipeline(exporter, { maxQueueItems: 10, maxBatchItems: 10 });
    for (let trace = 0; trace < 100; trace++) pipeline.export(makeTrace(2), () => {});
    expect(pipeline.facts().queued).toBeLessThanOrEqual(20);
    await pipeline.shutdown();
    const { sent, failed, dropped, queued } = pipeline.facts();
    expect([sent + failed + dropped, queued]).toEqual([200, 0]);
  });
});
