import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { context, SpanKind } from '@opentelemetry/api';
import { emptyResource } from '@opentelemetry/resources';
import { expect, it } from '@jest/globals';
import { AsyncContextManager } from '../../../otel/instrumentation/context-manager.ts';
import { HttpServerSpans } from '../../../otel/instrumentation/http-server-spans.ts';
import { activeRequestSpan, nameRequestRoute } from '../../../otel/instrumentation/request-route.ts';
import { RecordingTracerProvider } from '../../../otel/spans/tracer-provider.ts';
import { startProcessor } from '../sampling/processor-fixture.ts';

it('a statement of a request whose address turns out to be unknown has the same caller as the request', async () => {
  const { processor, clock, guard, aggregates } = startProcessor({ rates: 0, deferredSpans: 100 });
  const contexts = new AsyncContextManager();
  context.setGlobalContextManager(contexts);
  const tracer = new RecordingTracerProvider({
    resource: emptyResource(),
    processors: [processor],
    guard,
    clock,
  }).getTracer('test');
  const spans = new HttpServerSpans({ guard, clock, contexts, untracedPathPrefixes: [], tracer });
  spans.enable();
  const server = createServer((request, response) => {
    nameRequestRoute('GET', '/:path');
    const attributes = { 'db.system.name': 'sqlite', 'db.query.summary': 'SELECT redirects' };
    tracer.startSpan('SELECT redirects', { kind: SpanKind.CLIENT, attributes }).end();
    if (request.url === '/nothing') activeRequestSpan()?.setAttribute('operation.address_unknown', true);
    response.end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  for (const path of ['/nothing', '/nothing', '/post'])
    await (await fetch(`http://127.0.0.1:${port}${path}`, { headers: { connection: 'close' } })).text();
  server.close();
  await once(server, 'close');
  await processor.forceFlush();
  const [statement] = aggregates.series('database');
  expect([statement?.count, statement?.callers]).toEqual([3, ['unknown paths', 'GET /:path']]);
  expect(aggregates.series('http').map(({ name, count }) => [name, count])).toEqual([
    ['unknown paths', 2],
    ['GET /:path', 1],
  ]);
  expect(guard.faults()).toEqual([]);
  spans.disable();
  context.disable();
  await processor.shutdown();
});
