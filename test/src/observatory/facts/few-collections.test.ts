import { describe, expect, it } from '@jest/globals';
import type { RuntimeSample } from '../../../../otel/query.ts';
import { memoryFloors } from '../../../../otel/store/memory-floors.ts';
import { RandomSource } from '../../../../src/demo/random-source.ts';
import { type MemoryGrowth, memoryGrowth } from '../../../../src/observatory/facts/memory-growth.ts';
import { memoryVerdict } from '../../../../src/observatory/facts/process-memory.ts';
import { slopeWhenWords } from '../../../../src/observatory/sentences/early-memory-sentence.ts';
import { memoryWords } from '../../../../src/observatory/sentences/memory-sentence.ts';
import { RUNTIME_SAMPLE, SAMPLE_MILLIS } from '../../../fixtures/still-runtime.ts';

const MB = 1_000_000;
const HOUR = 3_600_000;
const RUNS = 20;

/** When a process makes full collections. */
const COLLECTIONS: Readonly<Record<string, (hours: number, random: RandomSource) => boolean>> = {
  'in its first minutes alone': (hours) => hours < 0.1,
  'while somebody read for half an hour, and none since': (hours, random) =>
    hours < 0.5 && random.chance(0.5),
  'while somebody read for half an hour, and each third hour since': (hours, random) =>
    hours < 0.5 ? random.chance(0.5) : hours % 3 < 0.02,
  'each third hour': (hours) => hours % 3 < 0.02,
  'for half an hour of each three': (hours, random) => hours % 3 < 0.5 && random.chance(0.3),
  seldom: (_, random) => random.chance(0.01),
  often: (_, random) => random.chance(0.5),
};

interface Idle {
  readonly hours: number;
  /** MB an hour that are never released, from an hour on. */
  readonly leak: number;
  readonly fromHour: number;
  readonly collections: string;
  /** The wall clock is set after half of the time. */
  readonly stepHours: number;
}

interface Seen {
  readonly growth: MemoryGrowth;
  /** Bytes held at a time of the process. */
  heldAt(ranMillis: number): number;
}

/** An earlier process that did not leak, and this one; garbage comes and goes in the new space, and some stays until a full collection. */
function seen(seed: number, { hours, leak, fromHour, collections, stepHours }: Idle): Seen {
  const random = new RandomSource(seed * 7919 + 1);
  const heldAt = (ranMillis: number): number => (60 + leak * Math.max(0, ranMillis / HOUR - fromHour)) * MB;
  let garbage = 0;
  const sample = (started: number, index: number, held: number, isCollected: boolean): RuntimeSample => {
    const ranMillis = (index + 1) * SAMPLE_MILLIS;
    garbage = isCollected ? 0 : garbage + 0.005 * random.next();
    const step = ranMillis > (hours * HOUR) / 2 ? stepHours * HOUR : 0;
    const atMillis = started + ranMillis + step;
    const floor = held + random.next() * MB;
    return {
      ...RUNTIME_SAMPLE,
      processStartedAtMillis: started,
      fromMillis: atMillis - SAMPLE_MILLIS,
      atMillis,
      ranMillis,
      heapUsedBytes: held + (garbage + 16 * random.next()) * MB,
      heapFloorBytes: isCollected ? floor : NaN,
      rssFloorBytes: isCollected ? floor + 40 * MB : NaN,
    };
  };
  const { atMillis: begin } = RUNTIME_SAMPLE;
  const before = Array.from({ length: HOUR / SAMPLE_MILLIS }, (_, index) =>
    sample(begin - 2 * HOUR, index, 90 * MB, true),
  );
  const own = Array.from({ length: (hours * HOUR) / SAMPLE_MILLIS }, (_, index) => {
    const ran = ((index + 1) * SAMPLE_MILLIS) / HOUR;
    return sample(begin, index, heldAt(ran * HOUR), COLLECTIONS[collections]!(ran, random));
  });
  return { growth: memoryGrowth(memoryFloors([...before, ...own], Infinity)), heldAt };
}

/** What is said that the ledger contradicts; undefined if nothing is. */
function contradiction({ growth, heldAt }: Seen, { leak }: Idle): string | undefined {
  const verdict = memoryVerdict(growth);
  const { early, heap, ranMillis } = growth;
  const now = heldAt(ranMillis);
  if (verdict === 'growing') return leak > 0 ? undefined : 'grows, though nothing was planted';
  if (heap !== undefined) {
    // It speaks of all time up to now.
    const least = heap.line.toBytes + 0.15 * heap.line.toBytes + 2 * MB;
    return now <= least
      ? undefined
      : `${verdict}, though ${Math.round((now - heap.line.toBytes) / MB)} MB are above its line`;
  }
  if (verdict === 'too young' || verdict === 'too few collections' || verdict === 'perhaps growing')
    return undefined;
  if (early?.since === undefined) return `${verdict} of nothing`;
  const { overMillis, mostBytes } = early.since;
  const grew = now - heldAt(ranMillis - overMillis);
  return grew <= Math.max(0, mostBytes) + 2 * MB
    ? undefined
    : `${verdict}, at most ${mostBytes}, though ${grew} were planted`;
}

describe.each(Object.keys(COLLECTIONS))('a process with full collections %s', (collections) => {
  it.each([0, 1, 4, 12, 60])('is judged truly or not at all with a leak of %d MB an hour', (leak) => {
    const wrong: string[] = [];
    for (const hours of [0.2, 0.5, 1, 3, 8, 20])
      for (const fromHour of [0, 0.6])
        for (const stepHours of [0, 9, -9])
          for (let seed = 0; seed < RUNS / 10; seed++) {
            const idle = { hours, leak, fromHour, collections, stepHours };
            const found = contradiction(seen(seed, idle), idle);
            if (found !== undefined) wrong.push(`${JSON.stringify(idle)}: ${found}`);
          }
    expect(wrong).toEqual([]);
  });
});

describe('a leak of an idle process', () => {
  const idle: Idle = {
    hours: 8,
    leak: 6,
    fromHour: 0,
    collections: 'while somebody read for half an hour, and none since',
    stepHours: 0,
  };

  it('is neither denied nor claimed by floors of hours ago: too few collections', () => {
    for (let seed = 0; seed < RUNS; seed++) {
      const { growth } = seen(seed, idle);
      expect(memoryVerdict(growth)).toBe('too few collections');
      expect(slopeWhenWords(growth, RUNTIME_SAMPLE.atMillis)).toBe(
        'After the next full collection it can be told again.',
      );
      expect(memoryWords({ ...growth, heapLimitBytes: 4e9 }, RUNTIME_SAMPLE.atMillis + 8 * HOUR)).toMatch(
        /^Too few garbage collections to judge whether memory grows: .* at most about [45]\d(?:\.\d)?\sMB since /,
      );
    }
  });

  it('leaves the verdict of a level heap as it was', () => {
    for (let seed = 0; seed < RUNS; seed++)
      expect(memoryVerdict(seen(seed, { ...idle, leak: 0 }).growth)).toMatch(
        /^(?:not growing|no large growth)$/,
      );
  });
});
