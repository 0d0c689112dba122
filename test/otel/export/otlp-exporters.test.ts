import { describe, expect, it } from '@jest/globals';
import type { ExportResult } from '@opentelemetry/core';
import { emptyResource } from '@opentelemetry/resources';
import { readTelemetryConfig } from '../../../otel/config.ts';
import { OtlpMetricExporter, OtlpSpanExporter } from '../../../otel/export/otlp-exporters.ts';
import { makeTrace } from './made-spans.ts';
import { httpReceiver, socketReceiver } from './receivers.ts';

function targetsOf(url: string, env: Record<string, string> = {}) {
  const { traceExport, metricExport } = readTelemetryConfig({
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: url, ...env },
  });
  if (traceExport === undefined || metricExport === undefined) throw new Error('no endpoint');
  return { traceExport, metricExport };
}

const noMetrics = { resource: emptyResource(), scopeMetrics: [] };
const exported = (exporter: OtlpMetricExporter) =>
  new Promise<ExportResult>((resolve) => exporter.export(noMetrics, resolve));

describe('OtlpMetricExporter', () => {
  it('refuses a second export beside one under way, and cuts that off in time', async () => {
    await using receiver = await socketReceiver();
    const exporter = new OtlpMetricExporter(targetsOf(receiver.url).metricExport, 100);
    const first = exported(exporter);
    expect((await exported(exporter)).error?.message).toBe('the export before has not ended');
    expect((await first).error).toBeDefined();
    await exporter.shutdown();
  });

  it('goes on after a failure, compresses when asked, and ends with its shutdown', async () => {
    await using receiver = await httpReceiver((response, count) => {
      response.writeHead(count === 1 ? 400 : 200).end();
    });
    const { metricExport } = targetsOf(receiver.url, { OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip' });
    const exporter = new OtlpMetricExporter(metricExport, 1000);
    expect((await exported(exporter)).error).toMatchObject({ code: 400 });
    expect((await exported(exporter)).error).toBeUndefined();
    expect(receiver.headers.map((headers) => headers['content-encoding'])).toEqual(['gzip', 'gzip']);
    await exporter.shutdown();
    expect((await exported(exporter)).error).toBeDefined();
    expect(receiver.bodies).toHaveLength(2);
  });
});

describe('OtlpSpanExporter', () => {
  it('fails an export, naming the file, when a certificate cannot be read', async () => {
    const { traceExport } = targetsOf('https://127.0.0.1:1', {
      OTEL_EXPORTER_OTLP_CERTIFICATE: 'no-such-file.pem',
    });
    const exporter = new OtlpSpanExporter(traceExport, 1000);
    const result = await new Promise<ExportResult>((resolve) => exporter.export(makeTrace(1), resolve));
    expect(result.error?.message).toContain('no-such-file.pem');
    await exporter.shutdown();
  });

  it('cuts off what is under way when it shuts down', async () => {
    await using receiver = await socketReceiver();
    const exporter = new OtlpSpanExporter(targetsOf(receiver.url).traceExport, 10_000);
    const result = new Promise<ExportResult>((resolve) => exporter.export(makeTrace(1), resolve));
    await receiver.connected();
    await exporter.shutdown();
    expect((await result).error?.message).toBe('the exporter is shut down');
  });
});
