import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { context, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import type { ExportResult } from '@opentelemetry/core';
import { ExportResultCode, isTracingSuppressed } from '@opentelemetry/core';
import { StackContextManager } from '@opentelemetry/sdk-trace';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import type { ExportPipeline } from '../../../otel/export/export-pipeline.ts';
import type { ExportPipelineOptions } from '../../../otel/export/pipeline-options.ts';
import { exportPipeline } from '../../../otel/export/span-pipelines.ts';
import { FakeExporter, failure, SUCCESS } from './fake-exporter.ts';
import { makeTrace } from './made-spans.ts';

const never = (): void => {};
const soon = (result: ExportResult) => (finish: (result: ExportResult) => void) => {
  setImmediate(() => finish(result));
};

/** For exporters that never call back. */
const SHORT = { exportTimeoutMillis: 30, flushTimeoutMillis: 200, shutdownTimeoutMillis: 50 };

let pipelines: ExportPipeline<ReadableSpan>[] = [];
afterEach(async () => {
  jest.useRealTimers();
  await Promise.all(pipelines.map((pipeline) => pipeline.shutdown()));
  pipelines = [];
});

/** Asserts that work ends within this many milliseconds of a fake clock. */
async function within(millis: number, work: () => Promise<void>): Promise<void> {
  let hasEnded = false;
  const ending = work().then(() => (hasEnded = true));
  await jest.advanceTimersByTimeAsync(millis);
  expect(hasEnded).toBe(true);
  await ending;
}

function pipelineOver(
  exporter: FakeExporter,
  options: Partial<ExportPipelineOptions<ReadableSpan>> = {},
): ExportPipeline<ReadableSpan> {
  const pipeline = exportPipeline(exporter, {
    endpoint: 'http://receiver/v1/traces',
    scheduledDelayMillis: 60_000,
    ...options,
  });
  pipelines.push(pipeline);
  return pipeline;
}

function hand(
  pipeline: ExportPipeline<ReadableSpan>,
  count: number,
  attribute?: string,
): ExportResult | undefined {
  let result: ExportResult | undefined;
  pipeline.export(makeTrace(count, attribute), (answer) => {
    result = answer;
  });
  return result;
}

function total(pipeline: ExportPipeline<ReadableSpan>): number {
  const { sent, failed, queued, dropped } = pipeline.facts();
  return sent + failed + queued + dropped;
}

describe('ExportPipeline', () => {
  it('only enqueues and calls back at once', () => {
    const exporter = new FakeExporter();
    const pipeline = pipelineOver(exporter, { maxBatchItems: 1 });
    expect(hand(pipeline, 3)).toEqual(SUCCESS);
    expect(exporter.batches).toEqual([]);
    expect(pipeline.facts()).toMatchObject({ accepted: 3, queued: 3, sent: 0 });
  });

  it('reports each trace that was sent, and none that only waits or failed', async () => {
    const sent: string[] = [];
    const exporter = new FakeExporter((finish, { batches }) =>
      finish(batches.length === 1 ? failure('no') : SUCCESS),
    );
    const pipeline = pipelineOver(exporter, { onSent: (traceIds) => sent.push(...traceIds) });
    hand(pipeline, 2);
    await pipeline.forceFlush();
    const spans = makeTrace(3);
    pipeline.export(spans, () => {});
    expect(sent).toEqual([]);
    await pipeline.forceFlush();
    expect(sent).toEqual([spans[0]?.spanContext().traceId]);
  });

  it('exports when the delay is over, and at once when a batch is full', async () => {
    const delayed = new FakeExporter();
    hand(pipelineOver(delayed, { scheduledDelayMillis: 5 }), 2);
    await delayed.called(1);
    expect(delayed.exportedSpans).toBe(2);
    const full = new FakeExporter();
    const pipeline = pipelineOver(full, { maxBatchItems: 4 });
    hand(pipeline, 2);
    hand(pipeline, 2);
    await full.called(1);
    expect(full.exportedSpans).toBe(4);
  });

  it('does not keep the process alive for queued spans', async () => {
    const program = `
      import { exportPipeline } from '${new URL('../../../otel/export/span-pipelines.ts', import.meta.url).href}';
      const exporter = { export() {}, shutdown: () => Promise.resolve() };
      const pipeline = exportPipeline(exporter, { endpoint: 'http://x', scheduledDelayMillis: 600_000 });
      const span = { name: '', attributes: {}, events: [], links: [], spanContext: () => ({ traceId: '' }) };
      pipeline.export([span], () => {});
      process.stdout.write(String(pipeline.facts().queued));`;
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program]);
    expect(stdout).toBe('1');
  });

  it('runs one export at a time, after failures and in many flushes at once', async () => {
    for (const result of [SUCCESS, failure('no')]) {
      const exporter = new FakeExporter(soon(result));
      const pipeline = pipelineOver(exporter, { maxBatchItems: 2 });
      for (let index = 0; index < 20; index++) {
        hand(pipeline, 2);
        void pipeline.forceFlush();
      }
      await pipeline.forceFlush();
      expect(exporter.maxRunning).toBe(1);
      expect(exporter.batches).toHaveLength(20);
      expect(pipeline.facts()).toMatchObject(
        result === SUCCESS ? { sent: 40, failed: 0, queued: 0 } : { sent: 0, failed: 40, queued: 0 },
      );
    }
  });

  it('starts no second export while one never calls back, and still ends flush and shutdown', async () => {
    const exporter = new FakeExporter(never);
    jest.useFakeTimers();
    const pipeline = pipelineOver(exporter, { ...SHORT, maxBatchItems: 1 });
    hand(pipeline, 1);
    hand(pipeline, 1);
    await within(200, () => pipeline.forceFlush());
    expect(exporter.batches).toHaveLength(1);
    expect(exporter.aborts).toBe(1);
    expect(pipeline.facts()).toMatchObject({
      failed: 1,
      queued: 1,
      lastError: { message: 'no response within 30 ms' },
    });
    await within(1100, () => pipeline.shutdown());
    expect(exporter.batches).toHaveLength(1);
    expect(exporter.shutdowns).toBe(1);
    expect(pipeline.facts()).toMatchObject({ sent: 0, failed: 1, dropped: 1, queued: 0 });
  });

  it('ends flush and shutdown even if the exporter cannot be aborted', async () => {
    const exporter = new FakeExporter(never);
    exporter.abort = () => {
      throw new Error('no socket to close');
    };
    const pipeline = pipelineOver(exporter, { ...SHORT, maxBatchItems: 1 });
    hand(pipeline, 2);
    await pipeline.forceFlush();
    expect(pipeline.facts()).toMatchObject({
      failed: 1,
      queued: 1,
      lastError: { message: 'no response within 30 ms' },
    });
    await pipeline.shutdown();
    expect(pipeline.facts()).toMatchObject({ sent: 0, failed: 1, dropped: 1, queued: 0 });
  });

  it('continues after the callback of an aborted export, counting it once', async () => {
    let late: ((result: ExportResult) => void) | undefined;
    const exporter = new FakeExporter((finish, { batches }) => {
      if (batches.length === 1) late = finish;
      else finish(SUCCESS);
    });
    exporter.abort = () => late?.(SUCCESS);
    const pipeline = pipelineOver(exporter, { exportTimeoutMillis: 30, maxBatchItems: 2 });
    hand(pipeline, 2);
    hand(pipeline, 2);
    await pipeline.forceFlush();
    expect(exporter.maxRunning).toBe(1);
    expect(pipeline.facts()).toMatchObject({ sent: 2, failed: 2, queued: 0, dropped: 0 });
  });

  it('counts an export once when its exporter calls back twice', async () => {
    const exporter = new FakeExporter((finish) => {
      finish(failure('first'));
      finish(SUCCESS);
    });
    const pipeline = pipelineOver(exporter);
    hand(pipeline, 3);
    await pipeline.forceFlush();
    expect(pipeline.facts()).toMatchObject({ sent: 0, failed: 3, queued: 0 });
  });

  it('survives an exporter that throws everywhere', async () => {
    const exporter = new FakeExporter(() => {
      throw new Error('serializer broke');
    });
    exporter.forceFlush = () => Promise.reject(new Error('flush broke'));
    exporter.shutdown = () => {
      throw new Error('shutdown broke');
    };
    const pipeline = pipelineOver(exporter);
    hand(pipeline, 2);
    await pipeline.forceFlush();
    expect(pipeline.facts()).toMatchObject({ failed: 2, lastError: { message: 'flush broke' } });
    await pipeline.shutdown();
    expect(pipeline.facts().lastError?.message).toBe('shutdown broke');
  });

  it('pauses after a failure even when a batch is full', async () => {
    const exporter = new FakeExporter((finish) => finish(failure('down')));
    const pipeline = pipelineOver(exporter, { maxBatchItems: 1 });
    hand(pipeline, 1);
    await exporter.called(1);
    hand(pipeline, 1);
    await new Promise(setImmediate);
    await new Promise(setImmediate);
    expect(exporter.batches).toHaveLength(1);
    expect(pipeline.facts()).toMatchObject({ failed: 1, queued: 1 });
  });

  it('drops whole traces, oldest first, when the queue is full by count', async () => {
    const exporter = new FakeExporter();
    const pipeline = pipelineOver(exporter, { maxQueueItems: 5 });
    for (const count of [2, 2, 3, 6]) hand(pipeline, count);
    expect(pipeline.facts()).toMatchObject({ queued: 5, dropped: 8 });
    await pipeline.forceFlush();
    expect(exporter.batches).toEqual([['child 1', 'root', 'child 1', 'child 2', 'root']]);
    expect(pipeline.facts()).toMatchObject({ queued: 0, sent: 5, dropped: 8 });
  });

  it('reports at once that its queue overflows: a dead receiver went unreported until its first attempt timed out', async () => {
    const exporter = new FakeExporter(never);
    const pipeline = pipelineOver(exporter, {
      ...SHORT,
      maxQueueItems: 2,
      maxBatchItems: 2,
      exportTimeoutMillis: 60_000,
    });
    hand(pipeline, 2);
    void pipeline.forceFlush();
    hand(pipeline, 2);
    expect(pipeline.facts()).toMatchObject({ queued: 4, dropped: 0, lastError: undefined });
    hand(pipeline, 2);
    expect(pipeline.facts()).toMatchObject({
      queued: 4,
      failed: 0,
      dropped: 2,
      lastError: {
        message: 'the queue is full and drops its oldest items: the receiver is slower than the app',
      },
    });
  });

  it('is bounded in bytes too', () => {
    const pipeline = pipelineOver(new FakeExporter(), { maxQueueBytes: 50_000 });
    for (let index = 0; index < 100; index++) hand(pipeline, 2, 'x'.repeat(5000));
    expect(pipeline.queuedBytes).toBeLessThanOrEqual(50_000);
    expect(pipeline.facts().queued).toBeGreaterThanOrEqual(2);
    expect(total(pipeline)).toBe(200);
    hand(pipeline, 2, 'x'.repeat(50_000));
    expect(total(pipeline)).toBe(202);
    expect(pipeline.queuedBytes).toBeLessThanOrEqual(50_000);
  });

  it('never makes a batch larger than its bound, and keeps small traces together', async () => {
    const exporter = new FakeExporter();
    const pipeline = pipelineOver(exporter, { maxBatchItems: 4 });
    for (const count of [3, 3, 9]) hand(pipeline, count);
    await pipeline.forceFlush();
    expect(exporter.batches.map((batch) => batch.length)).toEqual([3, 3, 4, 4, 1]);
  });

  it('ends a flush in time when the exporter never flushes', async () => {
    const exporter = new FakeExporter();
    exporter.forceFlush = () => new Promise(never);
    jest.useFakeTimers();
    const pipeline = pipelineOver(exporter, SHORT);
    await within(200, () => pipeline.forceFlush());
    expect(pipeline.facts()).toMatchObject({ queued: 0, failed: 0 });
  });

  it('shuts down once, exporting queued spans, and rejects later ones', async () => {
    const exporter = new FakeExporter(soon(SUCCESS));
    const pipeline = pipelineOver(exporter);
    hand(pipeline, 3);
    await Promise.all([pipeline.shutdown(), pipeline.shutdown(), pipeline.forceFlush()]);
    await pipeline.shutdown();
    expect(exporter.shutdowns).toBe(1);
    expect(hand(pipeline, 2)).toEqual({ code: ExportResultCode.FAILED });
    await pipeline.forceFlush();
    expect(exporter.exportedSpans).toBe(3);
    expect(pipeline.facts()).toMatchObject({ sent: 3, dropped: 2, queued: 0 });
  });

  it('calls the exporter with tracing suppressed and without the context of a request', async () => {
    const seen: unknown[] = [];
    const exporter = new FakeExporter((finish) => {
      seen.push([isTracingSuppressed(context.active()), trace.getActiveSpan()]);
      finish(SUCCESS);
    });
    const pipeline = pipelineOver(exporter);
    const request = trace.wrapSpanContext(makeTrace(1)[0]!.spanContext());
    context.setGlobalContextManager(new StackContextManager().enable());
    try {
      await context.with(trace.setSpan(ROOT_CONTEXT, request), () => {
        hand(pipeline, 1);
        return pipeline.forceFlush();
      });
    } finally {
      context.disable();
    }
    expect(seen).toEqual([[true, undefined]]);
  });
});
