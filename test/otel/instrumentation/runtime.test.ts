import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { ROOT_CONTEXT, context, createContextKey } from '@opentelemetry/api';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { Guard } from '../../../otel/guard.ts';
import { RuntimeSampler } from '../../../otel/instrumentation/runtime.ts';

class FakeClock {
  millis = 1_000_000;
  now(): number {
    return this.millis;
  }
  monotonicNanos(): number {
    return this.millis * 1e6;
  }
}

describe('RuntimeSampler', () => {
  let sampler: RuntimeSampler | undefined;

  afterEach(() => {
    sampler?.stop();
    jest.useRealTimers();
  });

  it('answers with the process as it is, in bytes, milliseconds and shares', () => {
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
    expect(Object.values(sample).every(Number.isFinite)).toBe(true);
    expect(sampler.highWaterRssBytes).toBeGreaterThanOrEqual(sample.rssBytes);
  });

  it('samples at its interval, and no more once it is stopped', () => {
    jest.useFakeTimers();
    const clock = new FakeClock();
    sampler = new RuntimeSampler({ intervalSeconds: 30, clock });
    sampler.start();
    sampler.start();
    for (let i = 0; i < 3; i++) {
      clock.millis += 30_000;
      jest.advanceTimersByTime(30_000);
    }
    const all = { fromMillis: 0, toMillis: Infinity };
    expect(sampler.samples(all).map(({ atMillis }) => atMillis)).toEqual([
      1_000_000, 1_030_000, 1_060_000, 1_090_000,
    ]);
    expect(
      sampler.samples({ fromMillis: 1_030_000, toMillis: 1_090_000 }).map(({ atMillis }) => atMillis),
    ).toEqual([1_030_000, 1_060_000]);
    sampler.stop();
    jest.advanceTimersByTime(300_000);
    expect(sampler.samples(all)).toHaveLength(4);
  });

  it('keeps a bounded number, the newest, oldest first', () => {
    const clock = new FakeClock();
    sampler = new RuntimeSampler({ intervalSeconds: 0, clock, maxSamples: 3 });
    for (let i = 0; i < 8; i++) {
      clock.millis = i;
      sampler.sample();
    }
    expect(sampler.samples({ fromMillis: 0, toMillis: 100 }).map(({ atMillis }) => atMillis)).toEqual([
      5, 6, 7,
    ]);
  });

  it('measures shares since the sample before, by its clock', () => {
    const clock = new FakeClock();
    sampler = new RuntimeSampler({ intervalSeconds: 0, clock });
    const cpuUsage = jest.spyOn(process, 'cpuUsage').mockReturnValue({ user: 300_000, system: 200_000 });
    clock.millis += 1_000;
    expect(sampler.current().cpuUtilization).toBe(0.5);
    expect(sampler.sample().cpuUtilization).toBe(0.5);
    cpuUsage.mockRestore();
    expect(sampler.current().cpuUtilization).toBe(0);
  });

  it('that goes wrong is counted, and the next one is taken', () => {
    jest.useFakeTimers();
    const guard = new Guard();
    sampler = new RuntimeSampler({ intervalSeconds: 30, guard });
    const memoryUsage = jest.spyOn(process, 'memoryUsage').mockImplementationOnce(() => {
      throw new Error('no memory figures');
    });
    sampler.start();
    jest.advanceTimersByTime(30_000);
    memoryUsage.mockRestore();
    expect(guard.faults()).toMatchObject([
      { place: 'runtime sample', count: 1, lastMessage: 'no memory figures' },
    ]);
    expect(sampler.samples({ fromMillis: 0, toMillis: Infinity })).toHaveLength(1);
  });

  it('sees the event loop held up', async () => {
    sampler = new RuntimeSampler({ intervalSeconds: 0 });
    sampler.start();
    await new Promise((resolve) => setTimeout(resolve, 60));
    const until = performance.now() + 120;
    while (performance.now() < until);
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(sampler.current().eventLoopDelayP99Millis).toBeGreaterThan(50);
    expect(sampler.sample().eventLoopUtilization).toBeGreaterThan(0);
    expect(sampler.current().eventLoopDelayP99Millis).toBeLessThan(50);
  });

  it('makes its timer outside of any request', () => {
    const key = createContextKey('request');
    const run = jest.spyOn(context, 'with');
    sampler = new RuntimeSampler({ intervalSeconds: 30 });
    context.with(ROOT_CONTEXT.setValue(key, 'request'), () => sampler!.start());
    expect(run.mock.calls.at(-1)![0]).toBe(ROOT_CONTEXT);
    run.mockRestore();
  });

  it('keeps no process alive, and counts collections', async () => {
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

  it.each([NaN, -1, Infinity])('refuses an interval of %d', (intervalSeconds) => {
    expect(() => new RuntimeSampler({ intervalSeconds })).toThrow(RangeError);
  });
  it.each([0, 1.5, NaN])('refuses room for %d samples', (maxSamples) => {
    expect(() => new RuntimeSampler({ intervalSeconds: 1, maxSamples })).toThrow(RangeError);
  });
});
