import { describe, expect, it } from '@jest/globals';
import { busyBlog } from '../../fixtures/busy-blog.ts';
import { serveObservatory } from '../../fixtures/observatory-server.ts';

const blog = busyBlog();

async function read(path: string, sort: string, accept: string): Promise<string> {
  const { origin } = await serveObservatory(blog.telemetry);
  const address = `${origin}/admin/metrics-dashboard${path}?sort=${sort}`;
  return (await fetch(address, { headers: { accept } })).text();
}

describe.each([
  ['/routes', 'p95_ms', 'p95'],
  ['/routes', '-p95_ms', 'p95'],
  ['/routes', '-count', 'count'],
  ['/queries', '-p95_ms', 'p95'],
] as const)('%s in the order of %s', (path, sort, by) => {
  it('says what is first of what it shows', async () => {
    const { summary } = JSON.parse(await read(path, sort, 'application/json')) as {
      readonly summary: string;
    };
    const [, first] = new RegExp(`; first by ${by} is ([^.]+)\\. `).exec(summary) ?? [];
    const page = await read(path, sort, 'text/html');
    const row = /<tr data-key="[^"]*">([\s\S]*?)<\/th>/.exec(page)?.[1] ?? '';
    expect(first).toBeDefined();
    expect(row).toContain(first);
  });
});

describe('in its own order', () => {
  it.each(['', 'nothing'])('a page says nothing of one (sort=%s)', async (sort) => {
    expect(await read('/routes', sort, 'application/json')).not.toContain('first by');
    expect(await read('/queries', sort, 'text/html')).toContain('by total time');
  });
});
