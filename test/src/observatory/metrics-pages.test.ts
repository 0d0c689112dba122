import { describe, expect, it } from '@jest/globals';
import { MeasuredBlog } from '../../fixtures/measured-blog.ts';
import { serveObservatory } from '../../fixtures/observatory-server.ts';

async function ask(path: string, change: (blog: MeasuredBlog) => void): Promise<Response> {
  const blog = new MeasuredBlog();
  change(blog);
  const { origin } = await serveObservatory(blog.telemetry);
  return fetch(`${origin}${path}`);
}

describe('GET /metrics', () => {
  it.each([
    [200, 'a_total 1\n'],
    [500, 'The metrics could not be collected: no value\n'],
  ] as const)('answers %i as the page of metrics does, with its text', async (status, text) => {
    const answer = await ask('/metrics', ({ telemetry }) => {
      telemetry.prometheus = () =>
        Promise.resolve({ status, contentType: 'text/plain; charset=utf-8', text });
    });
    expect([answer.status, answer.headers.get('content-type'), await answer.text()]).toEqual([
      status,
      'text/plain; charset=utf-8',
      text,
    ]);
  });
});

describe('GET /admin/metrics', () => {
  it('is a 500 if its facts cannot be read', async () => {
    const answer = await ask('/admin/metrics', ({ telemetry }) => {
      telemetry.process = () => {
        throw new Error('no value');
      };
    });
    expect(answer.status).toBe(500);
  });
});
