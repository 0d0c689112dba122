import { describe, expect, it } from '@jest/globals';
import { fc } from '../../fixtures/properties.ts';
import type { Operation } from '../../../otel/spans/operation.ts';
import { mergePacked, packed } from '../../../otel/aggregate/packed-bucket.ts';
import { RedBucket } from '../../../otel/aggregate/red-bucket.ts';

const AT = Date.UTC(2026, 2, 14, 12);

function request(statusCode: number, part: Partial<Operation> = {}): Operation {
  const facts = { type: 'http', series: 'GET /', endMillis: AT, durationNanos: 5e6 } as const;
  return { ...facts, failed: false, clientError: false, aborted: false, statusCode, ...part };
}

function bucketOf(operations: readonly Operation[]): RedBucket {
  const bucket = new RedBucket();
  for (const operation of operations) bucket.record(operation);
  return bucket;
}

describe('responses by status', () => {
  it('are exact, ordinary and unsent ones included', () => {
    const bucket = bucketOf([200, 404, 0, 200, 304, 404, 405, 404].map((status) => request(status)));
    expect(bucket.statuses.of(bucket.count)).toEqual([
      { status: 200, count: 2 },
      { status: 304, count: 1 },
      { status: 404, count: 3 },
      { status: 405, count: 1 },
      { status: 'none', count: 1 },
    ]);
  });

  it('are distinct up to 32, and counted together beyond', () => {
    const bucket = bucketOf(Array.from({ length: 100 }, (_, i) => request(400 + i)));
    const rows = bucket.statuses.of(bucket.count);
    expect(rows).toHaveLength(33);
    expect(rows.at(-1)).toEqual({ status: 'other', count: 68 });
  });

  it('are the same split, merged, packed and read back, as are waits and slow responses', () => {
    const operation = fc
      .record({
        status: fc.constantFrom(0, 200, 206, 304, 400, 404, 500),
        wait: fc.constantFrom(0, 3e6),
        slow: fc.boolean(),
      })
      .map(({ status, wait, slow }) =>
        request(status, { durationNanos: 2e9, waitNanos: wait, answerNanos: slow ? 1e9 : 1e6 }),
      );
    fc.assert(
      fc.property(fc.array(fc.array(operation, { maxLength: 20 }), { maxLength: 5 }), (parts) => {
        const target = new RedBucket();
        for (const part of parts) {
          const body = packed(bucketOf(part));
          mergePacked(target, body, 0, body.length);
        }
        const ledger = parts.flat();
        const asked = (of: (one: Operation) => boolean): number => ledger.filter(of).length;
        expect(target.count).toBe(ledger.length);
        expect(target.slow).toBe(asked(({ answerNanos }) => answerNanos === 1e9));
        expect(target.waited).toBe(asked(({ waitNanos }) => waitNanos === 3e6));
        expect(target.waitMicros).toBe(3000 * target.waited);
        for (const { status, count } of target.statuses.of(target.count))
          expect(count).toBe(asked(({ statusCode }) => statusCode === (status === 'none' ? 0 : status)));
      }),
    );
  });

  it('count by what was sent, while each request has one result', () => {
    const theirs = { clientError: true };
    const bucket = bucketOf([
      request(404, theirs),
      request(404, { ...theirs, aborted: true }),
      request(404, { ...theirs, aborted: true, failed: true }),
      request(200),
    ]);
    const { count, errors, aborted, clientErrors } = bucket;
    expect({ count, errors, aborted, clientErrors }).toEqual({
      count: 4,
      errors: 1,
      aborted: 1,
      clientErrors: 1,
    });
    expect(bucket.statuses.of(count)).toEqual([
      { status: 200, count: 1 },
      { status: 404, count: 3 },
    ]);
  });

  it('exist for requests only, and a statement is slow by its duration', () => {
    const bucket = bucketOf([request(404, { type: 'database', durationNanos: 1e9 })]);
    expect(bucket.slow).toBe(1);
    expect(bucket.statuses.flat()).toEqual([]);
  });
});
