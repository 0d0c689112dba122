import { createServer as createHttp2Server } from 'node:http2';
import { createServer as createHttpsServer } from 'node:https';
import type { ServerResponse } from 'node:http';
import type { AddressInfo, Server } from 'node:net';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { afterTests } from '../../fixtures/after-tests.ts';
import { selfSigned } from '../../fixtures/self-signed.ts';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';
import { otlpPipeline } from './made-pipelines.ts';
import { makeTrace } from './made-spans.ts';
import { httpReceiver, refusingUrl, socketReceiver } from './receivers.ts';
import type { ExportFacts } from '../../../otel/query.ts';

/** The books after one flush of three spans. */
async function factsOf(env: Record<string, string>, exportTimeoutMillis = 10_000): Promise<ExportFacts> {
  const pipeline = otlpPipeline(env, { exportTimeoutMillis, scheduledDelayMillis: 60_000 });
  pipeline.export(makeTrace(3), () => {});
  await pipeline.forceFlush();
  const facts = pipeline.facts();
  await pipeline.shutdown();
  return facts;
}

async function listening(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  afterTests(() => void server.close());
  return (server.address() as AddressInfo).port;
}

const answer =
  (status: number, headers: Record<string, string> = {}, body: string | Uint8Array = '') =>
  (response: ServerResponse) =>
    response.writeHead(status, headers).end(body);

/** `google.rpc.Status`, as the Collector answers: 1 code, 2 message. */
const status = (message: string): Uint8Array => {
  const words = new TextEncoder().encode(message);
  return Uint8Array.of(0x08, 8, 0x12, words.length, ...words);
};

const PROTOBUF = { 'Content-Type': 'application/x-protobuf' };

describe('a fault of the receiver is one sentence', () => {
  it.each([
    [
      '401',
      answer(401, {}, 'missing key'),
      'the receiver refuses the credentials (HTTP 401): "missing key"; set OTEL_EXPORTER_OTLP_HEADERS',
      'failed',
    ],
    [
      '403 in JSON',
      answer(403, {}, '{"code":7,"message":"no such tenant"}'),
      'the receiver refuses the credentials (HTTP 403): "no such tenant"; set OTEL_EXPORTER_OTLP_HEADERS',
      'failed',
    ],
    [
      '404',
      answer(404, {}, '404 page not found\n'),
      'the receiver has no /v1/traces (HTTP 404): "404 page not found"; correct the address',
      'failed',
    ],
    [
      'a redirect',
      answer(301, { Location: 'https://user:secret@other.example/v1/traces?key=secret' }),
      'the receiver redirects to https://other.example/v1/traces (HTTP 301), and exports do not follow: set that address',
      'failed',
    ],
    [
      '413',
      answer(413, PROTOBUF, status('too large')),
      'the export is too large for the receiver (HTTP 413): "too large"',
      'failed',
    ],
    [
      '400',
      answer(400, PROTOBUF, status('bad span')),
      'the receiver answered HTTP 400: "bad span"',
      'failed',
    ],
    [
      '429 with a time',
      answer(429, { ...PROTOBUF, 'Retry-After': '30' }, status('quota')),
      'the receiver is overloaded or not ready (HTTP 429): "quota"; it asks to wait: 30 s',
      'queued',
    ],
    ['503', answer(503), 'the receiver is overloaded or not ready (HTTP 503)', 'queued'],
    [
      'a web page',
      answer(
        200,
        { 'Content-Type': 'text/html' },
        '<!doctype html><html><head><title>Jaeger UI</title></head></html>',
      ),
      'URL/v1/traces is not an OTLP receiver: it answered with a web page, "Jaeger UI"; receivers listen on port 4318, gRPC on 4317',
      'failed',
    ],
    [
      '500 with a page of control characters',
      answer(500, {}, 'a\u0000\u001b[31mb\n\nc'),
      'the receiver answered HTTP 500: "a [31mb c"',
      'failed',
    ],
  ] as const)('%s', async (_name, respond, sentence, fate) => {
    await using receiver = await httpReceiver(respond);
    const facts = await factsOf({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url });
    expect(facts.lastError?.message).toBe(sentence.replace('URL', receiver.url));
    expect(facts[fate]).toBe(3);
    expect(facts.sent).toBe(0);
  });

  it('never more than the first words of a long response', async () => {
    await using receiver = await httpReceiver(answer(500, {}, 'x'.repeat(5_000_000)));
    const facts = await factsOf({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url });
    expect(facts.lastError?.message).toBe(`the receiver answered HTTP 500: "${'x'.repeat(120)}…"`);
  });

  it('without the credentials that it was sent', async () => {
    await using receiver = await httpReceiver((response) =>
      answer(401, {}, `bad: ${response.req.headers.authorization} ${response.req.url}`)(response),
    );
    const { lastError } = await factsOf({
      OTEL_EXPORTER_OTLP_ENDPOINT: `${receiver.url}/?key=query-secret`,
      OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20header-secret',
    });
    expect(lastError?.message).toContain('bad: …');
    expect(lastError?.message).not.toMatch(/header-secret|query-secret/);
  });
});

describe('a fault of the connection is one sentence, and the spans wait', () => {
  const faultOf = async (
    url: string,
    env: Record<string, string> = {},
    timeout?: number,
  ): Promise<string> => {
    const facts = await factsOf({ OTEL_EXPORTER_OTLP_ENDPOINT: url, ...env }, timeout);
    expect(facts).toMatchObject({ sent: 0, failed: 0, queued: 3 });
    return facts.lastError?.message ?? '';
  };

  it('refused', async () => {
    const url = await refusingUrl();
    expect(await faultOf(url)).toBe(
      `nothing listens at ${new URL(url).host} (ECONNREFUSED): start the receiver, or correct the address`,
    );
  });

  it('a name that does not exist', async () => {
    expect(await faultOf('http://receiver.invalid:4318')).toMatch(
      /^the name receiver\.invalid is not known \((?:ENOTFOUND|EAI_AGAIN)\): correct the address, or the DNS$/,
    );
  });

  it('no response in time', async () => {
    await using receiver = await socketReceiver();
    expect(await faultOf(receiver.url, {}, 50)).toBe('no response within 50 ms');
  });

  it('a port for gRPC', async () => {
    const port = await listening(createHttp2Server());
    expect(await faultOf(`http://127.0.0.1:${port}`)).toMatch(/it may be a port for gRPC|HTTP 403/);
  });

  it('https where plain HTTP is spoken', async () => {
    await using receiver = await httpReceiver();
    const { host } = new URL(receiver.url);
    expect(await faultOf(`https://${host}`)).toMatch(
      new RegExp(
        `^${host.replaceAll('.', '\\.')} does not speak TLS \\([A-Z_]+\\): use http:// instead of https://$`,
      ),
    );
  });

  it.each([
    ['signed by itself', 'localhost', undefined, /is signed by itself: set OTEL_EXPORTER_OTLP_CERTIFICATE/],
    ['expired', 'localhost', new Date(Date.now() - 60_000), /has expired|is signed by itself/],
  ])('a certificate that is %s', async (_what, name, until, sentence) => {
    const port = await listening(createHttpsServer(selfSigned(name, until)));
    expect(await faultOf(`https://localhost:${port}`)).toMatch(sentence);
  });

  it('a certificate for another name, though its authority is trusted', async () => {
    const pair = selfSigned('other.example');
    const file = join(temporaryFolder(), 'ca.pem');
    writeFileSync(file, pair.cert);
    const port = await listening(createHttpsServer(pair));
    expect(await faultOf(`https://localhost:${port}`, { OTEL_EXPORTER_OTLP_CERTIFICATE: file })).toBe(
      `the certificate of localhost:${port} is for another name (ERR_TLS_CERT_ALTNAME_INVALID)`,
    );
  });

  it('a certificate file that is not there', async () => {
    expect(
      await faultOf('https://127.0.0.1:1', { OTEL_EXPORTER_OTLP_CERTIFICATE: '/nowhere/ca.pem' }),
    ).toContain('/nowhere/ca.pem');
  });
});

describe('a trusted certificate', () => {
  it('is accepted', async () => {
    const pair = selfSigned('localhost');
    const file = join(temporaryFolder(), 'ca.pem');
    writeFileSync(file, pair.cert);
    const port = await listening(createHttpsServer(pair, (_request, response) => response.end()));
    const facts = await factsOf({
      OTEL_EXPORTER_OTLP_ENDPOINT: `https://localhost:${port}`,
      OTEL_EXPORTER_OTLP_CERTIFICATE: file,
    });
    expect(facts).toMatchObject({ sent: 3, lastError: undefined });
  });
});
