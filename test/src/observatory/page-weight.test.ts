import { beforeAll, describe, expect, it } from '@jest/globals';
import { gzipSync } from 'node:zlib';
import { serveObservatory } from '../../fixtures/observatory-server.ts';
import { VISITS } from '../../fixtures/busy-blog.ts';
import { MeasuredBlog } from '../../fixtures/measured-blog.ts';
import { NOW } from '../../fixtures/still-runtime.ts';
import { SEARCH } from '../../fixtures/trace-sketches.ts';

/** O42: all that a first view brings over the line, compressed. */
const MAX_BYTES = 150 * 1024;

/** Every bound of the store reached: a thousand traces, hundreds of routes and statements. */
function full() {
  const many = Array.from({ length: 25 }, (_, copy) =>
    VISITS.map(({ spans }, kind) => ({
      startMillis: NOW - 3_500_000 + copy * 10_000 + kind * 1000,
      spans: spans.map((span) => ({
        ...span,
        name: `${span.name}/part-${copy}`,
        ...(span.type === 'database' && {
          attributes: { 'db.query.text': `${String(span.attributes?.['db.query.text'])} -- ${copy}` },
        }),
      })),
    })),
  ).flat();
  const searches = Array.from({ length: 1000 }, (_, index) => ({
    startMillis: NOW - 3_002_000 + index * 3000,
    spans: SEARCH,
  }));
  return new MeasuredBlog({ happened: [...many, ...searches] }).telemetry;
}

describe('a first view with full buffers', () => {
  let origin: string;
  beforeAll(async () => ({ origin } = await serveObservatory(full())));

  async function weight(address: string, seen: Set<string>): Promise<number> {
    if (seen.has(address)) return 0;
    seen.add(address);
    const response = await fetch(new URL(address, origin), { headers: { accept: 'text/html,*/*' } });
    const body = Buffer.from(await response.arrayBuffer());
    expect([address, response.status]).toEqual([address, 200]);
    const type = response.headers.get('content-type') ?? '';
    if (type.startsWith('font/')) return body.byteLength;
    const text = body.toString('utf8');
    const parts = type.startsWith('text/html')
      ? [...text.matchAll(/(?:<link rel="(?:stylesheet|icon)" href|<script src)="([^"]+)"/g)]
      : type.startsWith('text/css')
        ? [...text.matchAll(/url\("([^"]+)"\)/g)].filter(([, name]) => /inter-|jetbrains/.test(name ?? ''))
        : type.startsWith('text/javascript')
          ? [...text.matchAll(/from\s+'([^']+)'/g)]
          : [];
    let bytes = gzipSync(body).byteLength;
    for (const [, part] of parts)
      bytes += await weight(new URL(part ?? '', new URL(address, origin)).pathname, seen);
    return bytes;
  }

  it('of the overview stays within 150 KB with its fonts, styles and scripts', async () => {
    const bytes = await weight('/admin/metrics-dashboard', new Set());
    expect(bytes).toBeGreaterThan(20 * 1024);
    expect(bytes).toBeLessThanOrEqual(MAX_BYTES);
  });

  it.each(['', '/routes', '/queries', '/traces', '/slow', '/failures', '/process'])(
    'of %s has a document that alone is a small part',
    async (path) => {
      const response = await fetch(`${origin}/admin/metrics-dashboard${path}`, {
        headers: { accept: 'text/html' },
      });
      const text = await response.text();
      expect(gzipSync(text).byteLength).toBeLessThanOrEqual(64 * 1024);
    },
  );

  it('has lists of summaries only: no attribute of a span', async () => {
    const list = await (await fetch(`${origin}/admin/metrics-dashboard/traces?format=json`)).text();
    expect(list).not.toContain('db.query.text');
    expect(list).not.toContain('"spans":');
  });
});
