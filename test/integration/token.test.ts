import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { BlogProcess, TOKEN } from './blog-process.ts';
import { PAGES } from '../../src/observatory/pages/all-pages.ts';
import { OBSERVATORY_PATH } from '../../src/process/own-addresses.ts';
import { rawRequest } from '../fixtures/raw-request.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';

describe('METRICS_TOKEN', () => {
  const dataDir = temporaryFolder();
  let blog: BlogProcess;
  beforeAll(async () => {
    blog = await BlogProcess.start(dataDir);
    await blog.ask('/');
  });
  afterAll(async () => {
    await blog.stop();
  });
  const ask = (path: string, token: string) =>
    blog.ask(path, { headers: { authorization: `Bearer ${token}`, accept: 'application/json' } });

  it('reads the facts as JSON and for Prometheus', async () => {
    const json = await ask('/admin/metrics', TOKEN);
    expect([json.status, json.headers['cache-control']]).toEqual([200, 'no-store']);
    const text = await ask('/metrics', TOKEN);
    expect(text.headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(text.body.toString()).toMatch(
      /^http_server_request_duration_seconds_count\{http_request_method="GET",http_route="\/",url_scheme="http",network_protocol_version="1\.1",http_response_status_code="200"\} 1$/m,
    );
  });

  it.each(PAGES.map(({ path }) => path.replace(/:\w+/, '0af7651916cd43dd8448eb211c80319c')))(
    'reads the facts of a telemetry page: %s',
    async (path) => {
      const json = await ask(`${OBSERVATORY_PATH}${path}`, TOKEN);
      // Nobody has asked for that trace.
      expect([200, 404]).toContain(json.status);
      expect(json.headers['content-type']).toBe('application/json; charset=utf-8');
      expect(json.headers['cache-control']).toBe('no-store');
      expect(Object.keys(JSON.parse(json.body.toString()) as object)).toEqual(
        expect.arrayContaining(['summary', 'facts']),
      );
      expect(json.body.toString()).not.toContain(TOKEN);
    },
  );

  it('reads tables as CSV', async () => {
    const { status, headers } = await ask(`${OBSERVATORY_PATH}/routes?format=csv`, TOKEN);
    expect([status, headers['content-type']]).toEqual([200, 'text/csv; charset=utf-8']);
    expect((await ask(`${OBSERVATORY_PATH}/routes?format=csv`, 'wrong')).status).toBe(401);
  });

  it.each([
    '/admin',
    '/admin/health',
    '/admin/posts/new',
    `${OBSERVATORY_PATH}/live?page=`,
    `${OBSERVATORY_PATH}/live?page=&format=json`,
    `${OBSERVATORY_PATH}/routes?format=html`,
    `${OBSERVATORY_PATH}/routes?format=json&format=html`,
  ])('opens nothing else: %s', async (path) => {
    expect((await ask(path, TOKEN)).status).toBe(401);
  });

  it('opens no page', async () => {
    const headers = { authorization: `Bearer ${TOKEN}`, accept: 'text/html' };
    const { status, headers: sent } = await blog.ask(`${OBSERVATORY_PATH}/routes`, { headers });
    expect([status, sent['location']]).toEqual([303, expect.stringContaining('/admin/sign-in')]);
  });

  it.each(['/traces/import', '/export/test', '/sampling/change'])('submits no form: %s', async (path) => {
    const headers = { authorization: `Bearer ${TOKEN}`, accept: 'application/json' };
    const { status } = await blog.ask(`${OBSERVATORY_PATH}${path}?format=json`, { method: 'POST', headers });
    expect([401, 403]).toContain(status);
  });

  it.each(['', 'wrong', `${TOKEN}x`, TOKEN.slice(0, -1)])('is compared whole: %j', async (token) => {
    const { status, headers, body } = await ask('/admin/metrics', token);
    expect([status, headers['www-authenticate']]).toEqual([401, 'Bearer realm="glasshouse metrics"']);
    expect(body.toString()).not.toContain(TOKEN);
  });

  it('marks a moment on every time chart', async () => {
    const authorization = `Bearer ${TOKEN}`;
    const send = (body: string, headers: Readonly<Record<string, string>>) =>
      rawRequest(blog.address, '/admin/metrics/markers', {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
        body,
      });
    const made = await send('label=release%201.2%00%0a', { authorization });
    expect([made.status, made.headers['cache-control']]).toEqual([201, 'no-store']);
    const { markers } = (
      JSON.parse((await ask(`${OBSERVATORY_PATH}/changes`, TOKEN)).body.toString()) as {
        facts: { markers: { kind: string; label: string }[] };
      }
    ).facts;
    expect(markers).toContainEqual(expect.objectContaining({ kind: 'event', label: 'release 1.2' }));
    expect((await send('label=', { authorization })).status).toBe(400);
    expect((await send(`label=${'x'.repeat(301)}`, { authorization })).status).toBe(400);
    expect((await send(`label=${'x'.repeat(20_000)}`, { authorization })).status).toBe(413);
    expect((await send('label=x', { authorization: 'Bearer wrong' })).status).toBe(401);
    expect((await send('label=x', {})).status).toBe(401);
  });

  it('is in no output of the process', () => {
    expect(blog.output).not.toContain(TOKEN);
  });
});
