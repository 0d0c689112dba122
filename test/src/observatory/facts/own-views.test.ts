import { expect, it } from '@jest/globals';
import { wordsOf } from '../../../fixtures/page-text.ts';
import { serveObservatory } from '../../../fixtures/observatory-server.ts';
import { busyBlog } from '../../../fixtures/busy-blog.ts';

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
  expect(wordsOf(overview)).toMatch(/ these pages come on top: (?:&lt; )?[\d.]+\u00a0?\s?% of a core\./);
  expect(overview).toMatch(/<p class="cost"><a href="[^"]*\/buffer#cost">/);
  expect(await tookNanos()).toBe(before);
  millis += 10_000;
  const after = await tookNanos();
  expect(after).toBeGreaterThan(before);
  expect(wordsOf(await (await fetch(`${address}/buffer`)).text())).toContain(
    'these pages, not in it: CPU time since the start',
  );
});
