import { describe, expect, it } from '@jest/globals';
import { Tombstones } from '../../../otel/store/tombstones.ts';
import { traceIdOf } from './kept-span-fixture.ts';

function bury(tombstones: Tombstones, trace: number, name: string, isReferenced = false): void {
  tombstones.add({ traceId: traceIdOf(trace), name, startMillis: 0, isReferenced }, 1, 'count');
}

describe('Tombstones', () => {
  it('remembers the last ones and forgets the oldest', () => {
    const tombstones = new Tombstones(100);
    let largest = 0;
    for (let i = 0; i < 10_000; i++) {
      bury(tombstones, i, `${i}`);
      largest = Math.max(largest, tombstones.size);
    }
    expect(largest).toBe(100);
    expect(tombstones.get(traceIdOf(9999))?.name).toBe('9999');
    expect(tombstones.get(traceIdOf(9900))?.name).toBe('9900');
    expect(tombstones.get(traceIdOf(9899))).toBeUndefined();
  });

  it('counts a trace that was evicted twice as one, as of the last time', () => {
    const tombstones = new Tombstones(2);
    bury(tombstones, 1, 'first');
    bury(tombstones, 2, 'other');
    bury(tombstones, 1, 'again');
    bury(tombstones, 3, 'third');
    expect(tombstones.size).toBe(2);
    expect(tombstones.get(traceIdOf(1))?.name).toBe('again');
    expect(tombstones.get(traceIdOf(2))).toBeUndefined();
  });

  it('may be configured to remember nothing', () => {
    const tombstones = new Tombstones(0);
    bury(tombstones, 1, 'gone');
    expect(tombstones.size).toBe(0);
  });

  it('remembers 10,000 that an exemplar names, however many others are evicted after them', () => {
    const tombstones = new Tombstones(2);
    for (let i = 0; i <= 10_000; i++) bury(tombstones, i, `${i}`, true);
    for (let i = 20_000; i < 20_100; i++) bury(tombstones, i, 'other');
    expect(tombstones.size).toBe(10_002);
    expect(tombstones.get(traceIdOf(0))).toBeUndefined();
    expect(tombstones.get(traceIdOf(1))?.name).toBe('1');
    bury(tombstones, 1, 'again');
    expect(tombstones.get(traceIdOf(1))?.name).toBe('again');
    expect(tombstones.size).toBe(10_002);
  });
});
