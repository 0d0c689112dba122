import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { MetricsDocument } from '../../src/observatory/metrics-document.ts';
import { BlogProcess, makeDataDir, removeDataDir } from './blog-process.ts';

const VIEWS = 50;

describe('after 50 page views on a fresh process at default settings', () => {
  const dataDir = makeDataDir();
  let blog: BlogProcess;
  beforeAll(async () => {
    blog = await BlogProcess.start(dataDir);
  });
  afterAll(async () => {
    await blog.stop();
    removeDataDir(dataDir);
  });

  it('counts exactly the requests, statements and pages there were', async () => {
    // The first view prepares what is prepared once.
    await blog.ask('/');
    const before = await blog.metrics<MetricsDocument>();
    for (let i = 0; i < VIEWS; i++) expect((await blog.ask('/')).status).toBe(200);
    const { operations, spans } = await blog.metrics<MetricsDocument>();
    const grown = (type: 'http' | 'database' | 'render'): number =>
      operations[type].count - before.operations[type].count;
    expect(grown('http')).toBe(VIEWS);
    expect(grown('render')).toBe(VIEWS);
    expect(grown('database')).toBeGreaterThan(0);
    // Every view issues the same statements.
    expect(grown('database') % VIEWS).toBe(0);
    expect(operations.http).toMatchObject({ errors: 0, kept: VIEWS + 1, rate: 1 });
    expect(operations.database.duration_ms.p99).toBeGreaterThan(0);
    expect(spans.live).toBe(0);
  });

  it('does not count the observatory itself', async () => {
    const before = await blog.metrics<MetricsDocument>();
    for (let i = 0; i < 20; i++) await blog.metrics<MetricsDocument>();
    const after = await blog.metrics<MetricsDocument>();
    expect(after.spans.started).toBe(before.spans.started);
    expect(after.operations.http.count).toBe(before.operations.http.count);
  });
});
