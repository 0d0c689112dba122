import { expect, it } from '@jest/globals';
import { stallSummary } from '../../../../src/observatory/facts/stall-summary.ts';
import { STALLS } from '../../../fixtures/busy-blog.ts';
import { NOW } from '../../../fixtures/still-runtime.ts';

it('says of any number of stalls what one says of each place', () => {
  const facts = { watch: { is: 'watching' }, thresholdMillis: 250, heldSinceMillis: undefined } as const;
  const [stall] = STALLS;
  const rows = Array.from({ length: 500 }, (_, i) => ({
    ...stall!,
    atMillis: NOW - 60_000 * i,
    durationMillis: 300 + i,
  }));
  const summary = stallSummary({ ...facts, rows });
  expect(summary).toMatchObject({ ...facts, count: 500, longest: { millis: 799, stalls: 1 } });
  expect(summary.groups.map(({ count, worstMillis }) => [count, worstMillis])).toEqual([[500, 799]]);
  const one = JSON.stringify(stallSummary({ ...facts, rows: rows.slice(0, 1) }));
  expect(JSON.stringify(summary).length).toBeLessThan(one.length + 50);
  expect(stallSummary({ ...facts, rows: [] })).toEqual({
    ...facts,
    count: 0,
    groups: [],
    longest: undefined,
  });
});
