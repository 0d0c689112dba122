import { describe, expect, it, jest } from '@jest/globals';
import { repeatedOnRoutes } from '../../../../src/observatory/facts/repeated-on-routes.ts';
import { searchTrace } from '../fake/traces.ts';
import { FAKE_NOW, FakeTelemetry, SEARCH_TRACE } from '../fake-telemetry.ts';

const HOUR = { fromMillis: FAKE_NOW - 3_600_000, toMillis: FAKE_NOW + 1 };

function busy(count: number): FakeTelemetry {
  const id = (index: number): string => index.toString(16).padStart(32, '0');
  return new FakeTelemetry({
    traces: Array.from({ length: count }, (_, index) => searchTrace(id(index + 1), FAKE_NOW - index)),
  });
}

describe('repeatedOnRoutes', () => {
  it('names the route, the worst example and how many traces show it', () => {
    const { rows, looked, total } = repeatedOnRoutes(new FakeTelemetry(), HOUR);
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({
      route: 'GET /search',
      series: 'SELECT tags',
      count: 24,
      traces: 5,
      traceId: SEARCH_TRACE,
    });
    expect(looked).toBe(total);
  });

  it('looks into the newest 1,000, and says of how many', () => {
    const telemetry = busy(1200);
    expect(repeatedOnRoutes(telemetry, HOUR, Infinity)).toMatchObject({ looked: 1000, total: 1200 });
  });

  it('reads so many spans a question, remembers them, and goes on with the next', () => {
    const telemetry = busy(20);
    const reading = jest.spyOn(telemetry, 'trace');
    const spans = telemetry.traces({ range: HOUR }).rows[0]!.spanCount;
    const looked = Array.from({ length: 4 }, () => repeatedOnRoutes(telemetry, HOUR, spans * 8).looked);
    expect(looked).toEqual([8, 16, 20, 20]);
    expect(reading).toHaveBeenCalledTimes(20);
    expect(repeatedOnRoutes(telemetry, HOUR).rows[0]).toMatchObject({ traces: 20 });
  });
});
