import { describe, expect, it } from '@jest/globals';
import { parseByteRange, rangeIsCurrent } from '../../../src/http/byte-range.ts';

describe('parseByteRange of 100 bytes', () => {
  it.each([
    ['bytes=0-9', { start: 0, end: 9 }],
    ['bytes=90-', { start: 90, end: 99 }],
    ['bytes=90-500', { start: 90, end: 99 }],
    ['bytes=-10', { start: 90, end: 99 }],
    ['bytes=-500', { start: 0, end: 99 }],
    ['BYTES=5-5', { start: 5, end: 5 }],
    ['bytes=100-', 'unsatisfiable'],
    ['bytes=-0', 'unsatisfiable'],
    ['bytes=9-0', 'whole'],
    ['bytes=0-1,5-6', 'whole'],
    ['bytes=-', 'whole'],
    ['bytes=a-b', 'whole'],
    ['items=0-1', 'whole'],
    ['bytes=99999999999999999999-', 'whole'],
  ])('%s', (header, expected) => {
    expect(parseByteRange(header, 100)).toEqual(expected);
  });

  it('has no range of an empty body', () => {
    expect(parseByteRange('bytes=0-', 0)).toBe('unsatisfiable');
    expect(parseByteRange('bytes=-5', 0)).toBe('unsatisfiable');
  });
});

describe('rangeIsCurrent', () => {
  const date = 'Fri, 20 Mar 2026 12:00:00 GMT';
  it.each([
    ['', true],
    ['"a"', true],
    ['"b"', false],
    ['W/"a"', false],
    [date, true],
    ['Fri, 20 Mar 2026 12:00:01 GMT', false],
  ])('If-Range: %s', (header, expected) => {
    expect(rangeIsCurrent(header, '"a"', date)).toBe(expected);
  });
});
