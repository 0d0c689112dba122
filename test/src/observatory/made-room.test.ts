import { describe, expect, it, jest } from '@jest/globals';
import type { TelemetryControl, TelemetryQuery } from '../../../otel/query.ts';
import { busyBlog } from '../../fixtures/busy-blog.ts';
import { MeasuredBlog } from '../../fixtures/measured-blog.ts';
import { serveObservatory } from '../../fixtures/observatory-server.ts';
import { NOW } from '../../fixtures/still-runtime.ts';
import { ABORTED, FAILING, PLAIN, type SpanSketch } from '../../fixtures/trace-sketches.ts';

const MINUTE = 60_000;

/** So many of a kind, one every so many minutes, in a buffer of ten. */
function held(count: number, spans: readonly SpanSketch[], everyMinutes = 1) {
  const happened = Array.from({ length: count }, (_, index) => ({
    startMillis: NOW - (index + 0.5) * everyMinutes * MINUTE,
    spans,
  }));
  return new MeasuredBlog({ env: { METRICS_BUFFER_SIZE: '10' }, happened }).telemetry;
}

describe('kept traces that were evicted since', () => {
  /** A page and its summary. */
  async function open(path: string, telemetry: TelemetryQuery & TelemetryControl) {
    const { origin } = await serveObservatory(telemetry);
    const address = `${origin}/admin/metrics-dashboard${path}`;
    const page = (await (await fetch(address)).text()).replace(/\s+/g, ' ');
    const json = await fetch(address, { headers: { accept: 'application/json' } });
    const { summary } = (await json.json()) as { summary: string };
    return { page, summary };
  }

  it('is said beside what was kept, of all processes, on the sampling page', async () => {
    const { page, summary } = await open('/sampling', held(1158, PLAIN));
    expect(summary).toMatch(
      /Of 60 requests kept in the last hour, 50 are no longer held: they made room for newer ones\.$/,
    );
    expect(page.replaceAll(/<[^>]*>/g, '').replace(/\s+/g, ' ')).toMatch(
      /requests of all processes since [\d: A-Za-z]+: 1,158 kept, 1,148 no longer held/,
    );
    expect(page).toMatch(/in the last hour, by this and earlier processes/);
  });

  it('is in the same words on each page that says what is kept, and of the range on the overview', async () => {
    const telemetry = held(1158, PLAIN);
    const textOf = async (path: string): Promise<string> =>
      (await open(path, telemetry)).page.replaceAll(/<[^>]*>/g, '');
    const words = '1,148 are no longer held: they made room for newer ones.';
    for (const path of ['/sampling?from=-24h', '/buffer', '?from=-24h'])
      expect(await textOf(path)).toContain(words);
    const hour = await textOf('?from=-1h');
    expect(hour).toContain('Of 60 requests kept in the last hour, 50 are no longer held');
    expect(hour).toMatch(/detail of 60 of 60 kept, 50 no longer held/);
    expect(await textOf('?from=-5m')).not.toMatch(/kept, \d+ no longer held/);
  });

  it('does not call traces held where it knows only that they were kept, and says what the words mean', async () => {
    const { telemetry } = busyBlog();
    for (const path of ['', '/route?name=GET%20%2Fsearch', '/routes', '/sampling']) {
      const { page } = await open(path, telemetry);
      const words = page.replaceAll(/<[^>]*>/g, '');
      expect(page).not.toMatch(/chosen/);
      expect(words).toMatch(
        path === '/routes' ? /\bkept\b/ : /detail of [\d,]+ of [\d,]+ kept|is kept is held/,
      );
      if (path !== '/routes') expect(page).toMatch(/<a class="explained" href="[^"]*\/keys\S*#words"/);
    }
    const { summary } = await open('/traces', telemetry);
    expect(summary).toMatch(/^\d+ traces are held that began /);
    const { page } = await open('/keys', telemetry);
    for (const word of ['counted', 'kept', 'held', 'no longer held', 'dropped'])
      expect(page).toContain(`<dt>${word}</dt>`);
  });

  it('is not mentioned if nothing was evicted', async () => {
    const { summary } = await open('/sampling', held(10, PLAIN));
    expect(summary).not.toContain('made room');
  });

  it('shortens the time that the list of slow operations covers', async () => {
    const cut = await open('/slow?from=-1h', held(11, ABORTED));
    expect(cut.summary).toMatch(
      /(threshold|slow) since (\d+ \w+ )?\d\d:\d\d:\d\d\..*Older traces made room for newer ones\.$/,
    );
    const longer = await open('/slow?from=-1h', held(11, ABORTED, 15));
    expect(longer.summary).toMatch(/in the last hour\./);
    const whole = await open('/slow?from=-1h', held(10, ABORTED));
    expect(whole.summary).toMatch(/in the last hour\./);
  });

  it('does not shorten it by evicted ordinary traces, as slow ones are still held', async () => {
    const { telemetry } = busyBlog();
    const { evicted, mustKeep } = telemetry.buffer();
    expect([evicted.count > 50, mustKeep.evicted]).toEqual([true, 0]);
    const { summary } = await open('/slow?from=-1h', telemetry);
    expect(summary).toMatch(
      /^6 requests reached their threshold in the last hour, most often GET \/search, 5 times\./,
    );
    expect(summary).not.toContain('made room');
  });

  it('tells what was removed from what was never written, by comparing the counts with what is held', async () => {
    const rank = { traces: 0, bytes: 0, maxBytes: 1, expired: 0, dropped: 0, unsaved: 0 };
    const kind = { ...rank, oldestMillis: undefined, newestMillis: undefined };
    const telemetry = held(40, PLAIN);
    const history = (unsaved: number, dropped: number): ReturnType<TelemetryQuery['history']> => ({
      fileBytes: 1,
      traces: { mustKeep: kind, ordinary: { ...kind, dropped, unsaved } },
      waiting: 0,
      unsaved,
      unlisted: 0,
    });
    const opened = async (path: string): Promise<string> =>
      (await open(path, telemetry)).page.replaceAll(/<[^>]*>/g, '');
    const lost = 'the process ended, or memory was full, before the disk had taken them.';
    // As after a restart: an earlier process lost them, and this one has evicted nothing.
    telemetry.history = () => history(0, 0);
    expect(await opened('?from=-1h')).toContain(
      `Of 40 requests kept in the last hour, 30 are no longer held: ${lost}`,
    );
    for (const path of ['/sampling', '/buffer'])
      expect(await opened(path)).toMatch(
        /Of 40 requests kept (?:since [^,]+|in the last hour), 30 are no longer held: the process/,
      );
    // The oldest were removed, and all since are held.
    telemetry.history = () => history(0, 30);
    expect(await opened('?from=-1h')).toContain('30 are no longer held: they made room for newer ones.');
    // Of those since the oldest that is held, some were lost.
    const heldRequests = telemetry.heldRequests.bind(telemetry);
    jest.spyOn(telemetry, 'heldRequests').mockImplementation((range) => Math.max(0, heldRequests(range) - 4));
    expect(await opened('?from=-1h')).toMatch(
      /34 are no longer held: 3\d made room for newer ones; of [2-4], the process ended/,
    );
  });

  it('is not said of what another process may not have written yet', async () => {
    const { telemetry } = new MeasuredBlog({
      happened: Array.from({ length: 300 }, (_, index) => ({
        startMillis: NOW - (index + 0.5) * 1000,
        spans: PLAIN,
      })),
    });
    const heldRequests = telemetry.heldRequests.bind(telemetry);
    jest.spyOn(telemetry, 'heldRequests').mockImplementation((range) => heldRequests(range) - 2);
    const words = '2 are no longer held';
    expect((await open('?from=-1h', telemetry)).page.replaceAll(/<[^>]*>/g, '')).toContain(words);
    const [own] = telemetry.processes();
    const running = { ...own!, endedAtMillis: undefined, ended: undefined };
    jest.spyOn(telemetry, 'processes').mockReturnValue([{ ...running, pid: 1 }, running]);
    expect((await open('?from=-1h', telemetry)).page.replaceAll(/<[^>]*>/g, '')).not.toContain(words);
  });

  it('adds no note to a list that lost nothing: lost ordinary traces do not affect failed and slow ones', async () => {
    const rank = { traces: 0, bytes: 0, maxBytes: 1, expired: 0, dropped: 0, unsaved: 0 };
    const footOf = async (path: string, mustKeepUnsaved: number): Promise<string | undefined> => {
      const { telemetry } = new MeasuredBlog();
      // The writer of a history file would have to fall behind.
      telemetry.history = () => ({
        fileBytes: 1,
        traces: {
          mustKeep: { ...rank, oldestMillis: 0, newestMillis: 0, unsaved: mustKeepUnsaved },
          ordinary: { ...rank, oldestMillis: 0, newestMillis: 0, unsaved: 7990 },
        },
        waiting: 0,
        unsaved: 7990 + mustKeepUnsaved,
        unlisted: 0,
      });
      const { origin } = await serveObservatory(telemetry);
      const page = await (await fetch(`${origin}/admin/metrics-dashboard${path}`)).text();
      return /Not in this list: [^<]*?\./.exec(page)?.[0];
    };
    expect(await footOf('/slow', 0)).toBeUndefined();
    expect(await footOf('/failures', 0)).toBeUndefined();
    expect(await footOf('/slow', 2)).toContain(' 2 traces were evicted before they were written');
    expect(await footOf('/failures', 1)).toContain(' 1 trace was evicted before it was written');
    expect(await footOf('/traces', 2)).toContain(' 7,992 traces were evicted');
  });

  it('is counted consistently: the menu, the page and the overview show the same number of failures', async () => {
    const telemetry = held(30, FAILING);
    const { page, summary } = await open('/failures?from=-1h', telemetry);
    expect(summary).toMatch(/^30 requests failed in the last hour, and 30 renderings, at least 10 in them\./);
    expect(page).toMatch(/Failures(<[^>]*>| )+30</);
    expect(page.replaceAll(/<[^>]*>/g, '')).toMatch(/20 of 60 operations still held/);
    expect(page).toContain('40 are counted and not held: older ones made room or were too old. ');
    expect(page).toMatch(/<a class="explained"[^>]*>\s*held/);
    expect((await open('?from=-1h', telemetry)).summary).toContain('30 requests in the last hour, 30 failed');
  });
});
