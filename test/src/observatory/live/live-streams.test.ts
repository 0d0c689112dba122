import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { createGunzip } from 'node:zlib';
import { partsOf, patched, type Delta } from '../../../../src/observatory/browser/delta.ts';
import type { DrawPage } from '../../../../src/observatory/live/live-page.ts';
import { LiveStreams } from '../../../../src/observatory/live/live-streams.ts';
import { serveObservatory } from '../../../fixtures/observatory-server.ts';
import { Guard } from '../../../../otel/base/guard.ts';
import { ChangeNotifier } from '../../../../otel/store/change-notifier.ts';
import { busyBlog } from '../../../fixtures/busy-blog.ts';
import type { MeasuredBlog } from '../../../fixtures/measured-blog.ts';

let opened: LiveStreams[] = [];
afterEach(() => {
  jest.useRealTimers();
  for (const streams of opened) streams.close();
  opened = [];
});

/** What tells streams of changes, alone. */
const changesNow = (): ChangeNotifier => new ChangeNotifier({ guard: new Guard(), now: Date.now });

function streamsOf(changes: ChangeNotifier): LiveStreams {
  const streams = new LiveStreams({ onChange: (listener) => changes.subscribe(listener) });
  opened.push(streams);
  return streams;
}

const serve = ({ telemetry }: MeasuredBlog): ReturnType<typeof serveObservatory> =>
  serveObservatory(telemetry);

/** The owner sets another rate, which pages show; a second later they may be told again. */
function changeRate(blog: MeasuredBlog, rate: number): void {
  blog.pass(1000);
  blog.change({ METRICS_SAMPLING_RATE: String(rate) });
}

interface Listener {
  readonly response: IncomingMessage;
  /** All that came, up to the next event. */
  next(): Promise<string>;
  /** What a browser has of a fragment by now. */
  text(target: 'rail' | 'page'): string;
}

const MOMENT = /^id: (\S+)\nevent: moment\ndata: (.*)\n\n/m;

/** Takes in what is sent as the page's own script does. */
async function listen(address: string, headers: Record<string, string> = {}): Promise<Listener> {
  const request = get(address, { headers, agent: false });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  response.on('error', () => {});
  const plain = response.headers['content-encoding'] === 'gzip' ? response.pipe(createGunzip()) : response;
  plain.on('error', () => {});
  plain.setEncoding('utf8');
  let text = '';
  plain.on('data', (chunk: string) => (text += chunk));
  const told = new Map<string, string>();
  return {
    response,
    async next() {
      let found = MOMENT.exec(text);
      while (found === null) {
        await once(plain, 'data');
        found = MOMENT.exec(text);
      }
      const seen = text.slice(0, found.index + found[0].length);
      text = text.slice(seen.length);
      for (const [target, delta] of Object.entries(JSON.parse(found[2]!) as Record<string, Delta>))
        told.set(target, patched(partsOf(told.get(target) ?? ''), delta));
      return seen;
    },
    text: (target) => told.get(target) ?? '',
  };
}
const idOf = (event: string): string => MOMENT.exec(event)![1]!;

/** A page whose text is what `text` returns. */
const drawing = (text: () => string): DrawPage =>
  // eslint-disable-next-line require-yield
  function* () {
    return { page: text() };
  };

/** Streams go on as they do. */
const fakeTime = () => jest.useFakeTimers({ doNotFake: ['nextTick'] });
/** Everything that is due within `millis`, turns of the event loop included. */
const pass = (millis: number): Promise<void> => jest.advanceTimersByTimeAsync(millis);

describe('the live stream', () => {
  it.each(['gzip', 'identity'])(
    'sends rail and page at once, then what changed in them, as %s',
    async (encoding) => {
      const blog = busyBlog();
      const { origin } = await serve(blog);
      const viewer = await listen(`${origin}/admin/metrics-dashboard/live?page=/sampling&from=-6h`, {
        'accept-encoding': encoding,
      });
      expect(viewer.response.headers).toMatchObject({
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
      });
      expect(viewer.response.headers['content-encoding']).toBe(encoding === 'gzip' ? 'gzip' : undefined);
      const first = await viewer.next();
      expect(first).toMatch(/^retry: \d+\n/);
      expect(viewer.text('rail')).toContain('from=-6h');
      expect(viewer.text('page')).toContain('10\u00a0% of ordinary operations');
      changeRate(blog, 0.5);
      const second = await viewer.next();
      expect(viewer.text('page')).toContain('50\u00a0% of ordinary operations');
      expect(second.length).toBeLessThan(first.length / 2);
      // What it has after changes is what somebody else is sent whole.
      const other = await listen(`${origin}/admin/metrics-dashboard/live?page=/sampling&from=-6h`);
      await other.next();
      expect([other.text('rail'), other.text('page')]).toEqual([viewer.text('rail'), viewer.text('page')]);
    },
  );

  it('sends nothing to a viewer who returns with the id of the current moment', async () => {
    const blog = busyBlog();
    const { origin } = await serve(blog);
    const address = `${origin}/admin/metrics-dashboard/live?page=/export`;
    const before = await listen(address);
    const id = idOf(await before.next());
    before.response.destroy();
    const after = await listen(address, { 'last-event-id': id });
    changeRate(blog, 0.3);
    const next = await after.next();
    expect(next.match(/event: moment/g)).toHaveLength(1);
    expect(idOf(next)).not.toBe(id);
    const elsewhere = await listen(address, { 'last-event-id': 'of another time' });
    await elsewhere.next();
    expect(elsewhere.text('rail')).toContain('30');
  });

  it('answers 404 for a page that is not there', async () => {
    const { origin } = await serve(busyBlog());
    expect((await fetch(`${origin}/admin/metrics-dashboard/live?page=/nowhere`)).status).toBe(404);
  });

  it.each(['gzip', 'identity'])('ends when the server stops, whole as %s', async (encoding) => {
    const { origin, live } = await serve(busyBlog());
    const { response } = await listen(`${origin}/admin/metrics-dashboard/live`, {
      'accept-encoding': encoding,
    });
    const ended = once(response, 'end');
    live.close();
    await ended;
    expect(response.complete).toBe(true);
  });
});

describe('LiveStreams', () => {
  it('does not query telemetry without viewers', async () => {
    const changes = changesNow();
    const streams = streamsOf(changes);
    expect(changes.listeners).toBe(0);
    const stream = streams.connect(
      '/a',
      drawing(() => 'x'),
    )!;
    expect(changes.listeners).toBe(1);
    stream.destroy();
    await once(stream, 'close');
    expect([changes.listeners, streams.viewers]).toEqual([0, 0]);
  });

  it('draws once for all viewers of an address, at most once per interval', async () => {
    fakeTime();
    const changes = changesNow();
    const streams = streamsOf(changes);
    let drawn = 0;
    const draw = drawing(() => String(drawn++));
    for (let viewer = 0; viewer < 20; viewer++) streams.connect('/a', draw);
    await pass(10);
    expect(drawn).toBe(1);
    for (let change = 0; change < 50; change++) changes.touch();
    await pass(980);
    expect(drawn).toBe(1);
    await pass(20);
    expect(drawn).toBe(2);
    await pass(60_000);
    expect(drawn).toBe(2);
  });

  it('draws one page after the other, one step per turn of the event loop, and pauses in between', async () => {
    fakeTime();
    const changes = changesNow();
    const streams = streamsOf(changes);
    const steps: string[] = [];
    for (const page of ['/a', '/b'])
      streams.connect(page, function* () {
        steps.push(`${page} first`);
        yield;
        steps.push(`${page} second`);
        return { page };
      });
    await pass(10);
    expect(steps).toEqual(['/a first', '/a second']);
    await pass(1000);
    expect(steps).toEqual(['/a first', '/a second', '/b first', '/b second']);
  });

  it('gives pages drawn after one change that change, to share what they have in common', async () => {
    fakeTime();
    const changes = changesNow();
    const streams = streamsOf(changes);
    const seen: number[] = [];
    for (const page of ['/a', '/b'])
      streams.connect(page, (change) => {
        seen.push(change);
        return drawing(() => page)(change);
      });
    await pass(2000);
    changes.touch();
    await pass(2000);
    expect(seen).toEqual([1, 1, 2, 2]);
    // What changed while nobody looked was told to nobody.
    streams.close();
    streams.connect('/a', (change) => {
      seen.push(change);
      return drawing(() => 'a')(change);
    });
    await pass(2000);
    expect(seen.at(-1)).toBe(3);
  });

  it('sends large updates less often, and states the interval', async () => {
    fakeTime();
    const changes = changesNow();
    const streams = streamsOf(changes);
    let drawn = 0;
    const stream = streams.connect(
      '/a',
      drawing(() => `<p>${String(drawn++)}`.repeat(25_000)),
    )!;
    let text = '';
    stream.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    for (let second = 0; second < 30; second++) {
      changes.touch();
      await pass(1000);
    }
    expect(drawn).toBeLessThan(15);
    const told = [...text.matchAll(/event: pace\ndata: (\d+)\n\n/g)].map((match) => Number(match[1]));
    expect(told[0]).toBe(1);
    expect(told.at(-1)).toBeGreaterThan(2);
  });

  it('refuses viewers beyond its limit, and accepts new ones when others leave', () => {
    const streams = streamsOf(changesNow());
    const draw = drawing(() => 'x');
    const open = Array.from({ length: 40 }, () => streams.connect('/a', draw));
    expect(open.every((stream) => stream !== undefined)).toBe(true);
    expect(streams.connect('/a', draw)).toBeUndefined();
    streams.close();
    expect(streams.viewers).toBe(0);
    expect(streams.connect('/a', draw)).toBeDefined();
  });

  it.each(['beat', 'change'] as const)('cuts off at the next %s who may look no longer', async (cause) => {
    fakeTime();
    const changes = changesNow();
    const streams = streamsOf(changes);
    let mayLook = true;
    let drawn = 0;
    const draw = drawing(() => String(drawn++));
    const theirs = streams.connect('/a', draw, { isAllowed: () => mayLook })!;
    const ours = streams.connect('/a', draw)!;
    await pass(10);
    mayLook = false;
    if (cause === 'change') changes.touch();
    await pass(cause === 'change' ? 1010 : 15_000);
    expect([theirs.destroyed, ours.destroyed, streams.viewers]).toEqual([true, false, 1]);
  });

  it('gives the places of viewers who are no longer allowed to others', () => {
    const streams = streamsOf(changesNow());
    const draw = drawing(() => 'x');
    let mayLook = true;
    for (let viewer = 0; viewer < 40; viewer++) streams.connect('/a', draw, { isAllowed: () => mayLook });
    expect(streams.connect('/a', draw)).toBeUndefined();
    mayLook = false;
    expect(streams.connect('/a', draw)).toBeDefined();
    expect(streams.viewers).toBe(1);
    streams.close();
  });

  it('closes the stream if the viewer’s session cannot be checked', () => {
    const streams = streamsOf(changesNow());
    const isAllowed = (): boolean => {
      throw new Error('the database is gone');
    };
    const stream = streams.connect(
      '/a',
      drawing(() => 'x'),
      { isAllowed },
    )!;
    streams.endRefused();
    expect([stream.destroyed, streams.viewers]).toEqual([true, 0]);
  });

  it('skips a viewer whose buffer is full, and sends it a later moment completely', async () => {
    fakeTime();
    const changes = changesNow();
    const streams = streamsOf(changes);
    let round = 0;
    const stream = streams.connect(
      '/a',
      drawing(() => `${'x'.repeat(100_000)}<b>${round++}`),
    )!;
    for (let change = 0; change < 100; change++) {
      changes.touch();
      await pass(10_000);
    }
    expect(stream.writableLength + stream.readableLength).toBeLessThan(500_000);
    const before = round;
    let text = '';
    stream.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    await pass(10);
    changes.touch();
    await pass(20_000);
    const last = text.split('\n\n').findLast((event) => event.includes('event: moment'))!;
    expect(last).toContain(`<b>${before}`);
    // Its own is long past: no changes to what it does not have.
    expect(last.length).toBeGreaterThan(100_000);
  });

  it('survives a page that cannot be drawn, and draws the others', async () => {
    fakeTime();
    const streams = streamsOf(changesNow());
    const broken = streams.connect(
      '/a',
      drawing(() => {
        throw new Error('broken');
      }),
    )!;
    const sound = streams.connect(
      '/b',
      drawing(() => 'sound'),
    )!;
    let text = '';
    sound.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    await pass(2000);
    expect(text).toContain('sound');
    expect([broken.destroyed, streams.viewers]).toEqual([false, 2]);
  });
});
