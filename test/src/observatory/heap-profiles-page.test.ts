import { beforeAll, describe, expect, it } from '@jest/globals';
import { HEAP_PROFILE } from '../../fixtures/busy-blog.ts';
import { MeasuredBlog, telemetryOff } from '../../fixtures/measured-blog.ts';
import { serveObservatory } from '../../fixtures/observatory-server.ts';

let blog: MeasuredBlog;
let base: string;
beforeAll(async () => {
  blog = new MeasuredBlog();
  const { origin } = await serveObservatory(blog.telemetry);
  base = `${origin}/admin/metrics-dashboard`;
});

const page = async (path = '/heap-profiles', accept = 'text/html'): Promise<string> =>
  (await (await fetch(`${base}${path}`, { headers: { accept } })).text()).replaceAll('\u00a0', ' ');
const start = (seconds: string): Promise<Response> =>
  fetch(`${base}/heap-profiles`, {
    method: 'POST',
    body: new URLSearchParams({ seconds }),
    redirect: 'manual',
  });

describe('the page of heap profiles', () => {
  it('starts one by its form, here and on the process page; never by GET', async () => {
    expect(await page()).toContain('No heap profile was taken since the start.');
    for (const path of ['/heap-profiles', '/process'])
      expect(await page(path)).toMatch(
        /<form[^>]* method="post" action="\/admin\/metrics-dashboard\/heap-profiles">/,
      );
    await page('/heap-profiles?seconds=30');
    expect(blog.heapProfiles.running).toBeUndefined();
    const { status, headers } = await start('30');
    expect([status, headers.get('location')]).toEqual([303, '/admin/metrics-dashboard/heap-profiles']);
    expect(blog.heapProfiles.running).toMatchObject({ seconds: 30 });
    expect(await page()).toMatch(/A heap profile is being taken; it ends at \d\d:\d\d:\d\d\./);
  });

  it.each([
    ['30', 'a heap profile is being taken: only one runs at a time'],
    ['5', 'a heap profile lasts 10 to 60 seconds'],
    ['1e1', 'a heap profile lasts 10 to 60 seconds'],
    ['<b>', 'a heap profile lasts 10 to 60 seconds'],
  ])('refuses %p with a sentence', async (seconds, problem) => {
    const answer = await start(seconds);
    expect(answer.status).toBe(409);
    expect(await answer.text()).toContain(`Nothing was started: ${problem}.`);
  });

  it('names who allocated what stays in use, and in whose service', async () => {
    blog.heapProfiles.running = undefined;
    blog.heapProfiles.kept.push(HEAP_PROFILE);
    const text = await page();
    expect(text).toContain(
      'Of what was allocated in 30 s, about 4.1 MB stayed in use after a full garbage collection: 90 % allocated by remember, src/site/post-page.ts:41.',
    );
    expect(text).toContain('called by renderPost, src/site/post-page.ts:41');
    const { facts, summary } = JSON.parse(await page('/heap-profiles', 'application/json'));
    expect(summary).toContain('remember');
    expect(facts).toMatchObject({
      shown: { id: 1, live_bytes: 4_100_000, functions: [{ name: 'remember', caused_bytes: 3_700_000 }, {}] },
      kept: [{ id: 1, functions: [{ name: 'remember' }] }],
    });
    expect(await page('/heap-profiles?format=csv')).toContain('function,allocated_bytes,self_bytes');
  });

  it('says nothing of functions by a handful of samples', async () => {
    blog.heapProfiles.kept.unshift({ ...HEAP_PROFILE, id: 2, samples: 7, hasFile: false });
    expect(await page()).toContain(
      'after a full garbage collection: 7 samples, too few to say by which functions.',
    );
  });

  it('sends its file, and says so if it is not held', async () => {
    const file = await fetch(`${base}/heap-profiles/1.heapprofile`);
    expect(file.headers.get('content-disposition')).toBe('attachment; filename="heap-profile-1.heapprofile"');
    expect(await file.json()).toEqual({ head: {} });
    for (const id of ['2', '9', 'x', '-1'])
      expect((await fetch(`${base}/heap-profiles/${id}.heapprofile`)).status).toBe(404);
  });

  it('says what became of one that was lost', async () => {
    blog.heapProfiles.failed = { startedMillis: 0, reason: 'the inspector of this process is open' };
    expect(await page()).toContain('came to nothing: ');
  });

  it('says that telemetry is off', async () => {
    const { origin } = await serveObservatory(telemetryOff());
    const address = `${origin}/admin/metrics-dashboard/heap-profiles`;
    expect(await (await fetch(address)).text()).toContain('METRICS_ENABLED');
    expect(telemetryOff().heapProfiling.startHeapProfile(30)).toBe('telemetry is off');
  });
});
