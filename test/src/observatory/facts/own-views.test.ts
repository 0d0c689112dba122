import { expect, it } from '@jest/globals';
import { wordsOf } from '../../../fixtures/page-text.ts';
import { serveObservatory } from '../../../fixtures/observatory-server.ts';
import type { Stall, StallFacts } from '../../../../otel/query.ts';
import { busyBlog, STALLS } from '../../../fixtures/busy-blog.ts';
import { NOW } from '../../../fixtures/still-runtime.ts';

it('drawing the telemetry pages is said not to be in the cost of telemetry, and what it took', async () => {
  const { telemetry } = busyBlog();
  let millis = telemetry.now();
  const { origin } = await serveObservatory(telemetry, { now: () => millis });
  const address = `${origin}/admin/metrics-dashboard`;
  const tookNanos = async (): Promise<number> => {
    const { facts } = (await (await fetch(`${address}/buffer?format=json`)).json()) as {
      facts: { own_view_nanos: number };
    };
    return facts.own_view_nanos;
  };
  const before = await tookNanos();
  const overview = await (await fetch(address)).text();
  expect(wordsOf(overview)).toMatch(
    / these pages come on top: (?:&lt; )?[\d.]+\u00a0?\s?% of a core, both since the start\./,
  );
  expect(overview).toMatch(/<p class="cost"><a href="[^"]*\/buffer#cost">/);
  expect(await tookNanos()).toBe(before);
  millis += 10_000;
  const after = await tookNanos();
  expect(after).toBeGreaterThan(before);
  expect(wordsOf(await (await fetch(`${address}/buffer`)).text())).toContain(
    'these pages, not in it: CPU time since the start',
  );
});

it('how often and how long these pages held the event loop stands beside their CPU time, with a link to those stalls', async () => {
  const { telemetry } = busyBlog();
  const [sample, , unsampled] = STALLS;
  const own = (seconds: number, durationMillis: number, delayedCount: number): Stall => ({
    ...unsampled!,
    untracedPath: '/admin/metrics-dashboard/changes',
    atMillis: NOW - seconds * 1000,
    durationMillis,
    delayedCount,
  });
  const ledger = [own(30, 300, 3), own(90, 500, 4), own(8000, 900, 9)];
  let watch: StallFacts['watch'] = { is: 'watching' };
  const stalls: typeof telemetry.stalls = ({ fromMillis, toMillis }) => ({
    watch,
    thresholdMillis: 250,
    rows: [...ledger, { ...sample!, atMillis: NOW - 60_000 }].filter(
      ({ atMillis }) => atMillis >= fromMillis && atMillis < toMillis,
    ),
    heldSinceMillis: undefined,
  });
  const { origin } = await serveObservatory(Object.assign(telemetry, { stalls }));
  const read = async (query: string): Promise<string> =>
    (await fetch(`${origin}/admin/metrics-dashboard/buffer${query}`)).text();
  const page = await read('?from=-1h');
  expect(wordsOf(page)).toMatch(
    /… holding the event loop in the last hour 2 times, 800 ms in all; 6 requests waited/,
  );
  expect(page).toMatch(/href="[^"]*\/stalls\?own=each&amp;from=-1h"/);
  expect(wordsOf(await read('?from=-24h'))).toContain('3 times, 1.7 s in all; 14 requests waited');
  watch = { is: 'off' };
  expect(wordsOf(await read('?from=-1h'))).not.toContain('holding the event loop');
});
