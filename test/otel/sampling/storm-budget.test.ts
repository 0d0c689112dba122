import { describe, expect, it } from '@jest/globals';
import { fc } from '../../fixtures/properties.ts';
import {
  compareBits56,
  isAtLeast,
  KEEP_ALL,
  probabilityOf,
} from '../../../otel/sampling/consistent-threshold.ts';
import type { Bits56 } from '../../../otel/sampling/consistent-threshold.ts';
import { StormBudget } from '../../../otel/sampling/policies/storm-budget.ts';
import type { BudgetFate } from '../../../otel/sampling/policy.ts';
import { failedRequest } from './ended-span-fixture.ts';
import { randomOf } from './random.ts';

const SECOND = 1e9;
const FAILED = failedRequest({ errorType: 'Error' });

function start(limits: ConstructorParameters<typeof StormBudget>[0]) {
  const clock = { nanos: 0 };
  return { clock, budget: new StormBudget(limits, () => clock.nanos) };
}
const bitsFrom = (random: () => number): Bits56 => ({ high: random() >>> 4, low: random() >>> 4 });
const passed = (fate: BudgetFate): fate is Bits56 => typeof fate === 'object';

describe('StormBudget', () => {
  it('cuts nothing up to half of the cap, second after second', () => {
    const { clock, budget } = start({ maxMustKeepSpansPerSecond: 100 });
    const random = randomOf(1);
    for (let second = 0; second < 5; second++) {
      clock.nanos = second * SECOND;
      for (let i = 0; i < 50; i++) expect(budget.admit(FAILED, bitsFrom(random))).toBe(KEEP_ALL);
    }
    expect(budget.facts()).toEqual({ active: false, probability: 1, cut: 0, examples: 0 });
  });

  it('never keeps more than the cap and the examples, in spans and in bytes', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 2000, max: 60_000 }),
        fc.array(fc.record({ offered: fc.nat(400), bytes: fc.constantFrom(0, 200, 2000) }), { maxLength: 6 }),
        fc.nat(),
        (spans, bytes, seconds, seed) => {
          const { clock, budget } = start({
            maxMustKeepSpansPerSecond: spans,
            maxMustKeepBytesPerSecond: bytes,
          });
          const random = randomOf(seed);
          for (const [second, { offered, bytes: weight }] of seconds.entries()) {
            clock.nanos = second * SECOND;
            const span = failedRequest({ bytes: weight });
            let kept = 0;
            for (let i = 0; i < offered; i++) if (passed(budget.admit(span, bitsFrom(random)))) kept++;
            expect(kept).toBeLessThanOrEqual(spans);
            expect(kept * weight).toBeLessThanOrEqual(bytes);
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it('keeps the largest R: the threshold only rises within a second, and every kept span passed it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 80 }), fc.nat(), (spans, seed) => {
        const { clock, budget } = start({ maxMustKeepSpansPerSecond: spans, maxStormExamplesPerMinute: 0 });
        const random = randomOf(seed);
        for (let second = 0; second < 3; second++) {
          clock.nanos = second * SECOND;
          let last = KEEP_ALL;
          for (let i = 0; i < 500; i++) {
            const randomness = bitsFrom(random);
            const fate = budget.admit(FAILED, randomness);
            if (!passed(fate)) continue;
            expect(isAtLeast(randomness, fate)).toBe(true);
            expect(compareBits56(fate, last)).toBeGreaterThanOrEqual(0);
            last = fate;
          }
        }
      }),
      { numRuns: 40 },
    );
  });

  it('converges to the threshold for the load, so that adjusted counts estimate what was offered', () => {
    const { clock, budget } = start({ maxMustKeepSpansPerSecond: 500 });
    const random = randomOf(7);
    const offered = 5000;
    let estimate = 0;
    let kept = 0;
    const seconds = 20;
    for (let second = 0; second <= seconds; second++) {
      for (let i = 0; i < offered; i++) {
        clock.nanos = (second + i / offered) * SECOND;
        const fate = budget.admit(FAILED, bitsFrom(random));
        if (second === 0 || !passed(fate)) continue;
        kept++;
        estimate += 1 / probabilityOf(fate);
      }
    }
    const p = 0.04;
    const sigma = Math.sqrt(seconds * offered * p * (1 - p));
    expect(Math.abs(kept - seconds * offered * p)).toBeLessThanOrEqual(4 * sigma);
    expect(Math.abs(estimate - seconds * offered)).toBeLessThanOrEqual((4 * sigma) / p);
    expect(budget.facts()).toMatchObject({ active: true, probability: p });
    clock.nanos += 3 * SECOND;
    expect(budget.facts()).toMatchObject({ active: false, probability: 1 });
  });

  it('keeps one example a minute of every series and error.type, up to their own cap', () => {
    const { clock, budget } = start({ maxMustKeepSpansPerSecond: 1, maxStormExamplesPerMinute: 6 });
    const lowest = { high: 0, low: 0 };
    const kinds = ['GET /', 'GET /a'].flatMap((series) =>
      ['TypeError', 'SqliteError'].map((errorType) => failedRequest({ series, errorType })),
    );
    for (const minute of [1, 2]) {
      const fates = Array.from({ length: 30 }, (_, second) => {
        clock.nanos = (minute * 60 + second) * SECOND;
        budget.admit(FAILED, { high: 2 ** 28 - 1, low: 0 });
        return kinds.map((kind) => budget.admit(kind, lowest));
      }).flat();
      expect(fates.filter((fate) => fate === 'example')).toHaveLength(4);
      expect(fates.every((fate) => !passed(fate))).toBe(true);
    }
    for (let i = 0; i < 100; i++) budget.admit(failedRequest({ series: `GET /${i}` }), lowest);
    expect(budget.exampleKinds).toBe(6);
    expect(budget.facts().examples).toBe(10);
  });
});
