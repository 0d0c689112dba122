import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { MetricsDocument } from '../../src/observatory/metrics-document.ts';
import { BlogProcess, makeDataDir, removeDataDir } from './blog-process.ts';

const VIEWS_BEFORE = 30;
const VIEWS_AFTER = 5;

describe('after a restart', () => {
  const dataDir = makeDataDir();
  let blog: BlogProcess;
  let trace = '';
  beforeAll(async () => {
    const before = await BlogProcess.start(dataDir);
    for (let i = 0; i < VIEWS_BEFORE; i++) trace = String((await before.ask('/')).headers['x-request-id']);
    await before.stop();
    blog = await BlogProcess.start(dataDir);
    for (let i = 0; i < VIEWS_AFTER; i++) await blog.ask('/');
  });
  afterAll(async () => {
    await blog.stop();
    removeDataDir(dataDir);
  });

  it('counts of the hour go on, those since the start begin anew, and the sentence says which', async () => {
    const hour = await blog.metrics<MetricsDocument & { summary: string }>('/admin/metrics?from=-1h');
    expect(hour.operations.http.count).toBe(VIEWS_BEFORE + VIEWS_AFTER);
    expect(hour.summary).toContain(`${VIEWS_BEFORE + VIEWS_AFTER} requests in the last hour`);
    const start = await blog.metrics<MetricsDocument>();
    expect(start.operations.http.count).toBe(VIEWS_AFTER);
  });

  it('kept traces are still there', async () => {
    const { buffer } = await blog.metrics<MetricsDocument>();
    expect(buffer.traces).toBeGreaterThanOrEqual(VIEWS_BEFORE + VIEWS_AFTER);
    expect(trace).toMatch(/^[0-9a-f]{32}$/);
  });
});

describe('a request with a method that nobody knows', () => {
  const dataDir = makeDataDir();
  let blog: BlogProcess;
  beforeAll(async () => {
    blog = await BlogProcess.start(dataDir);
  });
  afterAll(async () => {
    await blog.stop();
    removeDataDir(dataDir);
  });

  it.each(['PROPFIND', 'TRACE', 'PUT'])('%s is refused, and is no failure of ours', async (method) => {
    expect((await blog.ask('/', { method })).status).toBe(405);
    expect((await blog.metrics<MetricsDocument>()).operations.http.errors).toBe(0);
    expect(blog.output).not.toContain('request failed');
  });
});
