import { describe, expect, it, jest } from '@jest/globals';
import { disabledTelemetry } from '../../../otel/start/disabled-telemetry.ts';
import { START_MILLIS, traceIdOf } from '../store/kept-span-fixture.ts';
import { fakeClock, fakeRuntime, SAMPLE } from '../store/store-fixture.ts';

const SETTINGS = [
  { name: 'METRICS_ENABLED', value: 'false', source: 'environment', meaning: 'on or off' },
] as const;
const RANGE = { fromMillis: START_MILLIS, toMillis: START_MILLIS + 1000 };

describe('disabledTelemetry', () => {
  const telemetry = disabledTelemetry(SETTINGS, fakeRuntime, { clock: fakeClock() });

  it('reports that it is off', () => {
    expect(telemetry.enabled).toBe(false);
    expect(telemetry.sampling()).toMatchObject({ enabled: false, rates: { http: 0, other: 0 } });
    expect(telemetry.settings()).toBe(SETTINGS);
  });

  it('counts, keeps and exports nothing', () => {
    expect(telemetry.operations()).toMatchObject({
      http: { count: 0, kept: 0 },
      database: { count: 0 },
      render: { count: 0 },
    });
    expect(telemetry.timeline('http', RANGE)).toEqual([]);
    expect(telemetry.heatMap('http', RANGE)).toEqual({ bandEdgesMillis: [], columns: [] });
    expect(telemetry.series('http')).toEqual([]);
    expect(telemetry.traces()).toEqual({ rows: [], total: 0, ahead: 0 });
    expect(telemetry.trace(traceIdOf(1))).toEqual({ traceId: traceIdOf(1), reason: 'unknown' });
    expect([
      ...telemetry.slow().rows,
      ...telemetry.failures().rows,
      ...telemetry.business(),
      ...telemetry.faults(),
    ]).toEqual([]);
    expect(telemetry.buffer()).toMatchObject({ traces: 0, bytes: 0, oldestMillis: undefined });
    expect(telemetry.spans()).toMatchObject({ started: 0, live: 0 });
    expect(telemetry.export()).toEqual([]);
    expect(telemetry.ownCost()).toMatchObject({ cpuShare: 0, bytesHeld: 0 });
    expect(telemetry.markers(RANGE)).toEqual([]);
    expect(telemetry.pin(traceIdOf(1), true)).toBe(false);
  });

  it('still reports time and process', () => {
    expect(telemetry.now()).toBe(START_MILLIS);
    expect(telemetry.process()).toMatchObject({ pid: process.pid, current: SAMPLE, highWaterRssBytes: 400 });
    expect(telemetry.runtime(RANGE)).toEqual([]);
  });

  it('shows the configured limits, by default the default ones', () => {
    const set = { ...SETTINGS[0], name: 'METRICS_LIMIT_FAILED', value: '7%' };
    expect(disabledTelemetry([...SETTINGS, set], fakeRuntime).limits()).toEqual({
      ...telemetry.limits(),
      failedShare: 0.07,
    });
  });

  it('shows the configured thresholds', () => {
    const thresholdsSeconds = { http: 1, database: 2, render: 0.25 };
    expect(
      disabledTelemetry(SETTINGS, fakeRuntime, { thresholdsSeconds }).sampling().thresholdsSeconds,
    ).toEqual(thresholdsSeconds);
  });

  it('never calls a listener and starts no timer', () => {
    jest.useFakeTimers();
    const listener = jest.fn();
    const leave = telemetry.onChange(listener);
    jest.advanceTimersByTime(60_000);
    expect(listener).not.toHaveBeenCalled();
    expect(jest.getTimerCount()).toBe(0);
    expect(leave()).toBeUndefined();
    jest.useRealTimers();
  });

  it('can be read as JSON', () => {
    const facts = {
      operations: telemetry.operations(),
      process: telemetry.process(),
      buffer: telemetry.buffer(),
    };
    expect(JSON.parse(JSON.stringify(facts))).toMatchObject({
      operations: { http: { count: 0 } },
      process: { pid: process.pid },
    });
  });
});
