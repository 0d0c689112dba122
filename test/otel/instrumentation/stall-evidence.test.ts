import { expect, it } from '@jest/globals';
import { holderOf, type LongOperation } from '../../../otel/instrumentation/stall-evidence.ts';
import { seen } from './seen-requests.ts';

const STALL = { startMillis: 1000, endMillis: 2000, startNanos: 1e9, endNanos: 2e9 };
const request = seen({ from: 900 });
const { traceId } = request.request.span.spanContext();
const long = (type: 'database' | 'render', startMillis: number, endMillis: number): LongOperation => ({
  type,
  series: 'SELECT 1',
  name: 'SELECT 1',
  caller: undefined,
  traceId,
  spanId: 'b'.repeat(16),
  startMillis,
  endMillis,
});
const coveredBy = (...operations: readonly LongOperation[]): unknown => {
  const holder = holderOf(STALL, { span: request.request.span }, operations, [request]);
  return [holder?.type, holder?.coveredShare];
};

it('what held the loop says how much of the stall its span covers, without a sample, too', () => {
  expect(coveredBy(long('database', 1200, 1900))).toEqual(['database', 0.7]);
  expect(coveredBy(long('database', 900, 2100))).toEqual(['database', 1]);
  // A request does not run all of its time.
  expect(coveredBy(long('database', 1200, 1300))).toEqual(['http', 0]);
  expect(holderOf(STALL, undefined, [long('render', 1000, 1800)], [request])).toMatchObject({
    type: 'render',
    coveredShare: 0.8,
  });
});
