import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { once } from 'node:events';
import { get, type IncomingMessage, type Server } from 'node:http';
import { closeLiveStreams, eventsOf, LiveStreams } from '../../../../src/observatory/live/live-streams.ts';
import { serveObservatory } from '../../../fixtures/observatory-server.ts';
import { FakeTelemetry } from '../fake-telemetry.ts';

let running: Server | undefined;
afterEach(() => {
  closeLiveStreams();
  running?.closeAllConnections();
  running?.close();
});

async function listen(
  address: string,
  headers: Record<string, string> = {},
): Promise<{ response: IncomingMessage; next(pattern: RegExp): Promise<string> }> {
  const request = get(address, { headers });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  response.setEncoding('utf8');
  let text = '';
  response.on('data', (chunk: string) => (text += chunk));
  response.on('error', () => {});
  return {
    response,
    async next(pattern) {
      while (!pattern.test(text)) await once(response, 'data');
      const found = text;
      text = '';
      return found;
    },
  };
}

describe('the live stream', () => {
  it('sends rail and page of the address at once, and again when telemetry changed', async () => {
    const telemetry = new FakeTelemetry();
    const { server, origin } = await serveObservatory(telemetry);
    running = server;
    const { response, next } = await listen(`${origin}/admin/metrics-dashboard/live?page=/sampling&from=-6h`);
    expect(response.headers['content-type']).toBe('text/event-stream; charset=utf-8');
    expect(response.headers['cache-control']).toBe('no-store');
    const first = await next(/event: page\n(?:data: .*\n)+\n/);
    expect(first).toMatch(/^retry: \d+\n/);
    expect(first).toContain('event: rail');
    expect(first).toContain('from=-6h');
    expect(first).toContain('10\u00a0% of ordinary operations');
    telemetry.rate = 0.5;
    telemetry.change();
    expect(await next(/event: page\n(?:data: .*\n)+\n/)).toContain('50\u00a0% of ordinary operations');
    response.destroy();
  });

  it('repeats nothing to a viewer who comes back with the id of what is still so', async () => {
    const telemetry = new FakeTelemetry();
    const { server, origin } = await serveObservatory(telemetry);
    running = server;
    const address = `${origin}/admin/metrics-dashboard/live?page=/export`;
    const before = await listen(address);
    const id = /^id: (\S+)$/m.exec(await before.next(/event: page\n(?:data: .*\n)+\n/))![1]!;
    before.response.destroy();
    const after = await listen(address, { 'last-event-id': id });
    expect(await after.next(/connected\n\n/)).not.toContain('event:');
    telemetry.rate = 0.3;
    telemetry.change();
    expect(await after.next(/event: page\n/)).toContain('event: rail');
    after.response.destroy();
  });

  it('answers 404 for a page that is not there', async () => {
    const { server, origin } = await serveObservatory(new FakeTelemetry());
    running = server;
    expect((await fetch(`${origin}/admin/metrics-dashboard/live?page=/nowhere`)).status).toBe(404);
  });

  it('ends when the server stops', async () => {
    const { server, origin } = await serveObservatory(new FakeTelemetry());
    running = server;
    const { response } = await listen(`${origin}/admin/metrics-dashboard/live`);
    const ended = once(response, 'end');
    closeLiveStreams();
    await ended;
    expect(response.complete).toBe(true);
  });
});

describe('LiveStreams', () => {
  it('asks telemetry nothing while nobody looks', async () => {
    const telemetry = new FakeTelemetry();
    const streams = new LiveStreams(telemetry);
    expect(telemetry.listeners).toBe(0);
    const stream = streams.connect('/a', () => ({ page: 'x' }))!;
    expect(telemetry.listeners).toBe(1);
    stream.destroy();
    await once(stream, 'close');
    expect([telemetry.listeners, streams.viewers]).toEqual([0, 0]);
  });

  it('draws once for all who look at one address, at most once per interval', () => {
    jest.useFakeTimers();
    try {
      const telemetry = new FakeTelemetry();
      const streams = new LiveStreams(telemetry, { minIntervalMillis: 1000 });
      let drawn = 0;
      const render = () => ({ page: String(drawn++) });
      for (let viewer = 0; viewer < 20; viewer++) streams.connect('/a', render);
      drawn = 0;
      for (let change = 0; change < 50; change++) telemetry.change();
      jest.advanceTimersByTime(1000);
      expect(drawn).toBe(1);
      telemetry.change();
      jest.advanceTimersByTime(1000);
      expect(drawn).toBe(2);
      jest.advanceTimersByTime(60_000);
      expect(drawn).toBe(2);
      streams.close();
    } finally {
      jest.useRealTimers();
    }
  });

  it('refuses viewers beyond its bound and takes new ones when others leave', () => {
    const streams = new LiveStreams(new FakeTelemetry());
    const render = () => ({ page: 'x' });
    const open = Array.from({ length: 40 }, () => streams.connect('/a', render));
    expect(open.every((stream) => stream !== undefined)).toBe(true);
    expect(streams.connect('/a', render)).toBeUndefined();
    streams.close();
    expect(streams.viewers).toBe(0);
    expect(streams.connect('/a', render)).toBeDefined();
  });

  it.each(['beat', 'change'] as const)('cuts off at the next %s who may look no longer', async (cause) => {
    jest.useFakeTimers();
    try {
      const telemetry = new FakeTelemetry();
      const streams = new LiveStreams(telemetry, { minIntervalMillis: 1000 });
      let mayLook = true;
      let drawn = 0;
      const render = () => ({ page: String(drawn++) });
      const theirs = streams.connect('/a', render, '', { isAllowed: () => mayLook })!;
      const ours = streams.connect('/a', render)!;
      mayLook = false;
      if (cause === 'change') telemetry.change();
      jest.advanceTimersByTime(cause === 'change' ? 1000 : 15_000);
      expect([theirs.destroyed, ours.destroyed, streams.viewers]).toEqual([true, false, 1]);
      streams.close();
    } finally {
      jest.useRealTimers();
    }
  });

  it('gives the places of those who may look no longer to others', () => {
    const streams = new LiveStreams(new FakeTelemetry());
    const render = () => ({ page: 'x' });
    let mayLook = true;
    for (let viewer = 0; viewer < 40; viewer++)
      streams.connect('/a', render, '', { isAllowed: () => mayLook });
    expect(streams.connect('/a', render)).toBeUndefined();
    mayLook = false;
    expect(streams.connect('/a', render)).toBeDefined();
    expect(streams.viewers).toBe(1);
    streams.close();
  });

  it('shows nothing to whom it cannot ask about', () => {
    const streams = new LiveStreams(new FakeTelemetry());
    const isAllowed = (): boolean => {
      throw new Error('the database is gone');
    };
    const stream = streams.connect('/a', () => ({ page: 'x' }), '', { isAllowed })!;
    streams.endRefused();
    expect([stream.destroyed, streams.viewers]).toEqual([true, 0]);
  });

  it('passes over a viewer whose line is full instead of piling up', () => {
    jest.useFakeTimers();
    try {
      const telemetry = new FakeTelemetry();
      const streams = new LiveStreams(telemetry, { minIntervalMillis: 0 });
      let round = 0;
      const stream = streams.connect('/a', () => ({ page: 'x'.repeat(100_000) + String(round++) }))!;
      for (let change = 0; change < 100; change++) {
        telemetry.change();
        jest.advanceTimersByTime(10);
      }
      expect(stream.writableLength + stream.readableLength).toBeLessThan(500_000);
    } finally {
      jest.useRealTimers();
    }
  });

  it('survives a page that cannot be drawn', () => {
    const streams = new LiveStreams(new FakeTelemetry());
    expect(
      streams.connect('/a', () => {
        throw new Error('broken');
      }),
    ).toBeDefined();
  });
});

describe('eventsOf', () => {
  it('sends every line as data and puts the id with the last fragment', () => {
    const { id, text } = eventsOf({ rail: 'a\r\nb', page: 'c\n\nid: forged' });
    expect(text).toBe(
      `event: rail\ndata: a\ndata: b\n\nid: ${id}\nevent: page\ndata: c\ndata: \ndata: id: forged\n\n`,
    );
  });
});
