import { describe, expect, it } from '@jest/globals';
import { memoryBar, memoryParts } from '../../../../src/observatory/draw/memory-parts.ts';
import { RUNTIME_SAMPLE } from '../../../fixtures/still-runtime.ts';

const MB = 2 ** 20;

describe('memoryParts', () => {
  it('make up the resident size', () => {
    const sample = {
      ...RUNTIME_SAMPLE,
      rssBytes: 400 * MB,
      heapTotalBytes: 190 * MB,
      heapUsedBytes: 90 * MB,
      externalBytes: 30 * MB,
    };
    expect(memoryParts(sample).map(({ bytes }) => bytes / MB)).toEqual([90, 100, 30, 180]);
  });

  it('are never negative, whatever is swapped out', () => {
    const sample = {
      ...RUNTIME_SAMPLE,
      rssBytes: 50 * MB,
      heapTotalBytes: 40 * MB,
      heapUsedBytes: 60 * MB,
      externalBytes: 30 * MB,
    };
    expect(memoryParts(sample).map(({ bytes }) => bytes / MB)).toEqual([60, 0, 30, 0]);
    expect(memoryBar(sample).text).not.toMatch(/width="-|NaN/);
  });

  it('are drawn for a process that knows none', () => {
    const nothing = { ...RUNTIME_SAMPLE, rssBytes: 0, heapTotalBytes: 0, heapUsedBytes: 0, externalBytes: 0 };
    expect(memoryBar(nothing).text).not.toMatch(/NaN|Infinity/);
  });
});
