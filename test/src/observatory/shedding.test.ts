import { beforeAll, describe, expect, it } from '@jest/globals';
import { sumOf } from '../../../otel/base/sum-of.ts';
import { metricsDocument } from '../../../src/observatory/facts/metrics-document.ts';
import { momentText } from '../../../src/observatory/format/moment.ts';
import { MeasuredBlog } from '../../fixtures/measured-blog.ts';
import { serveObservatory } from '../../fixtures/observatory-server.ts';

let blog: MeasuredBlog;
let base: string;
beforeAll(async () => {
  blog = new MeasuredBlog();
  const { origin } = await serveObservatory(blog.telemetry);
  base = `${origin}/admin/metrics-dashboard`;
});

const page = async (path: string, accept = 'text/html'): Promise<string> =>
  (await fetch(`${base}${path}`, { headers: { accept } })).text();
const PAGES = ['', '/routes', '/traces', '/failures', '/process', '/sampling', '/limits', '/keys'];

describe('while detail is shed', () => {
  it('every page says since when, why and what is missing, and so does its JSON', async () => {
    for (const path of PAGES) expect(await page(path)).not.toContain('Less detail since');
    expect(await page('/routes', 'application/json')).not.toContain('shedding');
    blog.beLate(750, 11);
    const sinceMillis = blog.telemetry.now();
    for (const path of PAGES) {
      const text = await page(path);
      expect(text).toContain(
        `Less detail since ${momentText(sinceMillis, sinceMillis)}, because the event loop is late: 750`,
      );
      expect(text).toContain('Counts and percentiles on these pages are exact');
    }
    const span = (name: string) => ({ name, type: 'other', at: 0, millis: 5 }) as const;
    blog.play([
      { traceId: 'a'.repeat(32), startMillis: sinceMillis, spans: [span('GET /'), span('SELECT posts')] },
    ]);
    expect(JSON.parse(await page('/routes', 'application/json'))).toMatchObject({
      shedding: { since_millis: sinceMillis, limit_millis: 500, delay_millis: 750, dropped: 2 },
    });
    const { shedding, ...others } = blog.telemetry.spans().dropped;
    expect([shedding, sumOf(others)]).toEqual([2, 0]);
    expect(metricsDocument(blog.telemetry)).toMatchObject({
      sampling: { shedding_since_ms: sinceMillis },
      spans: { dropped: { shedding: 2 } },
    });
  });

  it('drops of other causes keep their names: the audit wraps each policy', () => {
    const other = new MeasuredBlog({ env: { METRICS_SAMPLING_RATE: '0' } });
    const span = { name: 'GET /', type: 'other', at: 0, millis: 5 } as const;
    other.play([{ startMillis: other.telemetry.now(), spans: [span] }]);
    const { probability, ...others } = other.telemetry.spans().dropped;
    expect([probability, sumOf(others)]).toEqual([1, 0]);
  });

  it('and no longer when the loop keeps up: the sampling page has when it was', async () => {
    blog.beLate(10, 31);
    for (const path of PAGES) expect(await page(path)).not.toContain('Less detail since');
    const sampling = await page('/sampling');
    expect(sampling).toContain('no: the event loop keeps up');
    expect(sampling).toMatch(/times since the start<\/dt>\s*<dd>1<\/dd>/);
    blog.beLate(3660, 1);
    expect(await page('/sampling')).toContain('not yet: the event loop is late, though not for ten seconds');
  });
});
