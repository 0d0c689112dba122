import { describe, expect, it } from '@jest/globals';
import { Tombstones } from '../../../otel/store/tombstones.ts';
import { traceIdOf } from './kept-span-fixture.ts';

function tombstone(name: string) {
  return { atMillis: 1, reason: 'count', name, startMillis: 0 } as const;
}

describe('Tombstones', () => {
  it('remembers the last ones and forgets the oldest', () => {
    const tombstones = new Tombstones(100);
    for (let i = 0; i < 10_000; i++) {
      tombstones.set(traceIdOf(i), tombstone(`${i}`));
      expect(tombstones.size).toBeLessThanOrEqual(100);
    }
    expect(tombstones.get(traceIdOf(9999))?.name).toBe('9999');
    expect(tombstones.get(traceIdOf(9900))?.name).toBe('9900');
    expect(tombstones.get(traceIdOf(9899))).toBeUndefined();
  });

  it('counts a trace that left twice as one, as of the last time', () => {
    const tombstones = new Tombstones(2);
    tombstones.set(traceIdOf(1), tombstone('first'));
    tombstones.set(traceIdOf(2), tombstone('other'));
    tombstones.set(traceIdOf(1), tombstone('again'));
    tombstones.set(traceIdOf(3), tombstone('third'));
    expect(tombstones.size).toBe(2);
    expect(tombstones.get(traceIdOf(1))?.name).toBe('again');
    expect(tombstones.get(traceIdOf(2))).toBeUndefined();
  });

  it('may be told to remember nothing', () => {
    const tombstones = new Tombstones(0);
    tombstones.set(traceIdOf(1), tombstone('gone'));
    expect(tombstones.size).toBe(0);
  });
});
