import { expect, it } from '@jest/globals';
import { MeasuredBlog } from '../../fixtures/measured-blog.ts';
import { serveObservatory } from '../../fixtures/observatory-server.ts';
import { NOW } from '../../fixtures/still-runtime.ts';

const HOUR = 3_600_000;

interface Group {
  readonly series: string;
  readonly state?: string;
}

it('a failure is new, came back or neither on Failures as on its route, by all that is held', async () => {
  const failed = (name: string, ...hoursAgo: readonly number[]) =>
    hoursAgo.map((hours) => ({
      startMillis: NOW - hours * HOUR,
      spans: [
        {
          name,
          type: 'http' as const,
          at: 0,
          millis: 5,
          error: 'broken',
          attributes: { 'http.response.status_code': 500 },
        },
      ],
    }));
  const happened = [
    ...failed('GET /always', 49, 30, 10, 0.5),
    ...failed('GET /again', 49, 0.5),
    ...failed('GET /first', 0.5),
  ];
  const { origin } = await serveObservatory(
    new MeasuredBlog({ startedMillisAgo: 50 * HOUR, happened }).telemetry,
  );
  const read = async (path: string): Promise<Readonly<Record<string, readonly Group[]>>> => {
    const answer = await fetch(`${origin}/admin/metrics-dashboard${path}from=-1h&format=json`);
    return ((await answer.json()) as { readonly facts: Readonly<Record<string, readonly Group[]>> }).facts;
  };
  const { groups = [] } = await read('/failures?');
  const states = Object.fromEntries(groups.map(({ series, state }) => [series, state]));
  expect(states).toEqual({ 'GET /always': undefined, 'GET /again': 'came back', 'GET /first': 'new' });
  for (const [series, state] of Object.entries(states)) {
    const { failure_groups: ofRoute = [] } = await read(`/route?name=${encodeURIComponent(series)}&`);
    expect(ofRoute.map((group) => group.state)).toEqual([state]);
  }
});
