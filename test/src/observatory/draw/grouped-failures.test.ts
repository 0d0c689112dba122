import { describe, expect, it } from '@jest/globals';
import type { OperationFilter } from '../../../../otel/query.ts';
import { failuresIn, prepareFailures } from '../../../../src/observatory/draw/grouped-failures.ts';
import { MeasuredBlog } from '../../../fixtures/measured-blog.ts';
import { HOUR_MILLIS, NOW } from '../../../fixtures/still-runtime.ts';

describe('failuresIn', () => {
  const range = { fromMillis: NOW - HOUR_MILLIS, toMillis: NOW };
  const asked = { series: undefined, limit: 5000 };
  /** Of each hour of two, so many requests failed. */
  const LEDGER = [30, 12];
  const { telemetry } = new MeasuredBlog({
    happened: LEDGER.flatMap((count, hoursAgo) =>
      Array.from({ length: count }, (_, index) => ({
        startMillis: NOW - (hoursAgo + 1) * HOUR_MILLIS + 60_000 + index * 1000,
        spans: [{ name: 'GET /guestbook', type: 'http' as const, at: 0, millis: 3, error: 'no signature' }],
      })),
    ),
  });
  const counting = () => {
    const filters: OperationFilter[] = [];
    const failures: typeof telemetry.failures = (filter = {}) => {
      filters.push(filter);
      return telemetry.failures(filter);
    };
    return { filters, failures };
  };

  it('reads one list in each step of a page, and none again when it is drawn', () => {
    const { filters, failures } = counting();
    const steps = prepareFailures({ failures }, range, asked);
    const read: number[] = [];
    do read.push(filters.length);
    while (steps.next().done !== true);
    expect(read).toEqual([0, 1, 2, 2]);
    const found = failuresIn({ failures }, range, asked);
    expect(filters).toHaveLength(2);
    expect(found).toMatchObject({ total: LEDGER[0], groups: [{ count: LEDGER[0] }] });
    expect(found).toEqual(failuresIn({ failures }, { ...range }, asked));
    expect(filters).toHaveLength(4);
  });

  it('reads anew what is asked differently, or was not prepared', () => {
    const { filters, failures } = counting();
    for (const _ of prepareFailures({ failures }, range, asked));
    expect(failuresIn({ failures }, range, { ...asked, limit: 5 }).rows).toHaveLength(5);
    expect(filters.map(({ limit }) => limit)).toEqual([5000, 5000, 5, 5]);
  });
});
