import { describe, expect, it } from '@jest/globals';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { RedAggregator } from '../../../otel/aggregate/red-aggregator.ts';
import { Guard } from '../../../otel/base/guard.ts';
import { PrometheusPage } from '../../../otel/export/prometheus-page.ts';
import { TelemetryMetrics } from '../../../otel/export/telemetry-metrics.ts';
import { RuntimeSampler } from '../../../otel/instrumentation/runtime.ts';
import { requestLabels } from '../../../otel/spans/metric-labels.ts';
import { bucketsOf, readOpenMetrics } from '../../fixtures/open-metrics.ts';

const OPEN_METRICS = 'application/openmetrics-text';
/** What Prometheus 2.42 and 3.5 send. */
const PROMETHEUS_2 =
  'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1';
const PROMETHEUS_3 =
  'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2';

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
  return { page, guard, provider, meter: provider.getMeter('test') };
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
    const { text } = await page.read();
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
    const { text } = await page.read();
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
    expect(await page.read()).toMatchObject({
      status: 200,
      text: expect.stringContaining('http_server_request_duration_seconds_count'),
    });
    expect(guard.faults()).toMatchObject([{ place: 'metrics page', count: 1 }]);
  });

  it.each([undefined, OPEN_METRICS])(
    'is a 500 with the reason if nothing can be collected, and counts a fault, Accept: %s',
    async (accept) => {
      const guard = new Guard();
      const broken = {
        collect: () => Promise.reject(new Error('the history file http://a:b@c is closed')),
      };
      const page = new PrometheusPage(broken, guard);
      const provider = new MeterProvider({ readers: [page] });
      expect(await page.read(accept)).toEqual({
        status: 500,
        contentType: 'text/plain; charset=utf-8',
        text: 'The metrics could not be collected: the history file http://c is closed\n',
      });
      expect(guard.faults()).toMatchObject([{ place: 'metrics page', count: 1 }]);
      await provider.shutdown();
    },
  );

  it('is a 500 after the shutdown', async () => {
    const { page, provider } = pageOf([0.1]);
    await provider.shutdown();
    expect((await page.read()).status).toBe(500);
  });
});

describe('the format of the page', () => {
  it.each([
    [undefined, 'text/plain'],
    ['*/*', 'text/plain'],
    ['text/html,application/xhtml+xml,*/*;q=0.8', 'text/plain'],
    ['text/plain;version=0.0.4', 'text/plain'],
    [`${OPEN_METRICS};q=0.1, text/plain`, 'text/plain'],
    [`${OPEN_METRICS};q=0`, 'text/plain'],
    [`${OPEN_METRICS};q=x`, 'text/plain'],
    [`${OPEN_METRICS};version=2.0.0`, 'text/plain'],
    [`${OPEN_METRICS}; version=0.0.1`, 'text/plain'],
    [PROMETHEUS_2, OPEN_METRICS],
    [PROMETHEUS_3, OPEN_METRICS],
    [OPEN_METRICS, OPEN_METRICS],
    [`text/plain;q=0.5, APPLICATION/OpenMetrics-Text ; Version=1.0.0`, OPEN_METRICS],
  ])('for Accept %s is %s', async (accept, type) => {
    const { contentType, text } = await pageOf([0.1]).page.read(accept);
    expect(contentType.split(';')[0]).toBe(type);
    expect(text.endsWith('\n# EOF\n')).toBe(type === OPEN_METRICS);
    expect(text.includes('_created')).toBe(type === OPEN_METRICS);
  });

  it('is OpenMetrics by its grammar, with hostile names, labels and units', async () => {
    const { page, guard, meter } = pageOf([0.00001, 0.003, 20], new RuntimeSampler({ intervalSeconds: 0 }));
    meter.createCounter('requests.total', { unit: 's' }).add(2);
    meter
      .createCounter('lost', { description: 'a "quoted"\nhelp \\ text' })
      .add(1, { le: 'x', __name__: 'y' });
    meter
      .createHistogram('odd-name/of.size', { unit: 'By' })
      .record(3, { le: '5', 'a.b': 1, 'a-b': 2, '9': true });
    meter.createUpDownCounter('level').add(-2, { '\ud800': 'broken \ud800', long: 'x'.repeat(5000) });
    meter.createGauge('nothing').record(NaN);
    const { text } = await page.read(OPEN_METRICS);
    const families = readOpenMetrics(text);
    expect(families.get('requests_seconds')).toMatchObject({ type: 'counter', unit: 'seconds' });
    expect(families.get('lost')!.samples[0]).toEqual({
      name: 'lost_total',
      labels: { exported_le: 'x', _name_: 'y' },
      value: 1,
    });
    const [size] = bucketsOf(families.get('odd_name_of_size_bytes')!).keys();
    expect(JSON.parse(size!)).toEqual({ exported_le: '5', a_b: '1;2', _9: 'true' });
    expect(families.get('level')!.samples[0]!.labels['long']).toHaveLength(1024);
    expect(families.get('nothing')!.samples[0]!.value).toBeNaN();
    expect(families.get('target')!.type).toBe('info');
    expect(guard.faults()).toEqual([]);
  });

  it('writes a bound in one way in both formats, at every time and in every process', async () => {
    const boundsOf = async (durations: readonly number[], accept?: string): Promise<readonly string[]> => {
      const { text } = await pageOf(durations).page.read(accept);
      return [...text.matchAll(/^http_server_request_duration_seconds_bucket.*le="([^"]+)"/gm)].map(
        ([, bound]) => bound!,
      );
    };
    const bounds = await boundsOf([0.1]);
    expect(bounds).toContain('1.0');
    expect(await boundsOf([0.0001, 5, 100], OPEN_METRICS)).toEqual(bounds);
    expect(await boundsOf([3600])).toEqual(bounds);
  });

  it('says since when each counter counts', async () => {
    const { page } = pageOf([0.1], new RuntimeSampler({ intervalSeconds: 0 }));
    const families = readOpenMetrics((await page.read(OPEN_METRICS)).text);
    const created = (name: string): readonly number[] =>
      families
        .get(name)!
        .samples.filter((sample) => sample.name === `${name}_created`)
        .map(({ value }) => value);
    expect(created('http_server_request_duration_seconds')).toEqual([clock.now() / 1000]);
    const [processStart] = created('process_cpu_time_seconds');
    expect(processStart).toBeCloseTo(Date.now() / 1000 - process.uptime(), 0);
  });

  it('keeps one metric of a name and one point of a series, and reports the others', async () => {
    const { page, guard, provider } = pageOf([]);
    provider.getMeter('one').createCounter('same').add(1);
    provider.getMeter('two').createCounter('same').add(2);
    provider.getMeter('three').createGauge('same').record(3);
    const families = readOpenMetrics((await page.read(OPEN_METRICS)).text);
    expect(families.get('same')!.samples.filter(({ name }) => name === 'same_total')).toEqual([
      { name: 'same_total', labels: {}, value: 1 },
    ]);
    expect(guard.faults()).toMatchObject([{ place: 'metrics page', count: 2 }]);
  });
});
