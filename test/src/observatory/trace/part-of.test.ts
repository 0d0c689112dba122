import { describe, expect, it } from '@jest/globals';
import { partOf } from '../../../../src/observatory/trace/part-of.ts';

describe('partOf', () => {
  it.each([
    [5, 10, 0.5],
    [17.2999, 17.3, 1],
    [9.99, 10, 0.999],
    [12, 10, 1],
    [0, 10, 0],
    [0, 0, 1],
  ])('%d ms of %d ms is %d', (millis, whole, part) => expect(partOf(millis, whole)).toBe(part));
});
