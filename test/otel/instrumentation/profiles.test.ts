import { deflateRawSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { noProfiles } from '../../../otel/base/no-profiles.ts';
import type { ProfileSummary } from '../../../otel/base/profile-facts.ts';
import type { StallWatchState } from '../../../otel/base/stall.ts';
import { Profiles } from '../../../otel/instrumentation/profiles.ts';

const SUMMARY: ProfileSummary = {
  samples: 1,
  durationMillis: 1000,
  idleMillis: 400,
  busyMillis: 600,
  frames: [],
  omittedFrames: 0,
  functions: [],
};

describe('Profiles', () => {
  let watch: StallWatchState;
  let asked: (readonly number[])[];
  let changes: number;
  let profiles: Profiles;
  beforeEach(() => {
    jest.useFakeTimers();
    [watch, asked, changes] = [{ is: 'watching' }, [], 0];
    profiles = new Profiles({
      heapProfiling: noProfiles('none in tests').heapProfiling,
      clock: { now: () => 7000 },
      thread: () => ({ facts: { watch }, profile: (...question) => asked.push(question) }),
      onChange: () => changes++,
    });
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it.each([0, 0.5, 61, -1, NaN, Infinity])('refuses a length of %d seconds', (seconds) => {
    expect(profiles.startProfile(seconds)).toBe('a profile lasts 1 to 60 seconds');
    expect(asked).toEqual([]);
  });

  it('takes one at a time, a sample a millisecond, of a minute at most 30,000', () => {
    expect(profiles.startProfile(10)).toBeUndefined();
    expect(profiles.startProfile(10)).toContain('only one runs at a time');
    expect(profiles.profiles()).toMatchObject({ running: { startedMillis: 7000, seconds: 10 }, kept: [] });
    profiles.receive({ kind: 'profiled', id: 1, summary: SUMMARY, file: deflateRawSync('{}') });
    expect(profiles.startProfile(60)).toBeUndefined();
    expect(asked).toEqual([
      [1, 10_000, 1000],
      [2, 60_000, 2000],
    ]);
    expect(changes).toBe(3);
  });

  it.each<readonly [StallWatchState, string]>([
    [
      { is: 'aside', reason: 'the inspector of this process is open' },
      'nothing is sampled: the inspector of this process is open',
    ],
    [{ is: 'failed', reason: 'no room' }, 'nothing is sampled: no room'],
    [{ is: 'starting' }, 'the thread that samples is starting: try again in a second'],
    [{ is: 'off' }, 'nothing is sampled, because METRICS_LOOP_STALL or METRICS_MEMORY_INTERVAL is 0'],
  ])('is refused with the reason if nothing samples: %j', (state, unavailable) => {
    watch = state;
    expect(profiles.startProfile(10)).toBe(unavailable);
    expect(profiles.profiles()).toMatchObject({ unavailable, running: undefined });
  });

  it('keeps the last few with their files', () => {
    for (let id = 1; id <= 7; id++) {
      profiles.startProfile(1);
      profiles.receive({
        kind: 'profiled',
        id: id,
        summary: SUMMARY,
        file: id === 6 ? undefined : deflateRawSync(`{"id":${id}}`),
      });
    }
    const { kept, maxKept } = profiles.profiles();
    expect(kept.map(({ id, hasFile }) => [id, hasFile])).toEqual([
      [7, true],
      [6, false],
      [5, true],
      [4, true],
      [3, true],
    ]);
    expect(maxKept).toBe(5);
    expect([7, 6, 2, 99, NaN].map((id) => profiles.profileFile(id))).toEqual([
      '{"id":7}',
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('says what became of one that came to nothing, until another succeeds', () => {
    profiles.startProfile(1);
    profiles.lost(undefined, 'the inspector of this process was opened');
    expect(profiles.profiles()).toMatchObject({
      running: undefined,
      failed: { startedMillis: 7000, reason: 'the inspector of this process was opened' },
    });
    profiles.receive({ kind: 'profiled', id: 1, summary: SUMMARY, file: undefined });
    expect(profiles.profiles().kept).toEqual([]);
    profiles.startProfile(1);
    profiles.lost(1, 'an old one');
    expect(profiles.profiles().running).toBeDefined();
    profiles.receive({ kind: 'profiled', id: 2, summary: SUMMARY, file: undefined });
    expect(profiles.profiles()).toMatchObject({ failed: undefined, kept: [{ id: 2 }] });
  });

  it('gives up a minute after its end, and another can be started', () => {
    profiles.startProfile(10);
    jest.advanceTimersByTime(69_999);
    expect(profiles.profiles().running).toBeDefined();
    jest.advanceTimersByTime(1);
    expect(profiles.profiles().failed?.reason).toBe('the process was too busy to answer');
    expect(profiles.startProfile(10)).toBeUndefined();
  });
});
