import { beforeAll, describe, expect, it } from '@jest/globals';
import { overviewSummary } from '../../../src/observatory/metrics-route.ts';
import { busyBlog } from '../../fixtures/busy-blog.ts';
import type { MeasuredBlog } from '../../fixtures/measured-blog.ts';
import { serveObservatory } from '../../fixtures/observatory-server.ts';

let blog: MeasuredBlog;
let base: string;
beforeAll(async () => {
  blog = busyBlog();
  const { origin } = await serveObservatory(blog.telemetry);
  base = `${origin}/admin/metrics-dashboard`;
});

const post = (fields: Record<string, string>): Promise<Response> =>
  fetch(`${base}/limits`, { method: 'POST', body: new URLSearchParams(fields), redirect: 'manual' });
const revision = (): string => blog.telemetry.liveSettings().revision;
const summary = (backup: number | undefined) =>
  overviewSummary(blog.telemetry, { freeBytes: 1e9, backup: { atMillis: backup } });
const stateOf = async (key: string, backup?: number): Promise<string | undefined> =>
  (await summary(backup)).limits.find((limit) => limit.key === key)?.state;

describe('the page of limits', () => {
  it('shows a refused form as it was typed, and changes nothing', async () => {
    const before = revision();
    const answer = await post({
      revision: before,
      METRICS_LIMIT_LOOP: 'soon',
      METRICS_OBJECTIVES: 'uptime 99%',
    });
    expect(answer.status).toBe(422);
    const text = await answer.text();
    expect(text).toContain('Nothing was changed: ');
    expect(text).toContain('value="soon"');
    expect(text).toContain('uptime 99%</textarea>');
    expect(text).toContain('expected a number of seconds from 0 to 3600, or off, got &quot;soon&quot;');
    expect(text).toContain('an objective is availability or latency, got uptime');
    expect(revision()).toBe(before);
  });

  it('changes a limit at once, lists and marks the change, and says who set the value', async () => {
    expect(await stateOf('disk')).toBe('holds');
    const { status, headers } = await post({ revision: revision(), METRICS_LIMIT_DISK_FREE: '2000000000' });
    expect([status, headers.get('location')]).toEqual([303, '/admin/metrics-dashboard/limits']);
    expect(await stateOf('disk')).toBe('broken');
    const now = blog.telemetry.now();
    const marks = blog.telemetry.markers({ fromMillis: now - 1, toMillis: now + 1 });
    expect(marks.map(({ label }) => label)).toContain(
      'METRICS_LIMIT_DISK_FREE 500000000 → 2000000000 (owner)',
    );
    const page = await (await fetch(`${base}/limits`, { headers: { accept: 'text/html' } })).text();
    expect(page).toContain('1 value is set on this page.');
    expect(page).toContain('revert to the default');
    await post({ revision: revision(), 'back.METRICS_LIMIT_DISK_FREE': 'yes' });
    expect(await stateOf('disk')).toBe('holds');
  });

  it('keeps what was typed if the settings were changed meanwhile', async () => {
    const answer = await post({ revision: 'older', METRICS_LIMIT_LOOP: '3' });
    expect(answer.status).toBe(409);
    expect(await answer.text()).toContain('value="3"');
    expect(blog.telemetry.limits().loopMillis).toBe(1000);
  });

  it('leaves the settings of sampling alone, and its page has no limits', async () => {
    const before = blog.telemetry.sampling();
    await post({ revision: revision(), METRICS_LIMIT_FAILED: '3%' });
    expect(blog.telemetry.sampling().thresholdsSeconds).toEqual(before.thresholdsSeconds);
    const page = await (await fetch(`${base}/sampling/change`, { headers: { accept: 'text/html' } })).text();
    expect(page).toContain('id="METRICS_SAMPLING_RATE"');
    expect(page).not.toContain('id="METRICS_LIMIT_FAILED"');
  });
});

describe('the overview', () => {
  it('has a row per limit, folded, and names what does not hold', async () => {
    const read = async (): Promise<string> =>
      (await (await fetch(base, { headers: { accept: 'text/html' } })).text()).replaceAll(/\s+/g, ' ');
    const text = await read();
    for (const { what } of (await summary(undefined)).limits) expect(text).toContain(`>${what}</a>`);
    await post({ revision: revision(), METRICS_LIMIT_CLIENT_ERRORS: '0', METRICS_LIMIT_FAILED: '0' });
    const { limits } = await summary(undefined);
    expect(limits.some(({ state }) => state === 'not judged')).toBe(true);
    // Of all: what is not judged is one of them, and their number does not change.
    expect(await read()).toMatch(
      new RegExp(`\\d of ${limits.length} limits does not hold: failed requests;`),
    );
  });

  it('judges the age of a backup once the app tells it', async () => {
    const now = blog.telemetry.now();
    expect(await stateOf('backup', now - 29 * 86_400_000)).toBe('holds');
    expect(await stateOf('backup', now - 31 * 86_400_000)).toBe('broken');
    expect(await stateOf('backup')).toBe('not judged');
  });
});
