import grpc from '@grpc/grpc-js';
import { describe, expect, it } from '@jest/globals';
import type { ExportFacts } from '../../../otel/query.ts';
import { afterTests } from '../../fixtures/after-tests.ts';
import { decodeSpans } from './decode-otlp.ts';
import { otlpPipeline } from './made-pipelines.ts';
import { makeTrace } from './made-spans.ts';
import { httpReceiver, refusingUrl } from './receivers.ts';

type Respond = (body: Buffer, callback: grpc.sendUnaryData<Buffer>, metadata: grpc.Metadata) => void;

const bytes = {
  requestSerialize: (value: Buffer) => value,
  requestDeserialize: (value: Buffer) => value,
  responseSerialize: (value: Buffer) => value,
  responseDeserialize: (value: Buffer) => value,
};

/** A server of OTLP over gRPC on loopback; returns its address. */
async function grpcReceiver(respond: Respond): Promise<string> {
  const server = new grpc.Server();
  const path = '/opentelemetry.proto.collector.trace.v1.TraceService/Export';
  server.addService(
    { Export: { path, requestStream: false, responseStream: false, ...bytes } },
    {
      Export: (call: grpc.ServerUnaryCall<Buffer, Buffer>, callback: grpc.sendUnaryData<Buffer>) =>
        respond(call.request, callback, call.metadata),
    },
  );
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  afterTests(() => server.forceShutdown());
  return `http://127.0.0.1:${port}`;
}

const GRPC = { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' };

async function factsOf(url: string, env: Record<string, string> = {}): Promise<ExportFacts> {
  const pipeline = otlpPipeline(
    { OTEL_EXPORTER_OTLP_ENDPOINT: url, ...GRPC, ...env },
    { scheduledDelayMillis: 60_000 },
  );
  pipeline.export(makeTrace(4), () => {});
  await pipeline.forceFlush();
  const facts = pipeline.facts();
  await pipeline.shutdown();
  return facts;
}

describe('OTLP over gRPC', () => {
  it.each(['none', 'gzip'])(
    'sends spans with the configured headers, compression %s',
    async (compression) => {
      const received: { readonly names: string[]; readonly key: unknown }[] = [];
      const url = await grpcReceiver((body, callback, metadata) => {
        received.push({ names: decodeSpans(body).map(({ name }) => name), key: metadata.get('x-key') });
        callback(null, Buffer.alloc(0));
      });
      const facts = await factsOf(url, {
        OTEL_EXPORTER_OTLP_HEADERS: 'x-key=secret',
        OTEL_EXPORTER_OTLP_COMPRESSION: compression,
      });
      expect(received).toEqual([{ names: ['child 1', 'child 2', 'child 3', 'root'], key: ['secret'] }]);
      expect(facts).toMatchObject({ sent: 4, failed: 0, queued: 0, lastError: undefined });
    },
  );

  it('counts what the receiver rejects, in its words', async () => {
    const url = await grpcReceiver((_body, callback) =>
      callback(null, Buffer.from([0x0a, 8, 0x08, 3, 0x12, 4, ...Buffer.from('full')])),
    );
    expect(await factsOf(url)).toMatchObject({
      sent: 1,
      rejected: 3,
      lastError: { message: 'the receiver rejected 3 spans: full' },
    });
  });

  it.each([
    [
      'UNAUTHENTICATED',
      'failed',
      'the receiver refuses the credentials (gRPC UNAUTHENTICATED): no; set OTEL_EXPORTER_OTLP_HEADERS',
    ],
    ['UNIMPLEMENTED', 'failed', 'the receiver accepts no traces (gRPC UNIMPLEMENTED): no'],
    ['INVALID_ARGUMENT', 'failed', 'the receiver answered gRPC INVALID_ARGUMENT: no'],
    ['RESOURCE_EXHAUSTED', 'failed', 'the receiver answered gRPC RESOURCE_EXHAUSTED: no'],
    ['ABORTED', 'queued', 'the receiver answered gRPC ABORTED: no'],
  ] as const)('%s is a sentence, and the spans are %s', async (name, fate, message) => {
    const url = await grpcReceiver((_body, callback) => callback({ code: grpc.status[name], details: 'no' }));
    expect(await factsOf(url)).toMatchObject({ sent: 0, [fate]: 4, lastError: { message } });
  });

  it('waits as long as the receiver asks', async () => {
    // google.rpc.Status { details: Any { RetryInfo { retry_delay { seconds: 90 } } } }
    const retryInfo = [0x0a, 2, 0x08, 90];
    const type = Buffer.from('type.googleapis.com/google.rpc.RetryInfo');
    const any = [0x0a, type.length, ...type, 0x12, retryInfo.length, ...retryInfo];
    const metadata = new grpc.Metadata();
    metadata.set('grpc-status-details-bin', Buffer.from([0x08, 8, 0x1a, any.length, ...any]));
    const url = await grpcReceiver((_body, callback) =>
      callback({ code: grpc.status.RESOURCE_EXHAUSTED, details: 'quota', metadata }),
    );
    const before = Date.now();
    const { pausedUntilMillis, queued } = await factsOf(url);
    expect(queued).toBe(4);
    expect(pausedUntilMillis).toBeGreaterThanOrEqual(before + 90_000);
  });

  it('says that a port refuses, or speaks HTTP', async () => {
    const refused = await factsOf(await refusingUrl());
    await using http = await httpReceiver();
    const other = await factsOf(http.url);
    for (const { lastError, queued } of [refused, other]) {
      expect(lastError?.message).toMatch(
        /does not answer by gRPC \(UNAVAILABLE\): .*gRPC usually has port 4317/,
      );
      expect(queued).toBe(4);
    }
  });

  it('keeps its batches whole for a quota, and halves them for a limit of size', async () => {
    const retryInfo = [0x0a, 2, 0x08, 0];
    const type = Buffer.from('type.googleapis.com/google.rpc.RetryInfo');
    const any = [0x0a, type.length, ...type, 0x12, retryInfo.length, ...retryInfo];
    const quota = new grpc.Metadata();
    quota.set('grpc-status-details-bin', Buffer.from([0x08, 8, 0x1a, any.length, ...any]));
    for (const [metadata, batches] of [
      [quota, [8, 8]],
      [undefined, [8, 4, 4]],
    ] as const) {
      const sizes: number[] = [];
      const url = await grpcReceiver((body, callback) => {
        sizes.push(decodeSpans(body).length);
        const details = 'too much';
        if (sizes.length > 1) callback(null, Buffer.alloc(0));
        else callback({ code: grpc.status.RESOURCE_EXHAUSTED, details, ...(metadata && { metadata }) });
      });
      const env = { OTEL_EXPORTER_OTLP_ENDPOINT: url, ...GRPC };
      const pipeline = otlpPipeline(env, { scheduledDelayMillis: 5, maxBatchItems: 8 });
      for (let trace = 0; trace < 4; trace++) pipeline.export(makeTrace(2), () => {});
      while (pipeline.facts().sent < 8) await new Promise(setImmediate);
      expect(sizes).toEqual(batches);
      await pipeline.shutdown();
    }
  });
});
