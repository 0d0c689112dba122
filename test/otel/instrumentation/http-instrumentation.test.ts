import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { isUntraced, untracedPaths } from '../../../otel/instrumentation/untraced-paths.ts';
import { HttpProcess } from './http-process.ts';

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';
const TRACEPARENT = `traceparent: 00-${TRACE_ID}-b7ad6b7169203331-01\r\n`;
const SERVER = 1;
const CLIENT = 2;

describe('HTTP instrumentation', () => {
  let server: HttpProcess;

  beforeAll(async () => {
    server = await HttpProcess.start();
  });
  afterAll(async () => {
    expect(server.faults).toEqual([]);
    await server.stop();
  });

  it('uses the name and the route set by the router', async () => {
    await server.exchange('/route');
    expect(await server.nextSpan()).toMatchObject({
      name: 'GET /:word',
      attributes: { 'http.route': '/:word', 'url.path': '/route' },
    });
  });

  it('keeps an inbound X-Request-ID as an attribute, cut to 128 characters', async () => {
    await server.exchange('/204', { headers: `X-Request-ID: ${'r'.repeat(300)}\r\n` });
    expect((await server.nextSpan()).attributes['http.request.header.x-request-id']).toBe('r'.repeat(128));
    await server.exchange('/204');
    expect((await server.nextSpan()).attributes).not.toHaveProperty('http.request.header.x-request-id');
  });

  it('hides credentials in the query', async () => {
    await server.exchange('/204?token=s3cret&page=2');
    const { attributes } = await server.nextSpan();
    expect(attributes['url.query']).toBe('token=REDACTED&page=2');
    expect(JSON.stringify(attributes)).not.toContain('s3cret');
  });

  it('continues an inbound trace, also an unsampled one', async () => {
    await server.exchange('/204', { headers: TRACEPARENT });
    expect((await server.nextSpan()).traceId).toBe(TRACE_ID);
  });

  it('records outgoing calls, and propagates the trace', async () => {
    const { body } = await server.exchange('/call-out', { headers: TRACEPARENT });
    const spans = [await server.nextSpan(), await server.nextSpan(), await server.nextSpan()];
    expect(spans.map(({ kind, traceId }) => [kind, traceId]).sort()).toEqual([
      [SERVER, TRACE_ID],
      [SERVER, TRACE_ID],
      [CLIENT, TRACE_ID],
    ]);
    expect(
      spans.every(({ attributes, kind }) => kind === SERVER || attributes['operation.outcome'] === undefined),
    ).toBe(true);
    expect(JSON.parse(body.toString())).toMatchObject({ traceparent: expect.stringContaining(TRACE_ID) });
  });

  it('creates no span for an untraced path, nor for what it calls', async () => {
    for (const path of [
      '/admin/metrics',
      '/admin/metrics?range=1h',
      '/Admin/Metrics/string',
      '/admin/metrics/call-out',
      '/admin/metrics/fail-mid-body',
    ])
      await server.exchange(path);
    await server.exchange('/admin/metricsx');
    // /admin/metrics/call-out makes a request to /headers, which must not carry the trace; its server side is traced.
    const seen = [await server.nextSpan(), await server.nextSpan()];
    expect(seen.map(({ attributes, kind }) => [kind, attributes['url.path']])).toEqual([
      [SERVER, '/headers'],
      [SERVER, '/admin/metricsx'],
    ]);
    expect(server.unreadSpans).toBe(0);
  });

  it('changes no response: heads and bodies are those of a process without it', async () => {
    const plain = await HttpProcess.start({ TRACED: 'false' });
    const answer = async (process: HttpProcess, path: string, method: string): Promise<unknown> => {
      const { head, body } = await process.exchange(path, { method, headers: TRACEPARENT });
      return {
        head: head.replace(/^Date: .*$/im, ''),
        body: body.toString('latin1').replaceAll(String(process.port), 'PORT'),
      };
    };
    for (const path of [
      '/string',
      '/buffer',
      '/json',
      '/none',
      '/204',
      '/304',
      '/file',
      '/chunks',
      '/throw',
      '/fail-mid-body',
      '/fail-at-once',
      '/compressed',
      '/headers',
    ]) {
      for (const method of ['GET', 'HEAD']) {
        expect(await answer(server, path, method)).toEqual(await answer(plain, path, method));
        await server.nextSpan();
      }
    }
    await plain.stop();
  });
});

describe('isUntraced', () => {
  const prefixes = ['/admin/metrics', '/admin/metrics-dashboard'];
  it.each([
    ['/admin/metrics', true],
    ['/admin/metrics/', true],
    ['/admin/metrics/traces/1', true],
    ['/admin/metrics?x=/y', true],
    ['/ADMIN/metrics', true],
    ['/admin/metrics-dashboard/live', true],
    ['http://localhost:3000/admin/metrics?x', true],
    ['/admin/metricsx', false],
    ['/admin', false],
    ['/', false],
    ['', false],
    ['*', false],
    ['/blog?next=/admin/metrics', false],
    ['/x/admin/metrics', false],
    ['http://localhost', false],
  ])('%s: %s', (url, untraced) => {
    expect(isUntraced(url, prefixes)).toBe(untraced);
    expect(untracedPaths(prefixes)(url)).toBe(untraced);
    expect(isUntraced(url, [])).toBe(false);
  });

  it('is the same after the pre-check of the first letter', () => {
    const paths = ['/admin', '/Admin/x', '/a', '/', '//', '/!dmin', '/q/x', '/Q/', 'x', '', '?', '/ä'];
    for (const given of [['/admin'], ['/q', '/ADMIN/'], ['/'], [''], []])
      for (const path of paths)
        expect([given, path, untracedPaths(given)(path)]).toEqual([
          given,
          path,
          isUntraced(
            path,
            given.map((prefix) => prefix.toLowerCase().replace(/\/+$/, '')),
          ),
        ]);
    expect(untracedPaths(['/'])('/anything')).toBe(true);
  });
});
