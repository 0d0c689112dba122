import { describe, expect, it } from '@jest/globals';
import type { Downtime } from '../../../../otel/query.ts';
import { sumDowntimes } from '../../../../src/observatory/facts/downtimes.ts';
import { chooseRange } from '../../../../src/observatory/facts/time-range.ts';
import { downtimeSentence } from '../../../../src/observatory/sentences/downtime-sentence.ts';
import { sentenceText } from '../../../../src/observatory/sentences/sentence.ts';

const NOW = Date.UTC(2026, 10, 23, 12);
const SECOND = 1000;
const HOUR = 3600 * SECOND;

const down = (ago: number, seconds: number, ended: Downtime['ended'], reason?: string): Downtime => ({
  fromMillis: NOW - ago,
  toMillis: NOW - ago + seconds * SECOND,
  ended,
  reason,
});

describe('the sentence about downtime', () => {
  const range = chooseRange({ from: '-24h' }, NOW);
  const say = (rows: readonly Downtime[], sinceMillis = NOW - 48 * HOUR): string =>
    sentenceText(
      downtimeSentence(sumDowntimes({ rows, sinceMillis, precisionMillis: 2000 }, range), range, NOW),
    );

  it('of a day without any', () => {
    expect(say([])).toBe('The blog ran all the time in the last 24 hours.');
  });

  it('of a young history does not speak for the time before', () => {
    expect(say([], NOW - HOUR)).toMatch(/^The blog ran all the time since .*:00:00\.$/);
  });

  it('of one stop', () => {
    expect(say([down(HOUR, 86.4, 'stopped')])).toMatch(
      /^The blog ran 99\.900 % of the time in the last 24 hours\. It was down once, 86\.4 s from .*: stopped as asked\.$/,
    );
  });

  it('of a crash among stops names it, the longest of them', () => {
    const text = say([
      down(5 * HOUR, 8, 'stopped'),
      down(3 * HOUR, 30, 'crashed', 'TypeError: x is not a function'),
    ]);
    expect(text).toContain('It was down 2 times, 38 s in all; 1 of them unasked. The longest was 30 s from ');
    expect(text).toContain(': crashed (TypeError: x is not a function).');
  });

  it('never rounds up to a hundred per cent', () => {
    expect(say([down(HOUR, 0.1, 'killed')])).toContain('The blog ran 99.999 % of the time');
  });

  it('counts only what is within the range', () => {
    const sum = sumDowntimes(
      { rows: [down(25 * HOUR, 2 * 3600, 'killed')], sinceMillis: 0, precisionMillis: 2000 },
      range,
    );
    expect(sum.totalMillis).toBeCloseTo(HOUR, -1);
    expect(sum.upShare).toBeCloseTo(23 / 24, 5);
  });
});
