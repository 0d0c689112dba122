import { describe, expect, it } from '@jest/globals';
import { systemClock } from '../../../otel/base/clock.ts';

describe('the system clock', () => {
  it('counts whole nanoseconds, so that an interval is the same in every unit and back', () => {
    for (let reading = 0; reading < 1_000; reading++) {
      const nanos = systemClock.monotonicNanos();
      expect(Number.isSafeInteger(nanos)).toBe(true);
      expect(Math.round((nanos / 1e9) * 1e9)).toBe(nanos);
    }
  });
});
