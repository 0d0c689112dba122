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
  startedMillis: NOW - ago + seconds * SECOND,
  isWhole: true,
  seenMillis: NOW - ago,
  uncertainMillis: ended === 'killed' ? Math.min(2, seconds) * SECOND : 0,
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
      /^Down once in the last 24 hours: 86\.4 s from [\d:]*, stopped\. The blog ran 99\.900 % of the time\.$/,
    );
  });

  it('says how often, how long altogether, the last with its reason and what it left, and the longest', () => {
    const rows = [
      down(5 * HOUR, 80, 'stopped'),
      down(3 * HOUR, 30, 'crashed', 'TypeError: x is not a function'),
    ];
    const sum = sumDowntimes({ rows, sinceMillis: 0, precisionMillis: 2000 }, range);
    const left = { text: '3 log lines', href: '/logs' };
    expect(sentenceText(downtimeSentence(sum, range, NOW, left)).replaceAll(/[\d:]{8}/g, 'T')).toBe(
      'Down 2 times in the last 24 hours, altogether 1.83 min; 1 of them ended without being asked to. The last: 30 s from T, crashed (TypeError: x is not a function); in its last minute 3 log lines. The longest: 80 s from T, stopped. The blog ran 99.87 % of the time.',
    );
  });

  it('is of a lower bound where it is not known when the next process listened', () => {
    const rows = [{ ...down(3 * HOUR, 0.4, 'stopped'), isWhole: false }, down(HOUR, 80, 'stopped')];
    expect(say(rows).replaceAll(/[\d:]{8}/g, 'T')).toBe(
      'Down 2 times in the last 24 hours, altogether 80.4 s or more; each a stop that somebody asked for. The last: 80 s from T, stopped. The blog ran at most 99.906 % of the time.',
    );
  });

  it('says a length that nobody noted as a range, of a noted one exactly, and of neither more than is kept', () => {
    expect(say([down(HOUR, 48.8, 'killed')])).toMatch(
      /: 46\.8 to 48\.8 s from [\d:]*, killed\. The blog ran 99\.943 to 99\.945 % of the time\.$/,
    );
    expect(say([down(2 * HOUR, 30, 'crashed'), down(HOUR, 1.5, 'killed')])).toMatch(
      /altogether 30 to 31\.5 s; each of them ended without being asked to\. The last: 0 to 1\.5 s from .* The longest: 30 s from/,
    );
    expect(say([{ ...down(HOUR, 20, 'killed'), isWhole: false }])).toContain(': 18 s or more from');
    expect(say([down(2 * HOUR, 61, 'killed'), down(HOUR, 30, 'stopped')])).toContain(
      'altogether 89 to 91 s; 1 of',
    );
  });

  it('does not count a machine that was suspended as one that was not asked', () => {
    const said = say([down(2 * HOUR, 600, 'slept'), down(HOUR, 30, 'stopped')]);
    expect(said).toContain('; none of them ended without being asked to.');
  });

  it('never rounds up to a hundred per cent', () => {
    expect(say([down(HOUR, 0.1, 'crashed')])).toContain('The blog ran 99.999 % of the time.');
  });

  it('counts for the share of the time only what is within the range', () => {
    const sum = sumDowntimes(
      { rows: [down(25 * HOUR, 2 * 3600, 'killed')], sinceMillis: 0, precisionMillis: 2000 },
      range,
    );
    expect(sum.withinMillis).toBeCloseTo(HOUR, -1);
    expect(sum.upShare).toBeCloseTo(23 / 24, 5);
  });

  it('tells one that began before the range, or ended after it, with its true begin and length', () => {
    const before = down(24 * HOUR + 40 * SECOND, 53.9, 'killed');
    expect(say([before]).replaceAll(/[\d:]{8}/g, 'T')).toMatch(
      /^Down once in the last 24 hours: 51\.9 to 53\.9 s from [^(]*T \(began before this range\), killed\. The blog ran 99\.983 % of the time\.$/,
    );
    const past = chooseRange(
      { from: new Date(NOW - 3 * HOUR).toISOString(), to: new Date(NOW - HOUR).toISOString() },
      NOW,
    );
    const after = down(HOUR + 10 * SECOND, 30, 'killed');
    const sum = sumDowntimes({ rows: [after], sinceMillis: 0, precisionMillis: 2000 }, past);
    expect(sentenceText(downtimeSentence(sum, past, NOW))).toMatch(
      /: 28 to 30 s from [\d:]+ \(ended after this range\), killed\./,
    );
    expect([sum.totalMillis, sum.withinMillis]).toEqual([30 * SECOND, 10 * SECOND]);
  });
});
