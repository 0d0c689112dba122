import { describe, expect, it } from '@jest/globals';
import type { RuntimeSample } from '../../../../otel/query.ts';
import { memoryFloors } from '../../../../otel/store/memory-floors.ts';
import { RandomSource } from '../../../../src/demo/random-source.ts';
import { type MemoryGrowth, memoryGrowth } from '../../../../src/observatory/facts/memory-growth.ts';
import { type MemoryVerdict, memoryVerdict } from '../../../../src/observatory/facts/process-memory.ts';
import { checksOf } from '../../../../src/observatory/sentences/checks.ts';
import { memoryWords } from '../../../../src/observatory/sentences/memory-sentence.ts';
import { RUNTIME_SAMPLE, SAMPLE_MILLIS } from '../../../fixtures/still-runtime.ts';
import { situation } from '../sentences/situations.ts';

const MB = 1_000_000;
const HOUR = 3_600_000;
const RUNS = 100;
const AGES = [10, 12, 15, 20, 30];

interface Heap {
  /** MB held beyond the start's after some hours. */
  readonly held?: (hours: number) => number;
  /** Share of samples with a full collection; seen are 0.5 of a busy blog, 0.1 of a quiet one, 0.03 of one at rest. */
  readonly collections?: number;
  /** How slowly noise of 2 MB wanders, 0 to 1. */
  readonly wandering?: number | undefined;
}

interface Simulated {
  readonly growth: MemoryGrowth;
  /** Bytes really held at each sample. */
  readonly ledger: readonly number[];
}

/** A process of some minutes: garbage of up to 16 MB comes and goes, and a start makes some full collections. */
function simulated(
  seed: number,
  minutes: number,
  { held = () => 0, collections = 0.5, wandering }: Heap,
): Simulated {
  const random = new RandomSource(seed);
  const gauss = (): number =>
    Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
  const ledger: number[] = [];
  let [wander, garbage] = [0, 0];
  const samples = Array.from({ length: (minutes * 60_000) / SAMPLE_MILLIS }, (_, index): RuntimeSample => {
    if (wandering !== undefined) wander = wandering * wander + 2 * Math.sqrt(1 - wandering ** 2) * gauss();
    const hours = ((index + 1) * SAMPLE_MILLIS) / HOUR;
    const bytes = (60 + held(hours) + wander) * MB;
    ledger.push(bytes);
    const isStart = index >= 4 && index <= 8 && random.chance(0.4);
    const isCollected = random.chance(collections) || isStart;
    garbage = isCollected ? 0 : garbage + 0.3 * random.next();
    const floor = bytes - Math.log(1 - random.next()) * MB;
    const atMillis = RUNTIME_SAMPLE.atMillis + hours * HOUR;
    return {
      ...RUNTIME_SAMPLE,
      fromMillis: atMillis - SAMPLE_MILLIS,
      atMillis,
      ranMillis: hours * HOUR,
      heapUsedBytes: bytes + (garbage + 16 * random.next()) * MB,
      heapFloorBytes: isCollected ? floor : NaN,
      rssFloorBytes: isCollected ? floor + 40 * MB : NaN,
    };
  });
  return { growth: memoryGrowth(memoryFloors(samples, Infinity)), ledger };
}

const runs = (minutes: number, heap: Heap): readonly Simulated[] =>
  Array.from({ length: RUNS }, (_, index) => simulated(index * 7919 + 1, minutes, heap));
const countOf = (all: readonly Simulated[], ...verdicts: readonly MemoryVerdict[]): number =>
  all.filter(({ growth }) => verdicts.includes(memoryVerdict(growth))).length;
const leak = (perHour: number) => (hours: number) => perHour * hours;

describe('memory of a process of minutes', () => {
  it('says nothing before the tenth', () => {
    expect(countOf(runs(9.5, { held: leak(1200) }), 'too young')).toBe(RUNS);
  });

  describe.each([0.5, 0.1, 0.03])('with a full collection in %d of the samples', (collections) => {
    it.each(AGES)(
      'claims no growth of a level heap after %d minutes, and is seldom without a verdict',
      (age) => {
        for (const wandering of [undefined, 0.9, 0.98]) {
          const all = runs(age, { collections, wandering });
          expect(countOf(all, 'growing', 'too young')).toBe(0);
          expect(countOf(all, 'perhaps growing')).toBeLessThanOrEqual(5);
          expect(countOf(all, 'no large growth', 'not growing')).toBeGreaterThanOrEqual(90);
        }
      },
    );

    it.each(AGES)('claims no leak of what fills or is loaded once after %d minutes', (age) => {
      const fills = (hours: number): number => 40 * (1 - Math.exp(-3 * hours));
      const loaded = (hours: number): number => (hours > 8 / 60 ? 30 : 0);
      for (const held of [fills, loaded])
        expect(countOf(runs(age, { collections, held }), 'growing')).toBe(0);
    });

    it.each(AGES)('bounds what is held after %d minutes', (age) => {
      for (const held of [leak(0), leak(12), leak(60), leak(300), leak(1200)]) {
        const bounded = runs(age, { collections, held }).flatMap(({ growth: { early }, ledger }) => {
          const since = early?.since;
          if (since === undefined) return [];
          const at = (since.atMillis - RUNTIME_SAMPLE.atMillis) / SAMPLE_MILLIS - 1;
          const later = at + since.overMillis / SAMPLE_MILLIS;
          const grew = ledger[Math.round(later)]! - ledger[Math.round(at)]!;
          return [grew <= since.mostBytes + 2 * MB];
        });
        expect(bounded.filter((isTrue) => !isTrue).length).toBeLessThanOrEqual(0.1 * RUNS);
      }
    });

    it.each(AGES)('does not deny a leak of 20 MB a minute after %d minutes', (age) => {
      const all = runs(age, { collections, held: leak(1200) });
      expect(countOf(all, 'not growing', 'no large growth')).toBeLessThanOrEqual(5);
    });
  });

  it('finds a leak of 20 MB a minute in a busy process within minutes, and of 1 MB a minute by its slope', () => {
    const fast = (age: number): readonly Simulated[] => runs(age, { held: leak(1200) });
    expect(countOf(fast(10), 'growing', 'perhaps growing')).toBeGreaterThanOrEqual(90);
    expect(countOf(fast(15), 'growing')).toBeGreaterThanOrEqual(90);
    expect(countOf(runs(20, { held: leak(60) }), 'growing', 'perhaps growing')).toBeGreaterThanOrEqual(90);
  });
});

type Reading = readonly [minute: number, used: number, floor?: number];

/** In MB by the minute of the process's life; one with a floor is of a full collection. */
function readings(rows: readonly Reading[]) {
  return rows.map(([minute, used, floor = NaN]) => ({
    atMillis: RUNTIME_SAMPLE.atMillis + minute * 60_000,
    ranMillis: minute * 60_000,
    heapBytes: floor * MB,
    rssBytes: 200 * MB,
    usedBytes: used * MB,
  }));
}

describe('the words of it', () => {
  const wordsOf = (rows: readonly Reading[]): string | undefined =>
    memoryWords(
      { ...memoryGrowth(readings(rows)), heapLimitBytes: 4e9 },
      RUNTIME_SAMPLE.atMillis,
    )?.replaceAll('\u00a0', ' ');

  it.each<readonly [string, string | undefined, readonly Reading[]]>([
    [
      'too young',
      undefined,
      [
        [4, 60, 58],
        [9, 70, 70],
      ],
    ],
    [
      'at rest, without a collection since its start',
      'No large growth is seen: the heap grew by at most about 1.5 MB since 13:54, 18 MB an hour.',
      [
        [1, 90, 80],
        [4, 55, 54.8],
        [7, 56],
        [9, 56.3],
        [10, 57],
      ],
    ],
    [
      'above the last collection by what caches take',
      'No large growth is seen: the heap grew by at most about 5 MB since 13:56, 60 MB an hour; what garbage collection leaves rose by 5 MB in 5 minutes, as it does while caches fill.',
      [
        [4, 70, 50],
        [6, 60, 58],
        [9, 70],
        [11, 66, 63],
        [12, 64],
      ],
    ],
    [
      'below it',
      'No growth is seen: the heap in use is below what the full collection at 13:56 left.',
      [
        [6, 60, 58],
        [9, 70],
        [11, 57],
        [12, 59],
      ],
    ],
    [
      'with a floor that rises',
      'Memory may be growing: what garbage collection leaves rose by 12 MB in 5 minutes, from 58 MB, as in a leak, or while caches fill.',
      [
        [6, 60, 58],
        [9, 70],
        [11, 75, 70],
        [12, 80],
      ],
    ],
    [
      'with garbage alone',
      'Too few garbage collections to judge whether memory grows: the heap grew by at most about 32 MB since 13:56, 320 MB an hour, garbage included.',
      [
        [6, 60, 58],
        [9, 80],
        [11, 95],
        [12, 90],
      ],
    ],
    [
      'without any full collection',
      'Too few garbage collections to judge whether memory grows: there was no full collection to compare with. The heap in use fell to 64 MB in the last minutes, so no more than that is held.',
      [
        [6, 60],
        [9, 70],
        [11, 66],
        [12, 64],
      ],
    ],
  ])('of a process %s', (_, words, rows) => expect(wordsOf(rows)).toBe(words));
});

describe('the overview’s limit of memory', () => {
  const judgedOf = (rows: readonly Reading[]): readonly unknown[] => {
    const memory = { ...memoryGrowth(readings(rows)), heapLimitBytes: 4e9 };
    const check = checksOf(situation({ memory })).find(({ key }) => key === 'memory');
    return [check?.state, check?.words.replaceAll('\u00a0', ' ')];
  };

  it('has a verdict of a young process, or says why there is none', () => {
    const start: readonly Reading[] = [
      [6, 60, 58],
      [9, 70],
    ];
    expect(judgedOf(start)).toEqual(['not judged', 'not sampled for ten minutes yet']);
    const grown: Reading = [11, 66, 63];
    expect(judgedOf([...start, grown])).toEqual(['holds', 'no large growth: at most ~5 MB in 5 minutes']);
    expect(judgedOf([...start, [11, 57]])).toEqual(['holds', 'no large growth']);
    expect(judgedOf([...start.slice(0, 1), [11, 95]])).toEqual([
      'not judged',
      'too few full collections yet',
    ]);
  });
});
