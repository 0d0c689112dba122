import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { context, trace } from '@opentelemetry/api';
import { takeTurns } from '../../../src/http/request-turns.ts';
import { collectedServerSpans } from '../../fixtures/collected-server-spans.ts';

const SECOND = 1_000_000_000;

/** Each request takes one second of a clock that only requests move. */
describe('a request that waited behind earlier ones of its connection', () => {
  let nanos = 0;
  const clock = { now: () => nanos / 1e6, monotonicNanos: () => nanos };
  const { exporter, guard, contexts, spans } = collectedServerSpans(['/quiet'], clock);
  let server: Server;
  /** Path, and trace id of the context its handler ran in. */
  const handled: (readonly [path: string, traceId: string | undefined])[] = [];

  beforeAll(async () => {
    context.setGlobalContextManager(contexts);
    spans.enable();
    const turns = takeTurns((request, response) => {
      handled.push([request.url!, trace.getActiveSpan()?.spanContext().traceId]);
      nanos += SECOND;
      response.end(`<${request.url}>`);
    });
    server = createServer(turns.listener).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1').setEncoding('latin1');
    const targets = Array.from({ length: 200 }, (_, index) => (index === 100 ? '/quiet' : `/${index}`));
    socket.write(targets.map((path) => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`).join(''));
    let text = '';
    for await (const chunk of socket) {
      text += String(chunk);
      if (text.includes('</199>')) break;
    }
    socket.destroy();
    await new Promise(setImmediate);
  });
  afterAll(() => {
    spans.disable();
    context.disable();
    server.closeAllConnections();
    server.close();
  });

  it('is counted once, and untraced ones not at all', () => {
    const paths = exporter.getFinishedSpans().map(({ attributes }) => attributes['url.path']);
    expect(paths).toHaveLength(199);
    expect(new Set(paths).size).toBe(199);
    expect(paths).not.toContain('/quiet');
    expect(guard.faults()).toEqual([]);
  });

  it('took as long as its own answer did', () => {
    for (const { duration, attributes } of exporter.getFinishedSpans()) {
      expect(duration).toEqual([1, 0]);
      expect(attributes['http.server.response.time_to_first_byte'] ?? 1).toBe(1);
    }
  });

  it('says how long it waited, which is no part of that', () => {
    const waits = exporter.getFinishedSpans().map(({ attributes }) => attributes['operation.wait']);
    // The first starts while the rest of the packet is parsed, and takes a second of it; the untraced one takes its second, too.
    const expected = Array.from({ length: 200 }, (_, index) => (index < 2 ? undefined : index - 1));
    expect(waits).toEqual(expected.toSpliced(100, 1));
  });

  it('runs in a trace of its own', () => {
    const traceIds = new Map(
      exporter.getFinishedSpans().map((span) => [span.attributes['url.path'], span.spanContext().traceId]),
    );
    expect(new Set(traceIds.values()).size).toBe(199);
    for (const [path, traceId] of handled) expect(traceId).toBe(traceIds.get(path));
  });
});
