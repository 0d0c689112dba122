import { fork } from 'node:child_process';
import { once } from 'node:events';
import { channel } from 'node:diagnostics_channel';
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { ROOT_CONTEXT, context, createContextKey } from '@opentelemetry/api';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { Guard } from '../../../otel/base/guard.ts';
import type { RuntimeSample } from '../../../otel/query.ts';
import { LoopDelay } from '../../../otel/instrumentation/loop-delay.ts';
import { RuntimeSampler } from '../../../otel/instrumentation/runtime.ts';
import { until } from '../../fixtures/until.ts';

class FakeClock {
  millis = 1_000_000;
  now(): number {
    return this.millis;
  }
  monotonicNanos(): number {
    return this.millis * 1e6;
  }
}

/** Advances the timers, and ends the turn. */
function pass(millis: number): void {
  jest.advanceTimersByTime(millis);
  jest.advanceTimersByTime(1);
}

describe('RuntimeSampler', () => {
  let sampler: RuntimeSampler | undefined;

  afterEach(() => {
    sampler?.stop();
    jest.restoreAllMocks();
    jest.useRealTimers();
  });

  it('returns current values, in bytes, milliseconds and shares', () => {
    sampler = new RuntimeSampler({ intervalSeconds: 0 });
    sampler.start();
    const sample = sampler.current();
    expect(sample.rssBytes).toBeGreaterThan(10_000_000);
    expect(sample.heapUsedBytes).toBeGreaterThan(1_000_000);
    expect(sample.heapTotalBytes).toBeGreaterThanOrEqual(sample.heapUsedBytes);
    expect(sample.externalBytes).toBeGreaterThan(0);
    expect(sample.cpuUtilization).toBeGreaterThanOrEqual(0);
    expect(sample.eventLoopUtilization).toBeGreaterThanOrEqual(0);
    expect(sample.eventLoopUtilization).toBeLessThanOrEqual(1);
    expect(Number.isInteger(sample.activeHandles)).toBe(true);
    const { heapFloorBytes, rssFloorBytes, ...known } = sample;
    expect([heapFloorBytes, rssFloorBytes]).toEqual([NaN, NaN]);
    expect(Object.values(known).every(Number.isFinite)).toBe(true);
    expect(sampler.highWaterRssBytes).toBeGreaterThanOrEqual(sample.rssBytes);
  });

  it('samples at its interval, and not after it is stopped', () => {
    jest.useFakeTimers();
    const clock = new FakeClock();
    const samples: RuntimeSample[] = [];
    sampler = new RuntimeSampler({ intervalSeconds: 30, clock, onSample: (sample) => samples.push(sample) });
    sampler.start();
    sampler.start();
    for (let i = 0; i < 3; i++) {
      clock.millis += 30_000;
      pass(30_000);
    }
    expect(samples.map(({ fromMillis, atMillis }) => [fromMillis, atMillis])).toEqual([
      [1_000_000, 1_000_000],
      [1_000_000, 1_030_000],
      [1_030_000, 1_060_000],
      [1_060_000, 1_090_000],
    ]);
    clock.millis += 7000;
    sampler.end();
    sampler.end();
    jest.advanceTimersByTime(300_000);
    expect(samples).toHaveLength(5);
    expect(samples.at(-1)!.atMillis).toBe(1_097_000);
  });

  it('measures shares since the previous sample, by its clock', () => {
    const clock = new FakeClock();
    sampler = new RuntimeSampler({ intervalSeconds: 0, clock });
    const cpuUsage = jest.spyOn(process, 'cpuUsage').mockReturnValue({ user: 300_000, system: 200_000 });
    clock.millis += 1_000;
    expect(sampler.current().cpuUtilization).toBe(0.5);
    expect(sampler.sample().cpuUtilization).toBe(0.5);
    cpuUsage.mockRestore();
    expect(sampler.current().cpuUtilization).toBe(0);
  });

  it('returns what is known if the rest cannot be read, and the reason', () => {
    sampler = new RuntimeSampler({ intervalSeconds: 0 });
    const rss = jest.spyOn(process.memoryUsage, 'rss').mockImplementation(() => {
      throw new Error('EMFILE: too many open files');
    });
    const sample = sampler.current();
    expect(sampler.problem).toBe('EMFILE: too many open files');
    rss.mockRestore();
    expect(sample.rssBytes).toBeNaN();
    expect(sample.heapUsedBytes).toBeGreaterThan(1_000_000);
    expect(sampler.current().rssBytes).toBeGreaterThan(10_000_000);
    expect(sampler.problem).toBeUndefined();
  });

  it('has what is left after full collections, and sees what is never released', async () => {
    setFlagsFromString('--expose-gc');
    const collect: () => void = runInNewContext('gc');
    sampler = new RuntimeSampler({ intervalSeconds: 0 });
    sampler.start();
    const watched = sampler;
    const floorNow = async (): Promise<number> => {
      watched.sample();
      collect();
      const { heapFloorBytes, rssFloorBytes } = await until(
        () => watched.current(),
        (sample) => !Number.isNaN(sample.heapFloorBytes),
      );
      expect(rssFloorBytes).toBeGreaterThan(heapFloorBytes);
      return heapFloorBytes;
    };
    await floorNow();
    const before = await floorNow();
    const leaked = Array.from({ length: 300_000 }, (_, index) => [index]);
    const after = await floorNow();
    // Each holds an array of its own, of some 40 bytes at least.
    expect(after - before).toBeGreaterThan(leaked.length * 32);
    watched.sample();
    expect(watched.current().heapFloorBytes).toBeNaN();
  });

  it('continues if a listener throws', () => {
    jest.useFakeTimers();
    const guard = new Guard();
    let taken = 0;
    const onSample = (): void => {
      if (++taken === 1) throw new Error('no room');
    };
    sampler = new RuntimeSampler({ intervalSeconds: 30, guard, onSample });
    sampler.start();
    pass(30_000);
    expect(taken).toBe(2);
    expect(guard.faults()).toMatchObject([{ place: 'runtime sample', count: 1, lastMessage: 'no room' }]);
  });

  it('sees a stall that begins right after a sample, unlike the histogram', () => {
    jest.useFakeTimers();
    const clock = new FakeClock();
    const samples: RuntimeSample[] = [];
    sampler = new RuntimeSampler({ intervalSeconds: 30, clock, onSample: (sample) => samples.push(sample) });
    sampler.start();
    // Modules have been loaded: before the first request no client waits.
    const period = (heldMillis: number): void => {
      clock.millis += 20 + heldMillis;
      pass(20);
      clock.millis += 180;
      pass(180);
      clock.millis += 29_800;
      pass(29_800);
    };
    period(4000);
    channel('http.server.request.start').publish({});
    period(3000);
    period(5);
    period(0);
    expect(samples.map((sample) => sample.eventLoopDelayMaxMillis)).toEqual([0, 0, 3000, 0, 0]);
  });

  it('wakes the process fifty times a second only while there is work, and keeps what it saw at the slow pace', () => {
    jest.useFakeTimers();
    const clock = new FakeClock();
    const resolutions: number[] = [];
    let utilization = 0.01;
    jest
      .spyOn(performance, 'eventLoopUtilization')
      .mockImplementation(() => ({ idle: 1000, active: 10, utilization }));
    const delay = new LoopDelay(clock, (options) => {
      resolutions.push(options!.resolution!);
      return monitorEventLoopDelay(options);
    });
    const request = (): void => channel('http.server.request.start').publish({});
    delay.start(false);
    delay.reset();
    expect(resolutions).toEqual([20, 20]);
    delay.reset();
    expect(resolutions).toEqual([20, 20, 200]);
    clock.millis += 1200;
    jest.advanceTimersByTime(200);
    expect(delay.maxMillis).toBe(1000);
    request();
    request();
    expect(resolutions).toEqual([20, 20, 200, 20]);
    expect(delay.maxMillis).toBe(1000);
    delay.reset();
    expect(resolutions).toEqual([20, 20, 200, 20, 20]);
    expect(delay.maxMillis).toBe(0);
    // Something other than an HTTP/1 request keeps it busy.
    utilization = 0.05;
    delay.reset();
    expect(resolutions.at(-1)).toBe(20);
    delay.stop();
    request();
    expect(resolutions).toHaveLength(6);
  });

  it('has the mean delay since it was last asked, in one histogram', () => {
    jest.useFakeTimers();
    const readings = { count: 0, mean: NaN };
    const delay = new LoopDelay(new FakeClock(), (options) =>
      Object.defineProperties(monitorEventLoopDelay(options), {
        count: { get: () => readings.count },
        mean: { get: () => readings.mean },
      }),
    );
    const after = (count: number, meanMillis: number): number => {
      Object.assign(readings, { count, mean: meanMillis * 1e6 });
      return delay.takeMeanMillis();
    };
    expect(delay.takeMeanMillis()).toBeNaN();
    delay.start(false);
    expect(after(10, 120)).toBe(100);
    expect(after(10, 120)).toBeNaN();
    // Ten more, all on time; then ten of a second each.
    expect(after(20, 70)).toBe(0);
    expect(after(30, 380)).toBe(980);
    delay.reset();
    expect(after(5, 25)).toBe(5);
    delay.stop();
  });

  it('passes on the mean delay of each second, once modules are loaded', () => {
    jest.useFakeTimers();
    const clock = new FakeClock();
    const delays: number[] = [];
    sampler = new RuntimeSampler({ intervalSeconds: 30, clock, onDelay: (millis) => delays.push(millis) });
    sampler.start();
    pass(5000);
    expect(delays).toEqual([]);
    channel('http.server.request.start').publish({});
    pass(3000);
    expect(delays).toHaveLength(3);
    sampler.stop();
    pass(3000);
    expect(delays).toHaveLength(3);
  });

  it('sees a blocked event loop', async () => {
    sampler = new RuntimeSampler({ intervalSeconds: 0 });
    sampler.start();
    await new Promise((resolve) => setTimeout(resolve, 60));
    const until = performance.now() + 120;
    while (performance.now() < until);
    await new Promise((resolve) => setTimeout(resolve, 60));
    const seen = sampler.current();
    // Blocked for at least 120 ms; the measuring timer may have been due 20 ms into it.
    expect(seen.eventLoopDelayMaxMillis).toBeGreaterThanOrEqual(99);
    expect(seen.eventLoopDelayMaxMillis).toBeGreaterThanOrEqual(seen.eventLoopDelayP99Millis);
    const sample = sampler.sample();
    expect(sample.eventLoopUtilization).toBeGreaterThan(0);
    expect(sample.eventLoopDelayMaxMillis).toBeGreaterThanOrEqual(99);
    expect(sampler.current().eventLoopDelayMaxMillis).toBeLessThan(sample.eventLoopDelayMaxMillis);
  });

  it('creates its timer outside any request', () => {
    const key = createContextKey('request');
    const run = jest.spyOn(context, 'with');
    sampler = new RuntimeSampler({ intervalSeconds: 30 });
    context.with(ROOT_CONTEXT.setValue(key, 'request'), () => sampler!.start());
    expect(run.mock.calls.at(-1)![0]).toBe(ROOT_CONTEXT);
    run.mockRestore();
  });

  it('does not keep the process alive, and counts collections', async () => {
    const child = fork(fileURLToPath(new URL('../../fixtures/runtime-sampler.ts', import.meta.url)), {
      execArgv: ['--expose-gc'],
      env: { ...process.env, NODE_OPTIONS: '' },
    });
    const [[sample], [code]] = (await Promise.all([once(child, 'message'), once(child, 'exit')])) as [
      [{ gcCount: number; gcPauseMillis: number }],
      [number],
    ];
    expect(code).toBe(0);
    expect(sample.gcCount).toBeGreaterThanOrEqual(1);
    expect(sample.gcPauseMillis).toBeGreaterThan(0);
  });

  it.each([NaN, -1, Infinity])('rejects an interval of %d', (intervalSeconds) => {
    expect(() => new RuntimeSampler({ intervalSeconds })).toThrow(RangeError);
  });
});
