import { describe, expect, it } from '@jest/globals';
import { createTraceState } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import type { KeepReason } from '../../../otel/query.ts';
import {
  decodeRandomness,
  encodeThreshold,
  thresholdOf,
} from '../../../otel/sampling/consistent-threshold.ts';
import type { StormFate } from '../../../otel/sampling/policies.ts';
import { weightOf } from '../../../otel/sampling/span-weight.ts';

const HIGH = 'f0000000000000';
const STORM = thresholdOf(1 / 16);

function weight(
  reason: KeepReason,
  own: number,
  state?: string,
  rv = HIGH,
  fate?: StormFate,
): string | undefined {
  const traceState = state === undefined ? undefined : createTraceState(state);
  const span = { spanContext: () => ({ traceState }) } as unknown as ReadableSpan;
  const threshold = weightOf(span, reason, thresholdOf(own), decodeRandomness(rv)!, fate);
  return threshold === undefined ? undefined : encodeThreshold(threshold);
}

describe('the weight of a span', () => {
  it.each<[string | undefined, Parameters<typeof weight>]>([
    ['8', ['probability', 0.5]],
    ['c', ['probability', 0.5, 'ot=th:c']],
    ['8', ['probability', 0.5, 'ot=th:4']],
    ['8', ['probability', 0.5, 'ot=th:nonsense']],
    ['0', ['error', 0.5]],
    ['0', ['slow', 0.5, 'ot=th:c']],
    ['0', ['late', 0.5]],
    [undefined, ['ancestor', 0.5, 'ot=th:c']],
    ['f', ['error', 0.5, undefined, HIGH, STORM]],
    ['f', ['late', 0.5, undefined, HIGH, STORM]],
    [undefined, ['error', 0.5, undefined, HIGH, 'example']],
    ['8', ['probability', 0.5, undefined, HIGH, 'cut']],
  ])('is th:%s of %j', (th, given) => {
    expect(weight(...given)).toBe(th);
  });

  it('is unknown where upstream claims a threshold that the randomness does not pass', () => {
    expect(weight('probability', 0.5, 'ot=th:c', '9fffffffffffff')).toBeUndefined();
    expect(weight('probability', 0.5, 'ot=th:c', 'c0000000000000')).toBe('c');
  });
});
