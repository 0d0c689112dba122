import type { HrTime, Span } from '@opentelemetry/api';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { plusNanos, spanTimeOf } from '../../../otel/instrumentation/context.ts';

const spanAt = (startTime: HrTime): Span => ({ startTime }) as unknown as Span;

describe('spanTimeOf', () => {
  it('places a moment on the time line of the request', () => {
    const facts = { span: spanAt([100, 999_999_000]), startNanos: 5_000 };
    expect(spanTimeOf(facts, 5_000, 9_000, 0)).toEqual([100, 999_999_000]);
    expect(spanTimeOf(facts, 7_500, 9_000, 0)).toEqual([101, 1_500]);
  });

  it('counts back from now outside of a request', () => {
    expect(spanTimeOf(undefined, 1_000, 3_000, 1_800_000_000_500)).toEqual([1_800_000_000, 499_998_000]);
    expect(spanTimeOf(undefined, 0, 1e9, 1_800_000_000_000)).toEqual([1_799_999_999, 0]);
  });

  it('of a child is never before its parent, nor does it end after it', () => {
    fc.assert(
      fc.property(fc.nat(1e9), fc.nat(1e9), fc.nat(1e9), (before, during, after) => {
        const start: HrTime = [1_800_000_000, 0];
        const facts = { span: spanAt(start), startNanos: 7 };
        const childStart = spanTimeOf(facts, 7 + before, 0, 0);
        const childEnd = plusNanos(childStart, during);
        const parentEnd = plusNanos(start, before + during + after);
        const nanos = ([seconds, rest]: HrTime): number => (seconds - start[0]) * 1e9 + rest;
        expect(nanos(childStart)).toBe(before);
        expect(nanos(childEnd)).toBeLessThanOrEqual(nanos(parentEnd));
        expect(childEnd[1]).toBeLessThan(1e9);
      }),
    );
  });
});
