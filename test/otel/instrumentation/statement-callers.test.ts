import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SpanKind } from '@opentelemetry/api';
import { expect, it } from '@jest/globals';
import { activeRequestSpan, nameRequestRoute } from '../../../otel/instrumentation/request-route.ts';
import { startProcessor } from '../sampling/processor-fixture.ts';
import { watchRequests } from './watched-requests.ts';

it('a statement of a request whose address turns out to be unknown has the same caller as the request', async () => {
  const run = startProcessor({ rates: 0, deferredSpans: 100 });
  const { processor, guard, aggregates } = run;
  const { tracer, stop } = watchRequests(run);
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
  await stop();
});
