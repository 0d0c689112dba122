import { describe, expect, it } from '@jest/globals';
import type { ExportResult } from '@opentelemetry/core';
import { emptyResource } from '@opentelemetry/resources';
import { readTelemetryConfig } from '../../../otel/config.ts';
import {
  OtlpLogExporter,
  OtlpMetricExporter,
  OtlpSpanExporter,
} from '../../../otel/export/otlp-exporters.ts';
import { makeTrace } from './made-spans.ts';
import { httpReceiver, socketReceiver } from './receivers.ts';

function targetsOf(url: string, env: Record<string, string> = {}) {
  const { traceExport, metricExport, logExport } = readTelemetryConfig({
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: url, ...env },
  });
  if (traceExport === undefined || metricExport === undefined || logExport === undefined)
    throw new Error('no endpoint');
  return { traceExport, metricExport, logExport };
}

const noMetrics = { resource: emptyResource(), scopeMetrics: [] };
const exported = (exporter: OtlpMetricExporter) =>
  new Promise<ExportResult>((resolve) => exporter.export(noMetrics, resolve));

async function metricsOnce(url: string): Promise<ExportResult> {
  const exporter = new OtlpMetricExporter(targetsOf(url).metricExport, 1000);
  const result = await exported(exporter);
  await exporter.shutdown();
  return result;
}

async function logsOnce(url: string): Promise<ExportResult> {
  const exporter = new OtlpLogExporter(targetsOf(url).logExport, 1000);
  const result = await new Promise<ExportResult>((resolve) => exporter.export([], resolve));
  await exporter.shutdown();
  return result;
}

describe('OtlpMetricExporter', () => {
  it('rejects a second export while one is in progress, and aborts that in time', async () => {
    await using receiver = await socketReceiver();
    const exporter = new OtlpMetricExporter(targetsOf(receiver.url).metricExport, 100);
    const first = exported(exporter);
    expect((await exported(exporter)).error?.message).toBe('metrics: the previous export has not ended');
    expect((await first).error).toBeDefined();
    await exporter.shutdown();
  });

  it('continues after a failure, compresses if configured, and ends with its shutdown', async () => {
    await using receiver = await httpReceiver((response, count) => {
      response.writeHead(count === 1 ? 400 : 200).end();
    });
    const { metricExport } = targetsOf(receiver.url, { OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip' });
    const exporter = new OtlpMetricExporter(metricExport, 1000);
    expect((await exported(exporter)).error?.message).toBe('metrics: HTTP 400 Bad Request');
    expect((await exported(exporter)).error).toBeUndefined();
    expect(receiver.headers.map((headers) => headers['content-encoding'])).toEqual(['gzip', 'gzip']);
    await exporter.shutdown();
    expect((await exported(exporter)).error).toBeDefined();
    expect(receiver.bodies).toHaveLength(2);
  });
});

describe.each([
  ['metrics', metricsOnce],
  ['logs', logsOnce],
])('a receiver without %s, as Jaeger is,', (signal, exportOnce) => {
  it('is reported as such, with the setting to export spans only', async () => {
    await using receiver = await httpReceiver((response) => response.writeHead(404).end());
    const { error } = await exportOnce(receiver.url);
    expect(error?.message).toBe(
      `${signal}: HTTP 404 Not Found; the receiver accepts no ${signal}: to export spans only, set OTEL_EXPORTER_OTLP_TRACES_ENDPOINT instead of OTEL_EXPORTER_OTLP_ENDPOINT`,
    );
    expect(error?.cause).toMatchObject({ code: 404 });
  });
});

describe.each([
  ['metrics', metricsOnce, 'data points'],
  ['logs', logsOnce, 'log records'],
])('%s that a receiver', (signal, exportOnce, items) => {
  it('rejects have failed, with its message', async () => {
    await using receiver = await httpReceiver((response) =>
      response.end(Uint8Array.of(0x0a, 8, 0x08, 3, 0x12, 4, ...new TextEncoder().encode('full'))),
    );
    const { error } = await exportOnce(receiver.url);
    expect(error?.message).toBe(`${signal}: the receiver rejected 3 ${items}: full`);
  });

  it('does not understand, because it is not one, have failed too', async () => {
    await using receiver = await httpReceiver((response) => response.end('<html>Sign in</html>'));
    expect((await exportOnce(receiver.url)).error?.message).toContain('not an OTLP receiver');
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

  it('aborts the export in progress when it shuts down', async () => {
    await using receiver = await socketReceiver();
    const exporter = new OtlpSpanExporter(targetsOf(receiver.url).traceExport, 10_000);
    const result = new Promise<ExportResult>((resolve) => exporter.export(makeTrace(1), resolve));
    await receiver.connected();
    await exporter.shutdown();
    expect((await result).error?.message).toBe('the exporter is shut down');
  });
});
