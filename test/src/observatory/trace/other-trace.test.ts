import { describe, expect, it } from '@jest/globals';
import type { TelemetryQuery, TraceFilter, TraceSummary } from '../../../../otel/query.ts';
import { activeTelemetry } from '../../../../otel/telemetry.ts';
import { otherTrace } from '../../../../src/observatory/trace/compared-traces.ts';

const KIND = { type: 'http', series: 'GET /quote' } as const;

/** Of a held trace, as a list has it. */
function row(index: number, durationMillis: number, errorCount = 0): TraceSummary {
  const traceId = index.toString(16).padStart(32, '0');
  return {
    ...KIND,
    traceId,
    name: KIND.series,
    startMillis: 0,
    durationMillis,
    spanCount: 1,
    errorCount,
    outcome: undefined,
    keepReason: 'probability',
    bytes: 1,
    pinned: false,
  };
}

/** The newest first, as the query answers: at most so many, of at most that duration. */
function holding(rows: readonly TraceSummary[]): Pick<TelemetryQuery, 'traces' | 'series'> {
  const empty = activeTelemetry().query.traces({ limit: 1 });
  return {
    series: () => [],
    traces: ({ limit = 100, maxMillis = Infinity, sort }: TraceFilter = {}) => {
      const found = rows.filter(({ durationMillis }) => durationMillis <= maxMillis);
      const sorted =
        sort === 'slowest' ? found.toSorted((a, b) => b.durationMillis - a.durationMillis) : found;
      return { ...empty, rows: sorted.slice(0, limit) };
    },
  };
}

describe('the trace beside another one', () => {
  // A deployment made the newest 500 slow; one of the fast ones before it failed at once.
  const slow = Array.from({ length: 500 }, (_, i) => row(i, 100 + i));
  const fast = Array.from({ length: 2000 }, (_, i) => row(1000 + i, 2 + ((i * 7919) % 2000) / 1000));
  const telemetry = holding([...slow, row(900, 0.1, 1), ...fast]);

  it('is the fastest of all that are held, not of the newest', () => {
    const found = otherTrace(telemetry, row(3, 103), 'fastest');
    expect(fast.find(({ traceId }) => traceId === found)?.durationMillis).toBe(2);
  });

  it('is the slowest of all, and another one', () => {
    expect(otherTrace(telemetry, row(499, 599), 'slowest')).toBe(row(498, 0).traceId);
    expect(otherTrace(holding([row(1, 5)]), row(1, 5), 'fastest')).toBeUndefined();
  });
});
