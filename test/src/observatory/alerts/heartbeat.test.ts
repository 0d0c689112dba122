import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Heartbeat } from '../../../../src/observatory/alerts/heartbeat.ts';
import { httpReceiver, refusingUrl } from '../../../otel/export/receivers.ts';

describe('the heartbeat', () => {
  let now: number;
  beforeEach(() => {
    now = Date.UTC(2026, 10, 30);
  });
  afterEach(() => {
    jest.useRealTimers();
  });
  const beating = (url: string, mayBePrivate = true): Heartbeat =>
    new Heartbeat({ url, mayBePrivate, now: () => now });

  it('is an empty POST to its address, and tells when it was heard', async () => {
    await using receiver = await httpReceiver((response) => response.writeHead(200).end('ok'));
    const heartbeat = beating(`${receiver.url}/ping/secret`);
    const { host } = new URL(receiver.url);
    expect(heartbeat.facts()).toEqual({ host, last: undefined, heardMillis: undefined });
    await heartbeat.beat();
    const [{ path, body }] = receiver.bodies as [(typeof receiver.bodies)[number]];
    expect([path, body.length]).toEqual(['/ping/secret', 0]);
    expect(heartbeat.facts()).toEqual({
      host,
      last: { atMillis: now, outcome: 'sent', result: 'answered 200' },
      heardMillis: now,
    });
  });

  it('goes on after one that was not heard, and remembers the last that was', async () => {
    let status = 204;
    await using receiver = await httpReceiver((response) => response.writeHead(status).end());
    const heartbeat = beating(receiver.url);
    await heartbeat.beat();
    const heardMillis = now;
    now += 60_000;
    status = 503;
    await heartbeat.beat();
    expect(heartbeat.facts()).toMatchObject({
      heardMillis,
      last: { outcome: 'failed', result: 'answered 503' },
    });
    status = 204;
    await heartbeat.beat();
    expect(heartbeat.facts()).toMatchObject({ heardMillis: now, last: { outcome: 'sent' } });
  });

  it('never rejects: nobody listens, or the address is private', async () => {
    const refused = beating(await refusingUrl());
    await refused.beat();
    expect(refused.facts().last?.outcome).toBe('failed');
    const inside = beating('http://127.0.0.1:9/', false);
    await inside.beat();
    expect(inside.facts().last?.result).toContain('ALERT_PRIVATE_ADDRESSES=true allows it');
  });

  it('beats at once and every minute, until it is stopped', async () => {
    jest.useFakeTimers();
    const heartbeat = beating('http://127.0.0.1:9/', false);
    const beats = jest.spyOn(heartbeat, 'beat');
    heartbeat.start();
    await jest.advanceTimersByTimeAsync(3 * 60_000);
    expect(beats).toHaveBeenCalledTimes(4);
    heartbeat.stop();
    await jest.advanceTimersByTimeAsync(3 * 60_000);
    expect(beats).toHaveBeenCalledTimes(4);
  });
});
