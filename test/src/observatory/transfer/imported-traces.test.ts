import { beforeAll, describe, expect, it } from '@jest/globals';
import type { TraceDetail } from '../../../../otel/query.ts';
import { ImportedTraces } from '../../../../src/observatory/facts/imported-traces.ts';
import { otlpJson } from '../../../../src/observatory/transfer/otlp-json.ts';
import { serveObservatory } from '../../../fixtures/observatory-server.ts';
import { busyBlog, SEARCH_TRACE } from '../../../fixtures/busy-blog.ts';
import { NOW } from '../../../fixtures/still-runtime.ts';
import { searchTrace } from '../../../fixtures/trace-sketches.ts';

const OTHER = '77'.repeat(16);

let base: string;
beforeAll(async () => {
  const { origin } = await serveObservatory(busyBlog().telemetry);
  base = `${origin}/admin/metrics-dashboard`;
});

const get = (path: string): Promise<Response> => fetch(base + path, { headers: { accept: 'text/html' } });
const send = (text: string, path = '/traces/import'): Promise<Response> =>
  fetch(base + path, { method: 'POST', body: new URLSearchParams({ otlp: text }), redirect: 'manual' });
const fileOf = (trace: TraceDetail): string => JSON.stringify(otlpJson(trace));

describe('an imported trace', () => {
  it('is shown like any other, and exports as it was imported', async () => {
    const exported = await (await get(`/traces/${SEARCH_TRACE}?format=otlp`)).text();
    const sent = await send(exported);
    expect(sent.status).toBe(303);
    expect(sent.headers.get('location')).toBe(`/admin/metrics-dashboard/traces/imported/${SEARCH_TRACE}`);
    const path = `/traces/imported/${SEARCH_TRACE}`;
    const text = await (await get(path)).text();
    expect(text).toContain('role="treegrid"');
    expect(text).toContain('not counted');
    expect(text).toContain('961\u00a0ms');
    expect(await (await get(`${path}?format=otlp`)).text()).toBe(exported);
    expect((await get(`${path}?view=flame`)).status).toBe(200);
  });

  it('is in no list, count or page of this process', async () => {
    const before = await (await get('/traces?format=json')).text();
    expect((await send(fileOf(searchTrace(OTHER, NOW - 1000)))).status).toBe(303);
    expect(await (await get('/traces?format=json')).text()).toBe(before);
    expect((await get(`/traces/${OTHER}`)).status).toBe(404);
    const text = await (await get(`/traces/imported/${OTHER}`)).text();
    expect(text.slice(text.indexOf('id="page"'))).not.toMatch(/\/(route|statement)\?|\/(pin|unpin)"/);
  });

  it('can be removed', async () => {
    await send(fileOf(searchTrace(OTHER, NOW)));
    const removed = await send('', `/traces/imported/${OTHER}/remove`);
    expect(removed.headers.get('location')).toBe('/admin/metrics-dashboard/traces/import');
    const gone = await get(`/traces/imported/${OTHER}`);
    expect(gone.status).toBe(404);
    expect(await gone.text()).toContain('This trace is not imported');
  });

  it('that cannot be read shows the form again, with the error and the pasted text', async () => {
    const response = await send('{"resourceSpans":[{"scopeSpans":[{"spans":[{"name":"</textarea><b>"}]}]}]}');
    expect(response.status).toBe(422);
    const text = await response.text();
    expect(text).toContain('resourceSpans[0].scopeSpans[0].spans[0].traceId is not 32 hexadecimal digits');
    expect(text).toContain('&lt;/textarea&gt;&lt;b&gt;');
    expect(text).toContain('aria-invalid="true"');
  });

  it('is listed with the others of its file', async () => {
    const both = [OTHER, '78'.repeat(16)].map((id) => fileOf(searchTrace(id, NOW))).join('\n');
    const sent = await send(both);
    expect(sent.headers.get('location')).toBe('/admin/metrics-dashboard/traces/import');
    const text = await (await get('/traces/import')).text();
    expect(text).toContain(`/traces/imported/${OTHER}"`);
    expect(await (await get('/traces/import?format=csv')).text()).toContain(OTHER);
  });
});

describe('ImportedTraces', () => {
  const trace = (index: number): TraceDetail => searchTrace(index.toString(16).padStart(32, '0'), NOW);

  it('holds a few traces, the newest', () => {
    const imported = new ImportedTraces({ maxTraces: 3 });
    for (let index = 1; index <= 30; index++) imported.add(trace(index), index);
    expect(imported.rows().map(({ atMillis }) => atMillis)).toEqual([30, 29, 28]);
    imported.add(trace(29), 31);
    expect(imported.rows().map(({ atMillis }) => atMillis)).toEqual([31, 30, 28]);
  });

  it('is bounded in spans, and always holds the newest trace', () => {
    const imported = new ImportedTraces({ maxSpans: 70 });
    for (let index = 1; index <= 5; index++) imported.add(trace(index), index);
    expect(imported.rows()).toHaveLength(2);
    const small = new ImportedTraces({ maxSpans: 1 });
    small.add(trace(1), 1);
    expect(small.rows()).toHaveLength(1);
  });
});
