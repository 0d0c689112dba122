import { afterEach, describe, expect, it } from '@jest/globals';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import type { ExportPipeline } from '../../../otel/export/export-pipeline.ts';
import { decodeSpans } from './decode-otlp.ts';
import { otlpPipeline } from './made-pipelines.ts';
import { makeTrace } from './made-spans.ts';
import { httpReceiver, refusingUrl, socketReceiver } from './receivers.ts';

const EXPORT_TIMEOUT_MILLIS = 150;
const FLUSH_TIMEOUT_MILLIS = 700;
/** A good receiver may be slow on a busy machine. */
const GOOD = { exportTimeoutMillis: 10_000 };

let open: ExportPipeline<ReadableSpan>[] = [];
afterEach(async () => {
  await Promise.all(open.map((pipeline) => pipeline.shutdown()));
  open = [];
});

function pipelineTo(
  url: string,
  { exportTimeoutMillis = EXPORT_TIMEOUT_MILLIS, env = {} } = {},
): ExportPipeline<ReadableSpan> {
  const limits = {
    scheduledDelayMillis: 60_000,
    maxBatchItems: 2,
    maxQueueItems: 20,
    exportTimeoutMillis,
    flushTimeoutMillis: Math.max(FLUSH_TIMEOUT_MILLIS, 4 * exportTimeoutMillis),
    shutdownTimeoutMillis: 200,
  };
  const pipeline = otlpPipeline({ OTEL_EXPORTER_OTLP_ENDPOINT: url, ...env }, limits);
  open.push(pipeline);
  return pipeline;
}

/** Queues 30 spans in a queue of 20, flushes and shuts down. export-pipeline.test.ts checks with a fake clock how long these may take. */
async function overrun(pipeline: ExportPipeline<ReadableSpan>): Promise<void> {
  for (let index = 0; index < 15; index++) pipeline.export(makeTrace(2), () => {});
  expect(pipeline.facts().dropped).toBe(10);
  await pipeline.forceFlush();
  await pipeline.shutdown();
}

function expectAllAccounted(pipeline: ExportPipeline<ReadableSpan>): void {
  const { sent, failed, dropped, queued } = pipeline.facts();
  expect({ queued, total: sent + failed + dropped }).toEqual({ queued: 0, total: 30 });
}

describe('ExportPipeline to a good receiver', () => {
  it('sends protobuf with service name, parents and attributes', async () => {
    await using receiver = await httpReceiver();
    const pipeline = pipelineTo(receiver.url, {
      ...GOOD,
      env: { OTEL_EXPORTER_OTLP_HEADERS: 'x-key=secret' },
    });
    const spans = makeTrace(2, 'seen', 'my blog');
    pipeline.export(spans, () => {});
    await pipeline.forceFlush();
    expect(receiver.bodies.map(({ path }) => path)).toEqual(['/v1/traces']);
    expect(receiver.headers[0]).toMatchObject({
      'content-type': 'application/x-protobuf',
      'x-key': 'secret',
    });
    const decoded = decodeSpans(receiver.bodies[0]!.body);
    const root = spans.find((span) => span.name === 'root')!.spanContext();
    expect(decoded).toHaveLength(2);
    expect(decoded.find((span) => span.name === 'root')).toMatchObject({
      traceId: root.traceId,
      spanId: root.spanId,
      parentSpanId: '',
      resource: { 'service.name': 'my blog' },
      scope: 'made-scope',
      attributes: { attribute: 'seen' },
    });
    expect(decoded.find((span) => span.name === 'child 1')?.parentSpanId).toBe(root.spanId);
    expect(pipeline.facts()).toMatchObject({ sent: 2, failed: 0, lastError: undefined });
    expect(pipeline.facts().lastSuccessMillis).toBeGreaterThan(0);
  });

  it('sends one request at a time and counts right when the queue overflows', async () => {
    await using receiver = await httpReceiver((response) => setTimeout(() => response.end(), 5));
    const pipeline = pipelineTo(receiver.url, GOOD);
    await overrun(pipeline);
    expect(receiver.maxConcurrent()).toBe(1);
    expect(receiver.bodies.flatMap(({ body }) => decodeSpans(body))).toHaveLength(20);
    expect(pipeline.facts()).toMatchObject({ sent: 20, failed: 0, dropped: 10 });
  });

  it('sends user and password of the URL and never shows them', async () => {
    await using receiver = await httpReceiver((response) => response.writeHead(401).end('hunter2'));
    const pipeline = pipelineTo(
      receiver.url.replace('http://', 'http://someone:hunter2@') + '/?key=hunter2',
      GOOD,
    );
    pipeline.export(makeTrace(1), () => {});
    await pipeline.forceFlush();
    expect(receiver.headers[0]?.authorization).toBe(`Basic ${btoa('someone:hunter2')}`);
    expect(receiver.bodies[0]?.path).toBe('/v1/traces?key=hunter2');
    expect(pipeline.facts()).toMatchObject({
      endpoint: `${receiver.url}/v1/traces`,
      lastError: {
        message: 'the receiver refuses the credentials (HTTP 401): "…"; set OTEL_EXPORTER_OTLP_HEADERS',
      },
    });
    expect(JSON.stringify(pipeline.facts())).not.toContain('hunter2');
  });
});

describe('ExportPipeline to a bad receiver', () => {
  const drip = (response: { writeHead(status: number): unknown; write(chunk: string): unknown }) => {
    response.writeHead(200);
    const timer = setInterval(() => response.write('.'), 10).unref();
    setTimeout(() => clearInterval(timer), 10_000).unref();
  };

  it.each([
    ['answers 503', () => httpReceiver((response) => response.writeHead(503).end()), /overloaded/],
    [
      'answers 503 and says to come back at once',
      () => httpReceiver((response) => response.writeHead(503, { 'retry-after': '0' }).end()),
      /overloaded/,
    ],
    ['answers 400', () => httpReceiver((response) => response.writeHead(400).end('no')), /HTTP 400/],
    ['is a black hole', () => socketReceiver(), /no response within 150 ms/],
    ['drips its answer', () => httpReceiver(drip), /no response within 150 ms/],
    [
      'is half open: says goodbye and keeps the connection',
      () => socketReceiver((socket) => socket.end(), { allowHalfOpen: true }),
      /socket hang up|no answer|ECONNRESET/,
    ],
    ['hangs up', () => socketReceiver((socket) => socket.destroy()), /socket hang up|ECONNRESET|EPIPE/],
    [
      'speaks no HTTP',
      () => socketReceiver((socket) => socket.end('SSH-2.0-OpenSSH\r\n')),
      /does not speak HTTP|EPIPE|ECONNRESET/,
    ],
  ])('that %s: nothing blocks, and every span is accounted for', async (_name, receive, message) => {
    await using receiver = await receive();
    const pipeline = pipelineTo(receiver.url);
    await overrun(pipeline);
    expect(receiver.connections()).toBeGreaterThan(0);
    // The receiver may accept the next connection before it notices that the previous one was aborted.
    expect(receiver.maxConcurrent()).toBeLessThanOrEqual(2);
    expectAllAccounted(pipeline);
    expect(pipeline.facts().sent).toBe(0);
    expect(pipeline.facts().lastError?.message).toMatch(
      new RegExp(`${message.source}|aborted by the shutdown`),
    );
  });

  it('that is not running: reports connection refused, with the address and nothing else', async () => {
    const url = await refusingUrl();
    const pipeline = pipelineTo(url.replace('http://', 'http://someone:hunter2@'));
    pipeline.export(makeTrace(2), () => {});
    await pipeline.forceFlush();
    expect(pipeline.facts()).toMatchObject({
      sent: 0,
      failed: 0,
      queued: 2,
      endpoint: `${url}/v1/traces`,
      lastError: { message: expect.stringContaining('ECONNREFUSED') },
    });
    expect(JSON.stringify(pipeline.facts())).not.toContain('hunter2');
  });

  it('that comes back: exports continue', async () => {
    await using receiver = await httpReceiver((response, count) => {
      if (count > 1) response.end();
    });
    const pipeline = pipelineTo(receiver.url, { exportTimeoutMillis: 1000 });
    pipeline.export(makeTrace(2), () => {});
    pipeline.export(makeTrace(2), () => {});
    await pipeline.forceFlush();
    expect(pipeline.facts()).toMatchObject({ failed: 0, sent: 0, queued: 4 });
    await pipeline.forceFlush();
    expect(pipeline.facts()).toMatchObject({ failed: 0, sent: 4, queued: 0 });
    expect(receiver.maxConcurrent()).toBe(1);
  });

  it('that closes a kept connection as the next export begins: that is no failure', async () => {
    const used = new WeakSet<object>();
    await using receiver = await httpReceiver((response) => {
      const socket = response.req.socket;
      if (used.has(socket)) return void socket.destroy();
      used.add(socket);
      response.end();
    });
    const pipeline = pipelineTo(receiver.url, GOOD);
    for (let round = 0; round < 3; round++) {
      pipeline.export(makeTrace(2), () => {});
      await pipeline.forceFlush();
    }
    expect(pipeline.facts()).toMatchObject({ sent: 6, failed: 0, queued: 0, lastError: undefined });
  });
});
