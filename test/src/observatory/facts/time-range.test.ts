import { describe, expect, it } from '@jest/globals';
import {
  asCounted,
  chooseRange,
  coverageNotes,
  elapsedSeconds,
  knownSince,
} from '../../../../src/observatory/facts/time-range.ts';
import { inZone } from '../../../../src/observatory/format/zone.ts';

const NOW = Date.UTC(2026, 10, 23, 14);
const HOUR = 3_600_000;

describe('knownSince', () => {
  const hour = chooseRange({ from: '-1h' }, NOW);

  it('leaves a range alone that is known from end to end, or not at all', () => {
    expect(knownSince(hour, NOW - 2 * HOUR)).toBe(hour);
    expect(knownSince(hour, NOW + 10)).toBe(hour);
  });

  it('asks from the first count on, and draws a little before it', () => {
    const { known, drawn, fromMillis } = knownSince(hour, NOW - 100_000);
    expect(known).toEqual({ fromMillis: NOW - 100_000, toMillis: NOW + 1 });
    expect(known.fromMillis - drawn.fromMillis).toBeCloseTo(2000, 0);
    expect(fromMillis).toBe(NOW - HOUR);
  });

  it('draws five seconds in the first one', () => {
    const { drawn } = knownSince(hour, NOW - 1000);
    expect(drawn).toEqual({ fromMillis: NOW + 1 - 5000, toMillis: NOW + 1 });
  });

  it('never draws more than requested', () => {
    const short = chooseRange({ from: '-3s' }, NOW);
    expect(knownSince(short, NOW - 1000).drawn.fromMillis).toBe(short.fromMillis);
  });
});

describe('asCounted', () => {
  const MINUTE = 60_000;
  const coverage = {
    fromMillis: NOW - 3 * HOUR,
    toMillis: NOW - 3 * HOUR + MINUTE,
    stepMillis: MINUTE,
    countedFromMillis: 0,
    missing: [],
    coarser: undefined,
  };

  it('is the buckets that hold it, in numbers, words and address alike', () => {
    const second = chooseRange({ from: '2026-11-23T11:00:20Z', to: '2026-11-23T11:00:21Z' }, NOW);
    const counted = asCounted(second, coverage, NOW);
    expect(counted).toMatchObject({ fromMillis: NOW - 3 * HOUR, toMillis: NOW - 3 * HOUR + MINUTE });
    expect(counted.words).toBe('between 11:00:00 and 11:01:00');
    expect(counted.query).toEqual({ from: '2026-11-23T11:00:00.000Z', to: '2026-11-23T11:01:00.000Z' });
    expect(elapsedSeconds(counted, NOW, 0)).toBe(60);
  });

  it('of a preset stays the preset, and ends now', () => {
    const day = chooseRange({ from: '-24h' }, NOW);
    const counted = asCounted(
      day,
      { ...coverage, fromMillis: day.fromMillis - 999, toMillis: NOW + MINUTE },
      NOW,
    );
    expect(counted).toMatchObject({
      words: 'in the last 24 hours',
      query: { from: '-24h' },
      toMillis: NOW + 1,
    });
    expect(counted.fromMillis).toBe(day.fromMillis - 999);
  });

  it('of a preset that is counted from much earlier says from when', () => {
    const day = chooseRange({ from: '-24h' }, NOW);
    const counted = asCounted(
      day,
      { ...coverage, fromMillis: day.fromMillis - HOUR / 2, toMillis: NOW + 1 },
      NOW,
    );
    expect(counted.words).toMatch(/^in the last 24 hours, counted from .*13:30:00$/);
    expect(elapsedSeconds(counted, NOW, 0)).toBe(24.5 * 3600);
  });

  it('of a preset mentions no time before the first count', () => {
    const day = chooseRange({ from: '-24h' }, NOW);
    const from = (countedFromMillis: number): string =>
      asCounted(
        day,
        { ...coverage, fromMillis: day.fromMillis - HOUR, toMillis: NOW + 1, countedFromMillis },
        NOW,
      ).words;
    expect(from(NOW - HOUR)).toBe('in the last 24 hours');
    expect(from(day.fromMillis - HOUR / 2)).toMatch(/^in the last 24 hours, counted from .*13:30:00$/);
  });

  it('says where numbers are lower bounds and why, and where they are coarser', () => {
    const missing = [
      { fromMillis: NOW - HOUR, toMillis: NOW - HOUR + 15_000, reason: 'killed' },
      { fromMillis: NOW - 3 * HOUR, toMillis: NOW - 2 * HOUR, reason: 'bound' },
    ] as const;
    const coarser = { beforeMillis: NOW - 30 * MINUTE, word: 'minute' };
    const range = asCounted(
      chooseRange({ from: '-3h' }, NOW),
      { ...coverage, fromMillis: NOW - 3 * HOUR, missing, coarser },
      NOW,
    );
    expect(range.words).toBe('in the last 3 hours, as far as is known');
    expect(coverageNotes(range, NOW).map(({ text, more }) => [text, more?.path])).toEqual([
      [
        'Lower bounds: counts between 13:00:00 and 13:00:15 may be missing, as a process ended before it saved them.',
        '/sampling',
      ],
      [
        'Lower bounds: counts between 11:00:00 and 12:00:00 are no longer held: they exceed the days of history or the limits of memory and file.',
        '/buffer',
      ],
      ['Before 13:30:00 counts are per minute: there was no room for finer ones.', '/buffer'],
    ]);
    expect(coverageNotes(chooseRange({}, NOW), NOW)).toEqual([]);
  });

  it('says it once for all processes that were killed', () => {
    const killed = (minutes: number) =>
      ({
        fromMillis: NOW - minutes * MINUTE,
        toMillis: NOW - minutes * MINUTE + 1000,
        reason: 'killed',
      }) as const;
    const notes = (count: number) =>
      coverageNotes(
        asCounted(
          chooseRange({ from: '-3h' }, NOW),
          {
            ...coverage,
            fromMillis: NOW - 3 * HOUR,
            missing: [50, 40, 30, 20, 10].slice(0, count).map(killed),
          },
          NOW,
        ),
        NOW,
      ).map(({ text }) => text);
    expect(notes(2)).toEqual([
      'Lower bounds: counts between 13:10:00 and 13:10:01 and between 13:20:00 and 13:20:01 may be missing, as a process ended before it saved them.',
    ]);
    expect(notes(5)).toHaveLength(1);
    expect(notes(5)[0]).toContain('between 13:30:00 and 13:30:01, and in 2 more intervals may be missing');
  });
});

describe('chooseRange', () => {
  it('is the last hour by default, unnamed in the address, now included', () => {
    expect(chooseRange({}, NOW)).toMatchObject({
      fromMillis: NOW - HOUR,
      toMillis: NOW + 1,
      query: {},
      moving: true,
      words: 'in the last hour',
    });
  });

  it.each([
    ['-5m', 300_000, 'in the last 5 minutes'],
    ['-24h', 24 * HOUR, 'in the last 24 hours'],
    ['-1d', 24 * HOUR, 'in the last 24 hours'],
    ['-90s', 90_000, 'in the last 90 seconds'],
    ['-7200s', 2 * HOUR, 'in the last 2 hours'],
    ['-120m', 2 * HOUR, 'in the last 2 hours'],
    ['-1m', 60_000, 'in the last minute'],
    ['-30d', 720 * HOUR, 'in the last 30 days'],
  ])('reads %s', (from, millis, words) => {
    const range = chooseRange({ from }, NOW);
    expect(range.toMillis - 1 - range.fromMillis).toBe(millis);
    expect(range.words).toBe(words);
    // What a link carries on means the same.
    expect(chooseRange(range.query, NOW).fromMillis).toBe(range.fromMillis);
  });

  it('reads two instants, which do not move', () => {
    const range = chooseRange({ from: '2026-11-23T10:00:00Z', to: '2026-11-23T11:00:00Z' }, NOW);
    expect(range).toMatchObject({
      fromMillis: NOW - 4 * HOUR,
      toMillis: NOW - 3 * HOUR,
      moving: false,
      problem: undefined,
    });
    expect(chooseRange(range.query, NOW + 5000)).toMatchObject({
      fromMillis: range.fromMillis,
      toMillis: range.toMillis,
    });
  });

  it('moves on from one instant', () =>
    expect(chooseRange({ from: String(NOW - HOUR) }, NOW)).toMatchObject({
      fromMillis: NOW - HOUR,
      moving: true,
    }));

  it.each(['Europe/Berlin', 'UTC'])('refuses what calendars do not have in %s', (zone) => {
    const asked = { from: '1000000000000', to: '9999999999999999' };
    const range = inZone(zone, () => chooseRange(asked, NOW));
    expect(range.problem).toContain('“9999999999999999” is not a time');
  });

  it.each(['yesterday', '-0h', '-1', '1h', '-9999999h', 'NaN', '2026-99-99', ' ', '-1h; drop table'])(
    'says that %p is no time and falls back to the last hour',
    (from) => {
      const range = chooseRange({ from, to: 'never' }, NOW);
      expect(range.fromMillis).toBe(NOW - HOUR);
      expect(range.problem).toContain('is not a time');
    },
  );

  it('says that a range ends before it begins', () => {
    expect(chooseRange({ from: '2026-11-23T11:00:00Z', to: '2026-11-23T10:00:00Z' }, NOW).problem).toContain(
      'ends before it begins',
    );
  });
});

describe('elapsedSeconds', () => {
  it('starts no earlier than the process and ends no later than now', () => {
    const range = { fromMillis: NOW - HOUR, toMillis: NOW + HOUR };
    expect(elapsedSeconds(range, NOW, NOW - 60_000)).toBe(60);
    expect(elapsedSeconds(range, NOW, 0)).toBe(3600);
    expect(elapsedSeconds(range, NOW, NOW)).toBe(1);
  });
});
