import { describe, expect, it } from '@jest/globals';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { RedAggregator } from '../../../otel/aggregate/red-aggregator.ts';
import { Guard } from '../../../otel/base/guard.ts';
import { PrometheusPage } from '../../../otel/export/prometheus-page.ts';
import { TelemetryMetrics } from '../../../otel/export/telemetry-metrics.ts';
import { RuntimeSampler } from '../../../otel/instrumentation/runtime.ts';
import { requestLabels } from '../../../otel/spans/metric-labels.ts';

const clock = { now: () => 1_700_000_000_500, monotonicNanos: () => 0 };

function pageOf(durations: readonly number[], runtime?: RuntimeSampler) {
  const rates = { http: 1, database: 1, render: 1, other: 1 };
  const aggregates = new RedAggregator({ clock, rates: () => rates });
  for (const seconds of durations)
    aggregates.record({
      type: 'http',
      series: 'GET /:slug',
      labels: requestLabels('GET', 'http'),
      statusCode: 200,
      endMillis: clock.now(),
      durationNanos: seconds * 1e9,
      failed: false,
      clientError: false,
      aborted: false,
    });
  const guard = new Guard();
  const producer = new TelemetryMetrics({ clock, aggregates, ...(runtime && { runtime }) });
  const page = new PrometheusPage(producer, guard);
  const provider = new MeterProvider({ readers: [page] });
  return { page, guard, meter: provider.getMeter('test') };
}

const typeOf = (text: string, name: string): string | undefined =>
  new RegExp(`^# TYPE ${name} (\\w+)$`, 'm').exec(text)?.[1];

describe('the page of metrics for Prometheus', () => {
  it('exposes each kind with its true type', async () => {
    const runtime = new RuntimeSampler({ intervalSeconds: 0 });
    const { page, meter } = pageOf([0.003], runtime);
    meter.createCounter('orders', { unit: '{order}' }).add(3, { kind: 'a "b"\n' });
    meter.createUpDownCounter('queue').add(-2);
    meter.createGauge('temperature', { unit: 'By' }).record(7);
    meter.createObservableGauge('seen').addCallback((result) => result.observe(5));
    meter.createHistogram('size').record(3);
    const text = await page.text();
    expect({
      orders: typeOf(text, 'orders_total'),
      queue: typeOf(text, 'queue'),
      temperature: typeOf(text, 'temperature_bytes'),
      seen: typeOf(text, 'seen'),
      size: typeOf(text, 'size'),
      requests: typeOf(text, 'http_server_request_duration_seconds'),
      utilization: typeOf(text, 'nodejs_eventloop_utilization_ratio'),
      cpu: typeOf(text, 'process_cpu_time_seconds_total'),
      memory: typeOf(text, 'process_memory_usage_bytes'),
    }).toEqual({
      orders: 'counter',
      queue: 'gauge',
      temperature: 'gauge',
      seen: 'gauge',
      size: 'histogram',
      requests: 'histogram',
      utilization: 'gauge',
      cpu: 'counter',
      memory: 'gauge',
    });
    expect(text).toContain('orders_total{kind="a \\"b\\"\\n"} 3\n');
    expect(text).toContain('\nqueue -2\n');
  });

  it('has cumulative buckets per series, with its exact count and sum', async () => {
    const durations = Array.from({ length: 500 }, (_, i) => 0.0007 * 1.02 ** i);
    const { page, guard } = pageOf(durations);
    const text = await page.text();
    const labels =
      'http_request_method="GET",http_route="/:slug",url_scheme="http",http_response_status_code="200"';
    const buckets = [...text.matchAll(/_bucket\{(.*),le="([^"]+)"\} (\d+)$/gm)];
    expect(new Set(buckets.map(([, each]) => each))).toEqual(new Set([labels]));
    const counts = buckets.map(([, , , count]) => Number(count));
    expect(counts).toEqual(counts.toSorted((a, b) => a - b));
    expect(counts.at(-1)).toBe(500);
    for (const [, , edge, count] of buckets.slice(0, -1)) {
      const below = (factor: number): number =>
        durations.filter((seconds) => seconds <= Number(edge) * factor).length;
      expect(Number(count)).toBeGreaterThanOrEqual(below(0.95));
      expect(Number(count)).toBeLessThanOrEqual(below(1.05));
    }
    expect(text).toContain(`http_server_request_duration_seconds_count{${labels}} 500\n`);
    const sum = Number(/_sum\{[^}]*\} (\S+)$/m.exec(text)?.[1]);
    expect(sum).toBeCloseTo(
      durations.reduce((all, each) => all + each, 0),
      3,
    );
    expect(guard.faults()).toEqual([]);
  });

  it('leaves out what cannot be collected, and counts a fault', async () => {
    const { page, guard, meter } = pageOf([0.1]);
    meter.createObservableGauge('broken').addCallback(() => {
      throw new Error('no value');
    });
    expect(await page.text()).toContain('http_server_request_duration_seconds_count');
    expect(guard.faults()).toMatchObject([{ place: 'metrics page', count: 1 }]);
  });
});
