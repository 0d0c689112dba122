import { describe, expect, it } from '@jest/globals';
import { adjustedCounts } from '../../../../src/observatory/facts/adjusted-counts.ts';
import { missingWords, standForWords } from '../../../../src/observatory/draw/over-panel.ts';
import { randomOf } from '../../../otel/sampling/random.ts';

const side = (standFor: number, deviation: number) => ({ standFor, deviation });

/** One of `share` is kept of so many, by chance: what the kept ones stand for. */
function kept(of: number, share: number, random: () => number): ReturnType<typeof side> {
  const traces = Array.from({ length: of }).filter(() => random() < share).length;
  return side(traces / share, Math.sqrt((traces * (1 - share)) / share ** 2));
}

describe('adjustedCounts', () => {
  it.each([
    // As seen: 56 and 1,324 of 1,309; 20, 372 and 35 of 496.
    [{ marked: side(56, 13), rest: side(1324, 63), counted: 1309, unseen: 0 }, [53, 1256, 0]],
    [{ marked: side(20, 7.7), rest: side(372, 33.4), counted: 496, unseen: 35.4 }, [23, 438, 35]],
    [{ marked: side(20, 0), rest: side(372, 33), counted: 400, unseen: 0 }, [20, 380, 0]],
    [{ marked: side(20, 5), rest: side(376, 33), counted: 400, unseen: 3.9 }, [20, 380, 0]],
    [{ marked: side(0, 0), rest: side(0, 0), counted: 0, unseen: 0 }, [0, 0, 0]],
  ])('adds up to what was counted: %j', (facts, expected) => {
    const { marked, rest, unseen } = adjustedCounts(facts);
    expect([marked, rest, unseen]).toEqual(expected);
    expect(marked + rest + unseen).toBe(facts.counted);
  });

  it('says exactly how many failed, and as exactly how many did not, if failures are all kept', () => {
    const words = randomOf(7);
    const random = (): number => words() / 2 ** 32;
    for (const share of [0.05, 0.25, 0.5, 1]) {
      const facts = { marked: side(31, 0), rest: kept(969, share, random), counted: 1000, unseen: 0 };
      expect(adjustedCounts(facts)).toEqual({
        marked: 31,
        rest: 969,
        unseen: 0,
        isEstimate: false,
        plusMinus: 0,
      });
    }
  });

  it('leaves whole weights as they are, and calls a drawn side an estimate', () => {
    expect(adjustedCounts({ marked: side(4, 0), rest: side(90, 0), counted: 90, unseen: 0 })).toEqual({
      marked: 4,
      rest: 90,
      unseen: 0,
      isEstimate: false,
      plusMinus: 0,
    });
    expect(
      adjustedCounts({ marked: side(8, 2), rest: side(88, 0), counted: 100, unseen: 0 }).isEstimate,
    ).toBe(true);
  });

  it('says how far each side may be from that: right in at least 19 of 20 draws', () => {
    const words = randomOf(11);
    const random = (): number => words() / 2 ** 32;
    for (const [ofMarked, ofRest, share] of [
      [200, 800, 0.2],
      [400, 600, 0.1],
    ] as const) {
      let within = 0;
      for (let draw = 0; draw < 400; draw++) {
        const facts = { marked: kept(ofMarked, share, random), rest: kept(ofRest, share, random) };
        const { marked, plusMinus } = adjustedCounts({ ...facts, counted: ofMarked + ofRest, unseen: 0 });
        if (Math.abs(marked - ofMarked) <= plusMinus) within++;
      }
      expect(within / 400).toBeGreaterThan(0.93);
    }
  });

  it('is what the panel says', () => {
    const of = (standFor: number, deviation: number) => ({
      ...side(standFor, deviation),
      traces: 9,
      kept: 9,
      unweighted: 0,
    });
    const facts = {
      marked: of(20, 7.7),
      rest: of(372, 33.4),
      counted: 496,
      unseen: 35.4,
      sinceMillis: undefined,
      isRaised: false,
      compared: 3,
      rows: [],
    };
    expect([standForWords(facts, 'slow requests'), missingWords(facts, 0)]).toEqual([
      '9 to 73 slow requests, most likely 23, and 438 others of 496',
      'No kept trace stands for at least 35 of 496: what they have is unknown.',
    ]);
  });
});
