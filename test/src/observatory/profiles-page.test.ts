import { deflateRawSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { ProfileSummary } from '../../../otel/query.ts';
import { MeasuredBlog, telemetryOff } from '../../fixtures/measured-blog.ts';
import { serveObservatory } from '../../fixtures/observatory-server.ts';

const FRAME = { name: 'renderMarkdown', location: 'src/posts/markdown/render.ts:41', origin: 'app' } as const;
const SUMMARY: ProfileSummary = {
  samples: 10_000,
  durationMillis: 10_000,
  idleMillis: 6800,
  busyMillis: 3200,
  frames: [{ ...FRAME, depth: 0, samples: 1984, selfMillis: 1984, totalMillis: 3200, offsetMillis: 0 }],
  omittedFrames: 3,
  functions: [{ ...FRAME, selfMillis: 1000, causedMillis: 1984, totalMillis: 3200 }],
};

let blog: MeasuredBlog;
let base: string;
beforeAll(async () => {
  blog = new MeasuredBlog();
  const { origin } = await serveObservatory(blog.telemetry);
  base = `${origin}/admin/metrics-dashboard`;
});

const page = async (path = '/profiles', accept = 'text/html'): Promise<string> =>
  (await fetch(`${base}${path}`, { headers: { accept } })).text();
const start = (seconds: string): Promise<Response> =>
  fetch(`${base}/profiles`, { method: 'POST', body: new URLSearchParams({ seconds }), redirect: 'manual' });

describe('the page of profiles', () => {
  it('starts one by its form, here and on the process page; never by GET', async () => {
    expect(await page()).toContain('No profile was taken since the start.');
    for (const path of ['/profiles', '/process'])
      expect(await page(path)).toMatch(
        /<form[^>]* method="post" action="\/admin\/metrics-dashboard\/profiles">/,
      );
    await page('/profiles?seconds=5');
    expect(blog.telemetry.profiles().running).toBeUndefined();
    const { status, headers } = await start('5');
    expect([status, headers.get('location')]).toEqual([303, '/admin/metrics-dashboard/profiles']);
    expect(blog.telemetry.profiles().running).toMatchObject({ seconds: 5 });
    expect(await page()).toMatch(/A profile is being taken; it ends at \d\d:\d\d:\d\d\./);
  });

  it.each([
    ['5', 'a profile is being taken: only one runs at a time'],
    ['0', 'a profile lasts 1 to 60 seconds'],
    ['', 'a profile lasts 1 to 60 seconds'],
    ['1e1', 'a profile lasts 1 to 60 seconds'],
    ['<b>', 'a profile lasts 1 to 60 seconds'],
  ])('refuses %p with a sentence', async (seconds, problem) => {
    const answer = await start(seconds);
    expect(answer.status).toBe(409);
    expect(await answer.text()).toContain(`Nothing was started: ${problem}.`);
  });

  it('shows the widest function in words, the flame graph, and idling apart', async () => {
    blog.profiles.receive({
      kind: 'profiled',
      id: 1,
      summary: SUMMARY,
      file: deflateRawSync('{"nodes":[]}'),
    });
    const text = await page();
    expect(text.replaceAll('\u00a0', ' ')).toContain(
      '62 % of the busy time in renderMarkdown, src/posts/markdown/render.ts:41. The process was idle for 6.8 s of 10 s.',
    );
    expect(text).toContain('3 narrower frames left out');
    const { facts, summary } = JSON.parse(await page('/profiles', 'application/json'));
    expect(summary).toContain('renderMarkdown');
    expect(facts).toMatchObject({
      shown: { id: 1, busy_millis: 3200, functions: [{ name: 'renderMarkdown', caused_millis: 1984 }] },
      kept: [{ id: 1, frames: [] }],
    });
    expect(await page('/profiles?format=csv')).toContain('function,caused_ms,self_ms,total_ms');
  });

  it('sends its file, and says so if it is not held', async () => {
    const file = await fetch(`${base}/profiles/1.cpuprofile`);
    expect(file.headers.get('content-disposition')).toBe('attachment; filename="profile-1.cpuprofile"');
    expect(await file.json()).toEqual({ nodes: [] });
    for (const id of ['2', 'x', '-1'])
      expect((await fetch(`${base}/profiles/${id}.cpuprofile`)).status).toBe(404);
  });

  it('says what became of one that was lost', async () => {
    await start('1');
    blog.profiles.lost(undefined, 'the inspector of this process was opened');
    expect(await page()).toContain('came to nothing: ');
  });

  it('says that telemetry is off', async () => {
    const { origin } = await serveObservatory(telemetryOff());
    const address = `${origin}/admin/metrics-dashboard/profiles`;
    expect(await (await fetch(address)).text()).toContain('METRICS_ENABLED');
    const answer = await fetch(address, { method: 'POST', body: new URLSearchParams({ seconds: '5' }) });
    expect(await answer.text()).toContain('METRICS_ENABLED');
    expect(telemetryOff().startProfile(5)).toBe('telemetry is off');
  });
});
