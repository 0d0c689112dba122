import { describe, expect, it } from '@jest/globals';
import { emptyResource } from '@opentelemetry/resources';
import { MeterProvider, type MetricProducer } from '@opentelemetry/sdk-metrics';
import { Guard } from '../../../otel/base/guard.ts';
import { readTelemetryConfig } from '../../../otel/config.ts';
import { createMetricPipelines } from '../../../otel/export/create-exports.ts';
import { MetricDataBuilder } from '../../../otel/export/metric-data.ts';
import { afterTests } from '../../fixtures/after-tests.ts';
import { decodeMetricNames } from './decode-otlp.ts';
import { NO_STORAGE } from './made-pipelines.ts';
import { httpReceiver } from './receivers.ts';

/** Its collections fail with `fault` while there is one. */
class ChangingProducer implements MetricProducer {
  fault: Error | undefined;

  async collect() {
    if (this.fault !== undefined) throw this.fault;
    const builder = new MetricDataBuilder([0, 0], [1, 0]);
    builder.counter('counted', '1', '', [{ value: 3 }]);
    const scopeMetrics = [{ scope: { name: 'test' }, metrics: builder.metrics }];
    return { resourceMetrics: { resource: emptyResource(), scopeMetrics }, errors: [] };
  }
}

async function exported() {
  const receiver = await httpReceiver();
  const lines: string[] = [];
  const guard = new Guard();
  const producer = new ChangingProducer();
  const config = readTelemetryConfig({
    env: {
      OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: `${receiver.url}/v1/metrics`,
      OTEL_METRIC_EXPORT_INTERVAL: '3600000',
    },
  });
  const around = { storage: NO_STORAGE, log: (line: string) => lines.push(line) };
  const { pipelines, readers } = createMetricPipelines(config, around, producer, guard);
  const provider = new MeterProvider({ readers: [...readers] });
  afterTests(async () => {
    await provider.shutdown();
    await receiver[Symbol.asyncDispose]();
  });
  return { receiver, lines, guard, producer, provider, facts: () => pipelines[0]!.facts() };
}

describe('a collection of metrics for a receiver', () => {
  it('that fails is a fault, is said, and is the last error until the next one arrives', async () => {
    const { receiver, lines, guard, producer, provider, facts } = await exported();
    producer.fault = new Error('no value');
    await provider.forceFlush();
    await provider.forceFlush();
    const message = 'the metrics could not be collected: no value';
    expect(receiver.bodies).toEqual([]);
    expect(guard.faults()).toMatchObject([{ place: 'metric export', count: 2, lastMessage: 'no value' }]);
    expect(facts()).toMatchObject({ accepted: 0, sent: 0, lastError: { message } });
    expect(facts().failingSinceMillis).toBeDefined();
    expect(lines).toEqual([`export of metrics to ${receiver.url}/v1/metrics fails: ${message}`]);

    producer.fault = undefined;
    await provider.forceFlush();
    expect(facts()).toMatchObject({ accepted: 1, sent: 1, failingSinceMillis: undefined });
    expect(receiver.bodies.flatMap(({ body }) => decodeMetricNames(body))).toEqual(['counted']);
    expect(lines.at(-1)).toMatch(/works again: 0 data points wait, 0 were lost$/);
  });

  it('lacks only the instrument whose callback fails, and counts a fault', async () => {
    const { receiver, guard, provider, facts } = await exported();
    provider
      .getMeter('test')
      .createObservableGauge('broken')
      .addCallback(() => {
        throw new Error('no gauge');
      });
    await provider.forceFlush();
    expect(receiver.bodies.flatMap(({ body }) => decodeMetricNames(body))).toEqual(['counted']);
    expect(facts()).toMatchObject({ sent: 1, lastError: undefined });
    expect(guard.faults()).toMatchObject([{ place: 'metric export', count: 1, lastMessage: 'no gauge' }]);
  });
});
