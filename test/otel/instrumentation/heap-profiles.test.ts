import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { Guard } from '../../../otel/base/guard.ts';
import { HeapProfiles } from '../../../otel/instrumentation/heap-profiles.ts';
import { keepForever, letGo, type Planted } from '../../fixtures/planted-leak.ts';

let inspector: string | undefined;
let now = 5000;
let changes = 0;

function heapProfiles(): HeapProfiles {
  [inspector, now, changes] = [undefined, 5000, 0];
  return new HeapProfiles({
    clock: { now: () => now },
    guard: new Guard(),
    onChange: () => changes++,
    inspectorUrl: () => inspector,
  });
}

/** Takes one around some work; only the timers are fake. */
function profileOf(profiles: HeapProfiles, work: () => void) {
  expect(profiles.startHeapProfile(10)).toBeUndefined();
  work();
  jest.advanceTimersByTime(10_000);
  const [taken] = profiles.heapProfiles().kept;
  return taken!;
}

describe('HeapProfiles', () => {
  const planted: Planted[] = [];
  afterEach(() => {
    jest.useRealTimers();
    planted.length = 0;
  });

  it('names first the function whose allocations are still in use, and not what allocated more and let go', () => {
    jest.useFakeTimers();
    const profiles = heapProfiles();
    const { liveBytes, functions, samples } = profileOf(profiles, () => {
      for (let index = 0; index < 50; index++) keepForever(planted, index);
      for (let index = 0; index < 500; index++) letGo(index);
    });
    expect(functions[0]).toMatchObject({
      name: 'keepForever',
      location: expect.stringMatching(/planted-leak\.ts:\d+$/),
      origin: 'app',
    });
    expect(samples).toBeGreaterThan(20);
    // By the ledger: 50 arrays of 10,000 numbers of eight bytes, which grew by halves.
    expect(functions[0]!.causedBytes).toBeGreaterThan(2e6);
    expect(functions[0]!.causedBytes).toBeLessThan(8e6);
    expect(functions[0]!.causedBytes).toBeGreaterThan(liveBytes / 2);
    const freed = functions.find(({ name }) => name === 'letGo');
    expect(freed?.causedBytes ?? 0).toBeLessThan(functions[0]!.causedBytes / 10);
  });

  it('hands out the file of one, without paths outside of the program', () => {
    jest.useFakeTimers();
    const profiles = heapProfiles();
    const { id, hasFile } = profileOf(profiles, () => keepForever(planted, 1));
    expect(hasFile).toBe(true);
    const text = profiles.heapProfileFile(id)!;
    expect(JSON.parse(text)).toMatchObject({
      head: { children: expect.any(Array) },
      samples: expect.any(Array),
    });
    expect(text).not.toContain(process.cwd());
    expect(profiles.heapProfileFile(99)).toBeUndefined();
  });

  it('takes one at a time, of 10 to 60 seconds, and keeps the last three', () => {
    jest.useFakeTimers();
    const profiles = heapProfiles();
    for (const seconds of [0, 9, 61, NaN])
      expect(profiles.startHeapProfile(seconds)).toBe('a heap profile lasts 10 to 60 seconds');
    expect(profiles.startHeapProfile(10)).toBeUndefined();
    expect(profiles.startHeapProfile(10)).toContain('only one runs at a time');
    expect(profiles.heapProfiles().running).toEqual({ startedMillis: 5000, seconds: 10 });
    jest.advanceTimersByTime(10_000);
    for (let more = 0; more < 3; more++) profileOf(profiles, () => {});
    expect(profiles.heapProfiles().kept.map(({ id }) => id)).toEqual([4, 3, 2]);
    expect(profiles.heapProfiles()).toMatchObject({ running: undefined, maxKept: 3 });
    expect(changes).toBe(8);
  });

  it('steps aside for a person with the inspector: before, and meanwhile', () => {
    jest.useFakeTimers();
    const profiles = heapProfiles();
    inspector = 'ws://127.0.0.1:9229/x';
    expect(profiles.startHeapProfile(10)).toBe('the inspector of this process is open');
    expect(profiles.heapProfiles().unavailable).toBe('the inspector of this process is open');
    inspector = undefined;
    expect(profiles.startHeapProfile(10)).toBeUndefined();
    inspector = 'ws://127.0.0.1:9229/x';
    jest.advanceTimersByTime(1000);
    inspector = undefined;
    expect(profiles.heapProfiles()).toMatchObject({
      running: undefined,
      failed: { startedMillis: 5000, reason: 'the inspector of this process is open' },
      kept: [],
    });
    jest.advanceTimersByTime(60_000);
    expect(profiles.heapProfiles().kept).toEqual([]);
    profileOf(profiles, () => {});
    expect(profiles.heapProfiles().failed).toBeUndefined();
  });

  it('leaves no timer and no session behind', () => {
    jest.useFakeTimers();
    const profiles = heapProfiles();
    expect(jest.getTimerCount()).toBe(0);
    profiles.startHeapProfile(10);
    expect(jest.getTimerCount()).toBe(2);
    profiles.lost('telemetry was stopped');
    expect(jest.getTimerCount()).toBe(0);
    expect(profiles.heapProfiles().failed?.reason).toBe('telemetry was stopped');
  });
});
