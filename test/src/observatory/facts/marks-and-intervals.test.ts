import { describe, expect, it } from '@jest/globals';
import { type ComparedSeries, compareSeries } from '../../../../src/observatory/facts/compared-series.ts';
import { leavesOutOne } from '../../../../src/observatory/facts/ratio-interval.ts';
import { intervalText, times } from '../../../../src/observatory/sentences/difference-words.ts';
import { CountingPlace } from '../../../otel/aggregate/counts-ledger.ts';
import { randomOf } from '../../../otel/sampling/random.ts';
import { fc } from '../../../fixtures/properties.ts';

const START = Date.UTC(2026, 2, 14, 12, 0, 0);
const MINUTE = 60_000;
const MEASURED = ['p95', 'p50', 'rate'] as const;

/** What happened to one route; pairs are before and after. */
interface Planted {
  readonly perMinute: number;
  readonly slower: number;
  readonly more: number;
  /** Share of requests that take a hundred times as long. */
  readonly long: readonly [number, number];
  readonly failing: readonly [number, number];
}

const share = fc.constantFrom(0, 0, 0.02, 0.06, 0.3);
const PLANTED: fc.Arbitrary<Planted> = fc.record({
  perMinute: fc.constantFrom(0, 1, 3, 8, 25),
  slower: fc.constantFrom(1, 1, 1.02, 1.1, 0.8, 1.5, 3, 0.3, 20),
  more: fc.constantFrom(1, 1, 1.2, 0.4, 3),
  long: fc.tuple(share, share),
  failing: fc.tuple(share, share),
});

interface Day {
  readonly seed: number;
  readonly routes: readonly Planted[];
  /** How much minutes differ from each other. */
  readonly drift: number;
  readonly minutes: readonly [number, number];
}

const DAY: fc.Arbitrary<Day> = fc.record({
  seed: fc.nat(),
  routes: fc.array(PLANTED, { minLength: 3, maxLength: 8 }),
  drift: fc.constantFrom(0, 0.1, 0.4),
  minutes: fc.tuple(fc.constantFrom(3, 12, 24), fc.constantFrom(3, 12, 24)),
});

/** Both sides, counted as the kit counts them. */
function compared({ seed, routes, drift: spread, minutes }: Day): readonly ComparedSeries[] {
  const draw = randomOf(seed);
  const random = (): number => draw() / 2 ** 32;
  const gauss = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const place = new CountingPlace(START, false);
  const { red, answer } = processOf(place);
  let drift = 0;
  const visit = (side: 0 | 1): void => {
    for (let minute = 0; minute < minutes[side]; minute++) {
      drift = 0.5 * drift + spread * gauss();
      for (const [route, { perMinute, slower, more, long, failing }] of routes.entries()) {
        const mean = side === 1 ? perMinute * more : perMinute;
        const count = Math.round(mean + Math.sqrt(mean) * gauss());
        for (let index = 0; index < count; index++) {
          const factor = (side === 1 ? slower : 1) * (random() < long[side] ? 100 : 1);
          const status = random() < failing[side] ? 500 : 200;
          answer(`GET /${route}`, factor * Math.exp(drift + 0.5 * gauss()) * 1e6, status);
        }
      }
      place.clock.pass(MINUTE);
    }
  };
  visit(0);
  const at = place.clock.millis;
  visit(1);
  const sides = {
    before: { fromMillis: START, toMillis: at },
    after: { fromMillis: at, toMillis: place.clock.millis },
  };
  return compareSeries({ series: red.series.bind(red), heatMap: red.heatMap.bind(red) }, sides);
}

function processOf(place: CountingPlace) {
  const process = place.start(1e6);
  return { red: process.red, answer: process.answer.bind(process) };
}

/** What a reader takes from the text of an interval. */
function readsAsDifferent(text: string): boolean {
  const [low, high] = text.split(' to ').map((end) => Number(end.replaceAll(',', '')));
  if (high !== undefined) return low! > 1 || high < 1;
  const [, end, bound = ''] = /^at (most|least) (.*)$/.exec(text) ?? [];
  const value = Number(bound.replaceAll(',', ''));
  return end === 'most' ? value < 1 : end === 'least' && value > 1;
}

describe('a mark and the interval beside it', () => {
  it('never contradict each other, whatever happened', () => {
    let [marked, unmarked] = [0, 0];
    fc.assert(
      fc.property(DAY, (day) => {
        for (const row of compared(day)) {
          for (const what of MEASURED) {
            const found = row[what];
            if (found === undefined) continue;
            const isMarked = row.differs.includes(what);
            if (isMarked) marked++;
            else unmarked++;
            expect([what, intervalText(found), readsAsDifferent(intervalText(found))]).toEqual([
              what,
              intervalText(found),
              isMarked,
            ]);
            expect(leavesOutOne(found)).toBe(isMarked);
            expect(found.low).toBeLessThanOrEqual(found.ratio);
            expect(found.high).toBeGreaterThanOrEqual(found.ratio);
            // The ratio shown is on the side of 1 that the mark claims.
            if (isMarked) expect(times(found.ratio)).not.toBe('1.00');
          }
        }
      }),
      { numRuns: 80, seed: 20261130 },
    );
    expect(Math.min(marked, unmarked)).toBeGreaterThan(50);
  });
});
