import { describe, expect, it } from '@jest/globals';
import { rangeAsked } from '../../../../src/observatory/facts/range-asked.ts';
import { serveObservatory } from '../../../fixtures/observatory-server.ts';
import { MeasuredBlog } from '../../../fixtures/measured-blog.ts';
import { NOW } from '../../../fixtures/still-runtime.ts';

const MINUTE = 60_000;

/** The telemetry of a blog that started so long ago; nobody came. */
function young(startedMillisAgo: number) {
  return new MeasuredBlog({ startedMillisAgo }).telemetry;
}

describe('rangeAsked', () => {
  it.each([
    [1000, '-5m'],
    [5 * MINUTE - 1, '-5m'],
    [5 * MINUTE, '-15m'],
    [15 * MINUTE - 1, '-15m'],
    [15 * MINUTE, '-1h'],
    [3000 * MINUTE, '-1h'],
  ])('fits a process of %d ms when nothing is asked', (startedMillisAgo, from) => {
    const range = rangeAsked(young(startedMillisAgo), {}, NOW);
    expect([range.preset?.from, range.query]).toEqual([from, {}]);
  });

  it('is the last hour after a restart, when the history holds it', () => {
    const telemetry = young(2 * MINUTE);
    // It needs a history file and a process before this one: test/otel/store has both.
    telemetry.countedFromMillis = () => NOW - 90 * MINUTE;
    expect(rangeAsked(telemetry, {}, NOW).preset?.from).toBe('-1h');
  });

  it('is the requested one, whatever data there is', () => {
    const telemetry = young(MINUTE);
    expect(rangeAsked(telemetry, { from: '-1h' }, NOW)).toMatchObject({
      words: 'in the last hour',
      query: { from: '-1h' },
    });
  });

  it('falls back to what fits, and says why', () => {
    const range = rangeAsked(young(MINUTE), { from: 'soon' }, NOW);
    expect(range.preset?.from).toBe('-5m');
    expect(range.problem).toContain('“soon” is not a time');
  });
});

describe('a young blog', () => {
  it('shows and says the last five minutes, on the page, in its JSON and in its metrics alike', async () => {
    const { origin } = await serveObservatory(young(2 * MINUTE));
    const address = `${origin}/admin/metrics-dashboard/routes`;
    const page = await (await fetch(address)).text();
    const lit = /href="([^"]*)"\s+aria-current="true"/.exec(page)![1];
    expect(lit).toBe('/admin/metrics-dashboard/routes?from=-5m');
    expect(page).toContain('in the last 5 minutes');
    const body = (await (await fetch(`${address}?format=json`)).json()) as {
      summary: string;
      range: { from_ms: number };
    };
    expect(body.range.from_ms).toBe(NOW - 5 * MINUTE);
    expect(body.summary).toContain('in the last 5 minutes');
  });

  it('is called by its hour when it may be a restart of a five-minute view', async () => {
    const { origin } = await serveObservatory(young(2 * MINUTE));
    const page = await (await fetch(`${origin}/admin/metrics-dashboard?from=-1h`)).text();
    expect(page).toMatch(/from=-1h"\s+aria-current="true"/);
    expect(page).not.toMatch(/href="\/admin\/metrics-dashboard\/routes"/);
  });
});
