import { describe, expect, it } from '@jest/globals';
import type { RuntimeSample } from '../../../../otel/query.ts';
import { memoryFloors } from '../../../../otel/store/memory-floors.ts';
import { RandomSource } from '../../../../src/demo/random-source.ts';
import {
  type Growth,
  type MemoryGrowth,
  memoryGrowth,
} from '../../../../src/observatory/facts/memory-growth.ts';
import { RUNTIME_SAMPLE, SAMPLE_MILLIS } from '../../../fixtures/still-runtime.ts';

const MB = 1_000_000;
const HOUR = 3_600_000;
const RUNS = 100;

interface Heap {
  readonly hours?: number;
  /** MB in use beyond the start's after some hours. */
  readonly used: (hours: number) => number;
  /** Share of samples with a full collection. */
  readonly collections?: number;
  /** How slowly the noise of 2 MB wanders, 0 to 1; without it, there is only what was allocated since the collection. */
  readonly wandering?: number | undefined;
  readonly outside?: (hours: number) => number;
}

/** The floors of a simulated process, through the samples that it would have left. */
function simulated(
  seed: number,
  { hours = 6, used, collections = 0.5, wandering, outside = () => 0 }: Heap,
  stepAt?: number,
): MemoryGrowth {
  const random = new RandomSource(seed);
  const gauss = (): number =>
    Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
  let wander = 0;
  const samples = Array.from({ length: (hours * HOUR) / SAMPLE_MILLIS }, (_, index): RuntimeSample => {
    if (wandering !== undefined) wander = wandering * wander + 2 * Math.sqrt(1 - wandering ** 2) * gauss();
    const ran = ((index + 1) * SAMPLE_MILLIS) / HOUR;
    const since = -Math.log(1 - random.next());
    const heap = (60 + used(ran) + wander + since) * MB;
    const stepped = stepAt !== undefined && ran > Math.abs(stepAt) ? Math.sign(stepAt) * HOUR : 0;
    const atMillis = RUNTIME_SAMPLE.atMillis + ran * HOUR + stepped;
    const isCollected = random.chance(collections);
    return {
      ...RUNTIME_SAMPLE,
      fromMillis: atMillis - SAMPLE_MILLIS,
      atMillis,
      ranMillis: ran * HOUR,
      heapFloorBytes: isCollected ? heap : NaN,
      rssFloorBytes: isCollected ? heap + (40 + outside(ran)) * MB : NaN,
    };
  });
  return memoryGrowth(memoryFloors(samples, Infinity));
}

const seeds = Array.from({ length: RUNS }, (_, index) => index * 7919 + 1);
const growingOf = (
  makeHeap: (random: RandomSource) => Heap,
  says: 'isGrowing' | 'mayGrow' = 'isGrowing',
  stepAt?: number,
): number =>
  seeds.filter((seed) => simulated(seed, makeHeap(new RandomSource(seed * 31)), stepAt).heap?.[says]).length;
const fills = (until: number) => (hours: number) => 40 * Math.min(1, hours / until);

describe('memoryGrowth', () => {
  it.each<readonly [string, (random: RandomSource) => Heap]>([
    ['a level heap', () => ({ used: () => 0 })],
    ['few collections', () => ({ used: () => 0, collections: 0.1 })],
    ['a short time', () => ({ used: () => 0, hours: 0.5 })],
    ['noise that wanders for minutes', () => ({ used: () => 0, wandering: 0.9 })],
    ['noise that wanders for half an hour', () => ({ used: () => 0, wandering: 0.98 })],
    ['a saw', () => ({ used: (hours) => 6 * ((hours / 0.6) % 1) })],
    ['two teeth of a saw', () => ({ used: (hours) => 6 * ((hours / 0.6) % 1), hours: 1 })],
    ['a cache that fills and then stays', () => ({ used: fills(2) })],
    ['a cache that fills ever more slowly', () => ({ used: (hours) => 40 * (1 - Math.exp(-3 * hours)) })],
    [
      'two steps',
      (random) => {
        const [first, second] = [6 * random.next(), 6 * random.next()];
        return { used: (hours) => (hours > first ? 30 : 0) + (hours > second ? 10 : 0) };
      },
    ],
    ['memory that is given back', () => ({ used: (hours) => -3 * hours })],
  ])('claims no growth of %s, and thinks it possible in 5 of 100', (_, heap) => {
    expect(growingOf(heap)).toBe(0);
    expect(growingOf(heap, 'mayGrow')).toBeLessThanOrEqual(5);
  });

  it.each<readonly [string, Heap, perHour: number, found: number, says?: keyof Growth]>([
    ['12 MB an hour', { used: (hours) => 12 * hours }, 12, 100],
    ['2 MB an hour', { used: (hours) => 2 * hours }, 2, 100],
    ['5 MB an hour in noise that wanders', { used: (hours) => 5 * hours, wandering: 0.98 }, 5, 95, 'mayGrow'],
    ['5 MB an hour and a step', { used: (hours) => 5 * hours + (hours > 4 ? 30 : 0) }, 5, 100],
    ['5 MB an hour after a cache', { used: (hours) => 5 * hours + fills(1)(hours), hours: 12 }, 5, 100],
  ])('finds a leak of %s', (_, heap, perHour, found, says = 'isGrowing') => {
    const growths = seeds.map((seed) => simulated(seed, heap).heap!);
    expect(growths.filter((growth) => growth[says]).length).toBeGreaterThanOrEqual(found - 5);
    const right = growths.filter(
      ({ bytesPerHour, plusMinus }) => Math.abs(bytesPerHour / MB - perHour) <= (1.5 * plusMinus) / MB + 0.2,
    );
    expect(right.length).toBeGreaterThanOrEqual(90);
  });

  it('finds a leak that grows in steps', () => {
    const steps = (): Heap => ({ used: (hours) => 5 * Math.floor(2 * hours) });
    expect(growingOf(steps)).toBeGreaterThanOrEqual(80);
    expect(growingOf(steps, 'mayGrow')).toBeGreaterThanOrEqual(95);
  });

  it.each([3, -3])('does not mistake a step of the clock for time: after %d hours', (stepAt) => {
    expect(growingOf(() => ({ used: () => 0 }), 'isGrowing', stepAt)).toBe(0);
    const { heap } = simulated(1, { used: (hours) => 12 * hours }, stepAt);
    expect(heap).toMatchObject({ isGrowing: true });
    expect(heap!.bytesPerHour / MB).toBeCloseTo(12, 0);
  });

  it('tells a leak outside the heap from one inside', () => {
    const { heap, rss } = simulated(1, { used: () => 0, outside: (hours) => 8 * hours });
    expect([heap?.isGrowing, rss?.isGrowing]).toEqual([false, true]);
  });

  it.each([5, 10, 20, 40])(
    'claims nothing of memory outside the heap that climbs after the start and levels off, in %d minutes to two thirds',
    (minutes) => {
      const climbs = (to: number) => (hours: number) => to * (1 - Math.exp((-60 * hours) / minutes));
      for (const hours of [1 / 6, 1 / 3, 0.5, 1, 1.5, 2.1, 2.5, 3])
        for (const [to, wandering] of [
          [100, undefined],
          [100, 0.9],
          [400, undefined],
          [400, 0.9],
        ] as const) {
          const said = seeds.map(
            (seed) => simulated(seed, { hours, used: () => 0, wandering, outside: climbs(to) }).rss,
          );
          expect(said.filter((rss) => rss?.isGrowing).length).toBeLessThanOrEqual(5);
          expect(said.filter((rss) => rss?.mayGrow).length).toBeLessThanOrEqual(5);
        }
    },
  );

  it.each([
    [500, 2.5],
    [100, 4],
    [20, 6],
  ])('finds a leak outside the heap of %d MB an hour after such a climb, in %d hours', (perHour, hours) => {
    const outside = (ran: number): number => perHour * ran + 200 * (1 - Math.exp(-4 * ran));
    const found = seeds
      .map((seed) => simulated(seed, { hours, used: () => 0, wandering: 0.9, outside }))
      .filter(({ rss, heap }) => rss?.isGrowing === true && heap?.isGrowing === false);
    expect(found.length).toBeGreaterThanOrEqual(90);
    const right = found.filter(
      ({ rss }) => Math.abs(rss!.bytesPerHour / MB - perHour) <= (2 * rss!.plusMinus) / MB + perHour / 10,
    );
    expect(right.length).toBeGreaterThanOrEqual(0.9 * found.length);
  });

  it.each<readonly [string, Heap]>([
    ['before ten minutes', { used: (hours) => 1200 * hours, hours: 0.16, collections: 1 }],
    ['without a full collection', { used: (hours) => 50 * hours, collections: 0 }],
  ])('claims nothing %s', (_, heap) => {
    expect(simulated(1, heap)).toMatchObject({ heap: undefined, rss: undefined });
  });

  it('needs few collections for what grows by half', () => {
    const few = simulated(1, { used: (hours) => 50 * hours, collections: 0.01 });
    expect(few.floors).toBeLessThan(16);
    expect(few.heap).toMatchObject({ isGrowing: true });
    expect(few.heap!.bytesPerHour / MB).toBeCloseTo(50, -1);
  });

  /** Of a real process that kept 18 MB a minute, one number for each half minute; 0 without a full collection. */
  const LEAKING = [
    0, 59, 0, 0, 77, 84, 0, 88, 98, 99, 0, 112, 120, 128, 141, 148, 156, 0, 171, 0, 0, 205, 207, 218, 0, 0, 0,
    251, 260, 272, 273, 0, 0, 354, 0, 324, 0, 0, 347, 358, 363, 0, 0, 393, 407, 0, 415, 0, 0, 0, 0, 0, 0, 464,
  ];
  /** What is said at every half minute from one on. */
  const saidOf = (megabytes: readonly number[], fromMinute: number) =>
    Array.from({ length: megabytes.length - 2 * fromMinute }, (_, index) => {
      const floors = megabytes.slice(0, 2 * fromMinute + index + 1).map((floor, half) => {
        const heapBytes = floor === 0 ? NaN : floor * MB;
        const ranMillis = half * 30_000;
        return { atMillis: ranMillis, ranMillis, heapBytes, rssBytes: heapBytes, usedBytes: 500 * MB };
      });
      return memoryGrowth(floors).heap?.isGrowing === true;
    });

  it('does not take back what it said of a leak, however irregular collections are', () => {
    expect(saidOf(LEAKING, 11)).toEqual(Array.from({ length: LEAKING.length - 22 }, () => true));
  });

  it('calls no cache a leak that filled at once and is full', () => {
    const full = Array.from(
      { length: 80 },
      (_, half) => 60 + Math.min(80, Math.max(0, half - 8) * 10) + (half % 3),
    );
    expect(saidOf(full, 20)).toEqual(Array.from({ length: 40 }, () => false));
  });

  it('sees the last process alone: its floors are not joined with those of the one before', () => {
    const sample = (index: number, started: number, megabytes: number): RuntimeSample => ({
      ...RUNTIME_SAMPLE,
      processStartedAtMillis: started,
      fromMillis: index * SAMPLE_MILLIS,
      atMillis: (index + 1) * SAMPLE_MILLIS,
      ranMillis: NaN,
      heapFloorBytes: megabytes * MB,
      rssFloorBytes: megabytes * MB,
    });
    const before = Array.from({ length: 120 }, (_, index) => sample(index, 0, 60));
    const after = Array.from({ length: 120 }, (_, index) => sample(120 + index, 1, 90));
    const joined = memoryGrowth(memoryFloors([...before, ...after], Infinity));
    expect(joined.heap).toMatchObject({ isGrowing: false, bytesPerHour: 0 });
    expect(joined.overMillis).toBeLessThan(HOUR);
    const earlier = memoryFloors([...before, ...after], 119 * SAMPLE_MILLIS);
    expect(new Set(earlier.map(({ heapBytes }) => heapBytes / MB))).toEqual(new Set([60]));
  });
});
