import { describe, expect, it } from '@jest/globals';
import { parse } from 'smol-toml';
import { sourceTime } from '../../../../src/posts/import/source-time.ts';

describe('sourceTime', () => {
  it.each([
    ['2024-03-05', '2024-03-05T00:00:00.000Z'],
    ['2024/3/5', '2024-03-05T00:00:00.000Z'],
    ['2024-03-05T07:05:09.25Z', '2024-03-05T07:05:09.250Z'],
    ['2024-03-05 07:05 +02', '2024-03-05T05:05:00.000Z'],
    ['2024-03-05 07:05:00 +0200', '2024-03-05T05:05:00.000Z'],
    ['2024-03-05T07:05:00-05:30', '2024-03-05T12:35:00.000Z'],
    ['2024-03-05 7:05 pm', '2024-03-05T19:05:00.000Z'],
    ['March 5, 2024', '2024-03-05T00:00:00.000Z'],
    ['5 Mar 2024 07:05', '2024-03-05T07:05:00.000Z'],
    ['Tue, 05 Mar 2024 07:05:09 GMT', '2024-03-05T07:05:09.000Z'],
    ['Tue, 05 Mar 2024 07:05:09 +0100', '2024-03-05T06:05:09.000Z'],
  ])('reads %s', (text, iso) => {
    expect(new Date(sourceTime(text, 'UTC')!).toISOString()).toBe(iso);
  });

  it.each([
    ['a day', '2024-03-05', '2024-03-05T08:00:00.000Z'],
    ['a day in summer', '2024-06-05', '2024-06-05T07:00:00.000Z'],
    ['a day of TOML', parse('a = 2024-03-05')['a'], '2024-03-05T08:00:00.000Z'],
    ['a time', '2024-03-05 07:05', '2024-03-05T07:05:00.000Z'],
    ['a time of TOML', parse('a = 2024-03-05T07:05:00')['a'], '2024-03-05T07:05:00.000Z'],
    ['a time with its zone', '2024-03-05 07:05 +02', '2024-03-05T05:05:00.000Z'],
  ])('reads %s in Los Angeles', (_name, value, iso) => {
    expect(new Date(sourceTime(value, 'America/Los_Angeles')!).toISOString()).toBe(iso);
  });

  it.each([
    ['a time', '2024-03-05 07:05', '2024-03-05T12:05:00.000Z'],
    ['a time of TOML', parse('a = 2024-03-05T07:05:00')['a'], '2024-03-05T12:05:00.000Z'],
    ['a day', '2024-03-05', '2024-03-05T05:00:00.000Z'],
    ['a time with its zone', '2024-03-05 07:05 +02', '2024-03-05T05:05:00.000Z'],
  ])('reads %s in the zone of the settings, where they are to apply', (_name, value, iso) => {
    const millis = sourceTime(value, 'America/New_York', 'America/New_York');
    expect(new Date(millis!).toISOString()).toBe(iso);
  });

  it.each([
    '2024-03-05 and more',
    '2024-03-05 07:05 +02:00 sharp',
    '2024-02-30',
    '2024-13-01',
    '2024-03-05 25:00',
    '2024-03-05 07:05 +99',
    '2024-03-05 07:05 CET',
    'Marching 5, 2024',
    'next week',
    '20240305',
    '',
    `2024-03-05${' '.repeat(5000)}x`,
    42,
    null,
  ])('does not guess at %s', (value) => {
    expect(sourceTime(value, 'UTC')).toBeUndefined();
  });
});
