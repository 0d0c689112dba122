import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { BlogProcess, TOKEN } from './blog-process.ts';
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

  it.each([
    '/admin',
    '/admin/health',
    '/admin/metrics-dashboard',
    '/admin/posts/new',
    '/admin/metrics-dashboard/traces',
  ])('opens nothing else: %s', async (path) => {
    expect((await ask(path, TOKEN)).status).toBe(401);
  });

  it.each(['', 'wrong', `${TOKEN}x`, TOKEN.slice(0, -1)])('is compared whole: %j', async (token) => {
    const { status, headers, body } = await ask('/admin/metrics', token);
    expect([status, headers['www-authenticate']]).toEqual([401, 'Bearer realm="glasshouse metrics"']);
    expect(body.toString()).not.toContain(TOKEN);
  });

  it('is in no output of the process', () => {
    expect(blog.output).not.toContain(TOKEN);
  });
});
