import { describe, expect, it } from '@jest/globals';
import { maskedNumbers } from '../../../../otel/kit.ts';
import { failureState } from '../../../../src/observatory/facts/failure-state.ts';

const HOUR = 3_600_000;
const NOW = 100 * HOUR;

describe('failureState', () => {
  it.each([
    [[], undefined],
    [[NOW - HOUR], 'new'],
    [[NOW - 23 * HOUR, NOW - HOUR], 'new'],
    [[NOW - 30 * HOUR, NOW - 10 * HOUR, NOW - HOUR], undefined],
    [[NOW - 60 * HOUR, NOW - HOUR, NOW - 2 * HOUR], 'came back'],
    [[NOW - 90 * HOUR, NOW - 60 * HOUR, NOW - 40 * HOUR], undefined],
    [[NOW - 25 * HOUR], undefined],
  ] as const)('of %j is %s', (times, state) => {
    expect(failureState(times, NOW)).toBe(state);
  });
});

describe('maskedNumbers', () => {
  it.each([
    ['post 17 of 203 took 1.5 s', 'post # of # took # s'],
    ['no user 0f8fad5b-d9cb-469f-a165-70867728950e', 'no user #'],
    ['at 0x7ffdeadbeef in deadbeef01', 'at # in #'],
    ['feedback and facade stay', 'feedback and facade stay'],
    ["reading 'signature'", "reading 'signature'"],
  ])('%s', (message, masked) => {
    expect(maskedNumbers(message)).toBe(masked);
  });
});
