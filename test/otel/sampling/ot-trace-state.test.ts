import { describe, expect, it } from '@jest/globals';
import { createTraceState } from '@opentelemetry/api';
import { KEEP_ALL, thresholdOf } from '../../../otel/sampling/consistent-threshold.ts';
import { randomnessOf, readOtTraceState, withThreshold } from '../../../otel/sampling/ot-trace-state.ts';

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';
const write = (state: string | undefined, probability: number | undefined): string | undefined =>
  withThreshold(
    state === undefined ? undefined : createTraceState(state),
    probability === undefined ? undefined : thresholdOf(probability),
  )?.serialize();

describe('randomnessOf', () => {
  it('prefers a well-formed rv to the trace id', () => {
    const fromId = randomnessOf(TRACE_ID, undefined);
    expect(randomnessOf(TRACE_ID, createTraceState('ot=rv:00000000000001'))).toEqual({ high: 0, low: 1 });
    for (const malformed of ['ot=rv:1', 'ot=rv:GGGGGGGGGGGGGG', 'ot=', 'vendor=rv:00000000000001']) {
      expect(randomnessOf(TRACE_ID, createTraceState(malformed))).toEqual(fromId);
    }
  });
});

describe('withThreshold', () => {
  it.each([
    [undefined, 0.25, 'ot=th:c'],
    ['vendor=1', 1, 'ot=th:0,vendor=1'],
    ['ot=rv:0123456789abcd;th:8;x:y,vendor=1', 0.25, 'ot=th:c;rv:0123456789abcd;x:y,vendor=1'],
    ['ot=th:8,vendor=1', undefined, 'vendor=1'],
    ['ot=th:8;rv:0123456789abcd', undefined, 'ot=rv:0123456789abcd'],
    ['vendor=1', undefined, 'vendor=1'],
    [undefined, undefined, undefined],
    ['ot=th:8', 0, ''],
  ])('of %j at probability %d is %j', (state, probability, expected) => {
    expect(write(state, probability)).toBe(expected);
  });

  it('leaves th out if it would exceed 256 characters', () => {
    const members = `rv:0123456789abcd;${'k'.repeat(1)}:${'v'.repeat(230)}`;
    const written = write(`ot=${members}`, 0.1)!;
    expect(written).toBe(`ot=${members}`);
    expect(write('ot=rv:0123456789abcd', 0.1)).toBe('ot=th:e6666666666666;rv:0123456789abcd');
  });

  it('does not change the given state', () => {
    const state = createTraceState('ot=th:8');
    withThreshold(state, KEEP_ALL);
    expect(state.serialize()).toBe('ot=th:8');
    expect(readOtTraceState(state).threshold).toEqual(thresholdOf(0.5));
  });
});
