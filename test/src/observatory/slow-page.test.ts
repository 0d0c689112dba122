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
