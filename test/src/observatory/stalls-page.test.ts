import { expect, it } from '@jest/globals';
import { STALLS } from '../../fixtures/busy-blog.ts';
import { MeasuredBlog } from '../../fixtures/measured-blog.ts';
import { serveObservatory } from '../../fixtures/observatory-server.ts';
import { NOW } from '../../fixtures/still-runtime.ts';

it('has every stall on one of its pages, newest first', async () => {
  const { telemetry } = new MeasuredBlog();
  const rows = Array.from({ length: 120 }, (_, index) => ({
    ...STALLS[0]!,
    atMillis: NOW - 1000 * index,
  }));
  const stalls: typeof telemetry.stalls = () => ({
    watch: { is: 'watching' },
    thresholdMillis: 200,
    rows,
    heldSinceMillis: undefined,
  });
  const { origin } = await serveObservatory(Object.assign(telemetry, { stalls }));
  const seen: string[] = [];
  const notes: string[] = [];
  let next: string | undefined = '/admin/metrics-dashboard/stalls?from=-1h';
  while (next !== undefined) {
    const text: string = await (await fetch(origin + next.replaceAll('&amp;', '&'))).text();
    seen.push(...[...text.matchAll(/data-key="stall-\d+-(\d+)"/g)].map(([, at = '']) => at));
    notes.push(/\d+ to \d+ of 120/.exec(text)?.[0] ?? '');
    next = /href="([^"]+)"\s*>next</.exec(text)?.[1];
  }
  expect(seen).toEqual(rows.map(({ atMillis }) => String(atMillis)));
  expect(notes).toEqual(['1 to 50 of 120', '51 to 100 of 120', '101 to 120 of 120']);
});
