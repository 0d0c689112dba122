import { describe, expect, it } from '@jest/globals';
import { localInput } from '../../../../src/observatory/draw/page-frame.ts';
import { timeTicks } from '../../../../src/observatory/charts/scales.ts';
import { chooseRange } from '../../../../src/observatory/facts/time-range.ts';
import { momentText, tickText } from '../../../../src/observatory/format/moment.ts';
import { inZone, zoneText } from '../../../../src/observatory/format/zone.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const BERLIN = 'Europe/Berlin';
/** Midnight in Berlin before clocks go from 03:00 back to 02:00. */
const LONG_DAY = Date.UTC(2026, 9, 24, 22);
/** And before they go from 02:00 to 03:00. */
const SHORT_DAY = Date.UTC(2026, 2, 28, 23);
const labels = (fromMillis: number, toMillis: number, most: number): readonly string[] =>
  timeTicks(fromMillis, toMillis, most).map((tick) => tickText(tick, toMillis - fromMillis));

describe('times in a zone', () => {
  it.each([
    [BERLIN, Date.UTC(2026, 0, 1), 'Europe/Berlin, UTC+1'],
    [BERLIN, Date.UTC(2026, 6, 1), 'Europe/Berlin, UTC+2'],
    ['America/St_Johns', Date.UTC(2026, 0, 1), 'America/St_Johns, UTC−3:30'],
    ['Asia/Kathmandu', Date.UTC(2026, 0, 1), 'Asia/Kathmandu, UTC+5:45'],
    ['Europe/London', Date.UTC(2026, 0, 1), 'Europe/London, UTC'],
    ['UTC', 0, 'UTC'],
  ])('are named: %s', (zone, at, words) => {
    expect(inZone(zone, () => zoneText(at))).toBe(words);
  });

  it('have the day of that zone, too', () => {
    const now = Date.UTC(2026, 10, 30, 23, 30);
    const before = now - HOUR;
    expect(momentText(before, now)).toBe('22:30:00');
    expect(inZone(BERLIN, () => momentText(before, now))).toBe('30 Nov 23:30:00');
    expect(inZone(BERLIN, () => momentText(now, now, true))).toBe('00:30:00.000');
  });

  it('say which of two equal hours it was, and stay in order', () => {
    const now = LONG_DAY + 20 * HOUR;
    const hours = [1, 2, 3, 4].map((hour) => LONG_DAY + hour * HOUR);
    expect(inZone(BERLIN, () => hours.map((at) => momentText(at, now)))).toEqual([
      '01:00:00',
      '02:00:00 UTC+2',
      '02:00:00 UTC+1',
      '03:00:00',
    ]);
  });

  it('are no longer used after an error', () => {
    expect(() =>
      inZone(BERLIN, () => {
        throw new Error('drawing failed');
      }),
    ).toThrow('drawing failed');
    expect(zoneText(0)).toBe('UTC');
  });
});

describe('ticks of a time axis', () => {
  it('stand at each hour of a day of 25 hours, at the repeated one twice', () => {
    const hours = inZone(BERLIN, () => labels(LONG_DAY, LONG_DAY + 25 * HOUR, 25));
    expect(hours).toHaveLength(26);
    expect(hours.slice(0, 5)).toEqual(['00:00', '01:00', '02:00', '02:00', '03:00']);
    expect(hours.slice(-2)).toEqual(['23:00', '00:00']);
  });

  it('leave out the hour that a day of 23 hours skips', () => {
    const hours = inZone(BERLIN, () => labels(SHORT_DAY, SHORT_DAY + 23 * HOUR, 25));
    expect(hours).toHaveLength(24);
    expect(hours.slice(0, 4)).toEqual(['00:00', '01:00', '03:00', '04:00']);
  });

  it('stand at midnights on both sides of a change', () => {
    const ticks = inZone(BERLIN, () => timeTicks(LONG_DAY - 2 * DAY, LONG_DAY + 3 * DAY, 5));
    expect(ticks).toEqual([
      LONG_DAY - 2 * DAY,
      LONG_DAY - DAY,
      LONG_DAY,
      LONG_DAY + 25 * HOUR,
      LONG_DAY + 49 * HOUR,
    ]);
  });

  it('fill a range within the repeated hour, in order and in it', () => {
    const [from, to] = [LONG_DAY + 2.5 * HOUR, LONG_DAY + 3.2 * HOUR];
    const ticks = inZone(BERLIN, () => timeTicks(from, to, 8));
    expect(ticks.length).toBeGreaterThan(5);
    expect(ticks).toEqual(ticks.toSorted((a, b) => a - b));
    const steps = ticks.slice(1).map((tick, index) => tick - ticks[index]!);
    expect(new Set(steps).size).toBe(1);
    expect(ticks[0]! - from).toBeLessThan(steps[0]!);
    expect(to - ticks.at(-1)!).toBeLessThan(steps[0]!);
  });
});

describe('a range in the address', () => {
  it('is read in the shown zone if it names none, and written with one', () => {
    const now = Date.UTC(2026, 6, 2);
    const range = inZone(BERLIN, () =>
      chooseRange({ from: '2026-07-01T12:00', to: '2026-07-01 13:00:30' }, now),
    );
    expect(range.query).toEqual({ from: '2026-07-01T10:00:00.000Z', to: '2026-07-01T11:00:30.000Z' });
    expect(range.words).toBe('between 1 Jul 12:00:00 and 1 Jul 13:00:30');
    const utc = inZone(BERLIN, () =>
      chooseRange({ from: '2026-07-01T12:00Z', to: '2026-07-01T15:00+02:00' }, now),
    );
    expect(utc.query).toEqual({ from: '2026-07-01T12:00:00.000Z', to: '2026-07-01T13:00:00.000Z' });
    const day = inZone(BERLIN, () => chooseRange({ from: '2026-07-01' }, now));
    expect(day.query).toEqual({ from: '2026-06-30T22:00:00.000Z' });
  });

  it('comes back from its form', () => {
    const now = Date.UTC(2026, 6, 2);
    inZone(BERLIN, () => {
      const { query } = chooseRange({ from: localInput(now - HOUR), to: localInput(now) }, now);
      expect(query).toEqual({
        from: new Date(now - HOUR).toISOString(),
        to: new Date(now).toISOString(),
      });
    });
  });
});
