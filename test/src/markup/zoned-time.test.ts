import { describe, expect, it } from '@jest/globals';
import { fc } from '../../fixtures/properties.ts';
import { fromLocalInput, offsetAt, toLocalInput } from '../../../src/markup/zoned-time.ts';

describe('fromLocalInput', () => {
  it.each([
    ['2026-03-14T12:00', 'UTC', Date.UTC(2026, 2, 14, 12)],
    ['2026-03-14T12:00:30', 'UTC', Date.UTC(2026, 2, 14, 12, 0, 30)],
    ['2026-07-01T12:00', 'Europe/Berlin', Date.UTC(2026, 6, 1, 10)],
    ['2026-01-01T00:00', 'Pacific/Kiritimati', Date.UTC(2025, 11, 31, 10)],
    ['2026-01-01T12:00', 'Asia/Kathmandu', Date.UTC(2026, 0, 1, 6, 15)],
    // Clocks go from 02:00 to 03:00: half past two does not exist.
    ['2026-03-29T02:30', 'Europe/Berlin', Date.UTC(2026, 2, 29, 1, 30)],
    // Half past two comes twice.
    ['2026-10-25T02:30', 'Europe/Berlin', Date.UTC(2026, 9, 25, 0, 30)],
  ])('reads %s in %s', (text, zone, expected) => {
    expect(fromLocalInput(text, zone)).toBe(expected);
  });

  it.each([
    '',
    'soon',
    '2026-02-30T12:00',
    '2026-13-01T00:00',
    '2026-01-01',
    '2026-01-01T24:00',
    '0026-01-01T00:00',
  ])('does not read %j', (text) => {
    expect(fromLocalInput(text, 'UTC')).toBeUndefined();
  });

  it('reads what toLocalInput wrote, to the minute, except in an hour that comes twice', () => {
    const zones = fc.constantFrom(
      'UTC',
      'Europe/Berlin',
      'America/St_Johns',
      'Australia/Lord_Howe',
      'Africa/Casablanca',
    );
    const minutes = fc.integer({ min: Date.UTC(1975, 0) / 60_000, max: Date.UTC(2040, 0) / 60_000 });
    fc.assert(
      fc.property(minutes, zones, (minute, zone) => {
        const millis = minute * 60_000;
        const local = toLocalInput(millis, zone);
        const read = fromLocalInput(local, zone)!;
        expect(toLocalInput(read, zone)).toBe(local);
        expect(millis - read).toBeGreaterThanOrEqual(0);
        expect(millis - read).toBeLessThanOrEqual(3_600_000);
      }),
      { numRuns: 200 },
    );
  });
});

describe('offsetAt', () => {
  // Newfoundland changed its clocks a minute after midnight.
  it('is that of each moment, whatever was asked before', () => {
    const change = Date.UTC(2009, 10, 1, 2, 31);
    const hours = [change, change - 1].map((millis) => offsetAt(millis, 'America/St_Johns') / 3_600_000);
    expect(hours).toEqual([-3.5, -2.5]);
  });
});
