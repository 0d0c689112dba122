import { describe, expect, it } from '@jest/globals';
import {
  binarySize,
  countText,
  duration,
  columnUnit,
  durationCell,
  inUnit,
  measured,
  rate,
  share,
  size,
  text,
  threeDigits,
} from '../../../src/markup/quantity.ts';

const plain = (value: { value: string; unit: string }): string => text(value).replaceAll('\u00a0', ' ');

describe('quantities', () => {
  it.each([
    [0, '0'],
    [0.1124, '0.112'],
    [0.02, '0.02'],
    [3.8, '3.8'],
    [3.8449, '3.84'],
    [61.27, '61.3'],
    [961.4, '961'],
    [1040, '1,040'],
    [1_234_567, '1,234,567'],
    [1e-9, '0'],
    [NaN, '–'],
    [Infinity, '–'],
  ])('%p has three significant digits: %p', (value, expected) => expect(threeDigits(value)).toBe(expected));

  it.each([
    [0, '0 ms'],
    [0.000_000_4, '0.4 ns'],
    [0.000_52, '520 ns'],
    [0.000_999_7, '1 µs'],
    [0.006_44, '6.44 µs'],
    [0.112, '112 µs'],
    [0.999_6, '1 ms'],
    [500, '500 ms'],
    [961, '961 ms'],
    [999.7, '1 s'],
    [1040, '1.04 s'],
    [150_000, '2.5 min'],
    [10_800_000, '3 h'],
    [-1, '–'],
  ])('%p ms reads %p', (millis, expected) => expect(plain(duration(millis))).toBe(expected));

  it.each([
    [0, '0 ms'],
    [0.006_44, '6.44 µs'],
    [0.9, '900 µs'],
    [0.9999, '1.00 ms'],
    [9.996, '10.0 ms'],
    [35, '35.0 ms'],
    [1613.7, '1.61 s'],
    [Infinity, '–'],
  ])('%p ms, measured, reads %p', (millis, expected) => expect(plain(measured(millis))).toBe(expected));

  it('marks units of a second and more in a column', () => {
    expect(durationCell(1613).text).toBe('1.61<span class="unit long">\u00a0s</span>');
    expect(durationCell(16.13).text).toBe('16.1<span class="unit">\u00a0ms</span>');
  });

  it.each([
    [0, '0 bytes'],
    [999, '999 bytes'],
    [18_204, '18.2 kB'],
    [999_600, '1 MB'],
    [1024 ** 2, '1.05 MB'],
    [5e15, '5,000 TB'],
    [NaN, '–'],
  ])('%p bytes read %p', (bytes, expected) => expect(plain(size(bytes))).toBe(expected));

  it.each([
    [100, '100 bytes'],
    [65_536, '64 KiB'],
    [16_777_216, '16 MiB'],
    [1_500_000, '1.43 MiB'],
    [2 ** 33, '8 GiB'],
  ])('%p bytes of a bound read %p', (bytes, expected) => expect(plain(binarySize(bytes))).toBe(expected));

  it.each([
    [0, '0 %'],
    [0.0001, '< 0.1 %'],
    [0.744, '74 %'],
    [0.992, '99.2 %'],
    [0.99999, '> 99.9 %'],
    [1, '100 %'],
    [0.016, '1.6 %'],
    [NaN, '–'],
  ])('a share of %p reads %p', (part, expected) => expect(plain(share(part))).toBe(expected));

  it('picks a unit of time in which a small rate is visible', () => {
    expect([rate(32_410, 3600), rate(36, 3600), rate(1, 3600), rate(0, 3600), rate(5, 0)].map(plain)).toEqual(
      ['9 /s', '0.6 /min', '1 /h', '0 /s', '0 /s'],
    );
  });

  it('separates thousands', () => expect(countText(32_410)).toBe('32,410'));
});

describe('a column of durations', () => {
  it.each([
    [0.4, [0.4, 0.02], ['400', '20.0'], 'µs'],
    [2580, [2580, 35, 0.05], ['2,580', '35.0', '0.0500'], 'ms'],
    [150_000, [150_000, 250], ['150', '0.250'], 's'],
    [0, [0, NaN], ['0', '–'], 'µs'],
  ])('with %d ms at most has one unit', (longest, millis, shown, word) => {
    const unit = columnUnit(longest);
    expect(unit.unit).toBe(word);
    expect(millis.map((each) => inUnit(each, unit))).toEqual(shown);
  });
});
