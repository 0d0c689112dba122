import { describe, expect, it } from '@jest/globals';
import type { BusinessMetric } from '../../../otel/query.ts';
import { prometheusText } from '../../../src/observatory/prometheus-text.ts';
import { FakeTelemetry } from './fake-telemetry.ts';

const SAMPLE =
  /^[a-zA-Z_:][a-zA-Z0-9_:]*(?:\{(?:[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\["\\n])*",?)*\})? -?(?:\d[\d.e+-]*|NaN)$/;

class HostileTelemetry extends FakeTelemetry {
  override business(): readonly BusinessMetric[] {
    return [{ name: 'glasshouse.odd-name', attributes: { 'a.b': 'quote " back \\ line\nend' }, value: 3 }];
  }
}

describe('prometheusText', () => {
  it('is made of families: a help, a type and samples, no name twice', () => {
    const lines = prometheusText(new FakeTelemetry()).trimEnd().split('\n');
    const types = lines.filter((line) => line.startsWith('# TYPE '));
    expect(new Set(types).size).toBe(types.length);
    expect(types.length).toBeGreaterThan(8);
    for (const line of lines) if (!line.startsWith('#')) expect(line).toMatch(SAMPLE);
    expect(new Set(lines).size).toBe(lines.length);
  });

  it('gives durations in seconds, with method and route apart', () => {
    const telemetry = new FakeTelemetry();
    const route = telemetry.series('http').find(({ name }) => name.startsWith('GET /'))!;
    const labels = `http_request_method="GET",http_route="${route.name.slice(4)}"`;
    const text = prometheusText(telemetry);
    expect(text).toContain(`http_server_request_duration_seconds_count{${labels}} ${route.count}\n`);
    expect(text).toContain(
      `http_server_request_duration_seconds{${labels},quantile="0.99"} ${route.durationMillis.p99 / 1000}\n`,
    );
  });

  it('escapes what labels may not hold', () => {
    expect(prometheusText(new HostileTelemetry())).toContain(
      'glasshouse_odd_name_total{a_b="quote \\" back \\\\ line\\nend"} 3\n',
    );
  });

  it('is short and sound without any data', () => {
    const text = prometheusText(new FakeTelemetry({ empty: true }));
    expect(text).toContain('# TYPE process_resident_memory_bytes gauge');
    expect(text).not.toContain('undefined');
  });
});
