import { expect, it } from '@jest/globals';
import { MeasuredBlog } from '../../fixtures/measured-blog.ts';
import { serveObservatory } from '../../fixtures/observatory-server.ts';
import { NOW } from '../../fixtures/still-runtime.ts';

it('counts a slow request and its slow statement by themselves, and names what is slow most often', async () => {
  const request = { name: 'GET /word-count', type: 'http' as const, at: 0, millis: 1500 };
  const statement = { name: 'SELECT words', type: 'database' as const, at: 10, millis: 1400 };
  const setup = { name: 'POST /setup', type: 'http' as const, at: 0, millis: 2000 };
  const happened = [
    ...[2, 1, 0].map((index) => ({ startMillis: NOW - 60_000 * (index + 2), spans: [request, statement] })),
    { startMillis: NOW - 60_000, spans: [setup] },
  ];
  const { origin } = await serveObservatory(new MeasuredBlog({ happened }).telemetry);
  const answer = await fetch(`${origin}/admin/metrics-dashboard/slow?from=-1h&format=json`);
  expect(await answer.json()).toMatchObject({
    summary:
      '4 requests and 3 statements reached their threshold in the last hour, most often GET /word-count, 3 times. The slowest, POST /setup, took 2 s.',
  });
});

it('lists every slow operation of a route in pages, and all in a file', async () => {
  const request = { name: 'GET /word-count', type: 'http' as const, at: 0, millis: 1500 };
  const happened = Array.from({ length: 230 }, (_, index) => ({
    startMillis: NOW - 1000 * (index + 2),
    spans: [request],
  }));
  const { origin } = await serveObservatory(new MeasuredBlog({ happened }).telemetry);
  const get = async (query: string): Promise<string> =>
    (await fetch(`${origin}/admin/metrics-dashboard/slow?from=-1h${query}`)).text();
  const ofRoute = `&type=http&series=${encodeURIComponent('GET /word-count')}`;
  const keys = async (part: number): Promise<readonly string[]> =>
    [...(await get(`${ofRoute}&part=${part}`)).matchAll(/<tr data-key="([^"]+)"/g)].map(
      ([, key = '']) => key,
    );
  const all = [...(await keys(1)), ...(await keys(2)), ...(await keys(3))];
  expect(new Set(all).size).toBe(230);
  expect(await get(`${ofRoute}&part=3`)).toContain('201 to 230 of 230');
  for (const query of ['', ofRoute])
    expect((await get(`${query}&format=csv`)).trimEnd().split('\r\n')).toHaveLength(231);
});
