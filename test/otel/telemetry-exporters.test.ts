import { describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { otlpLines, otlpMetrics, otlpSpans } from '../fixtures/otlp-lines.ts';
import { decodeHistograms } from './export/decode-otlp.ts';
import { httpReceiver } from './export/receivers.ts';
import { type ProgramReport, reportOf, runProgram } from './run-program.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';

const keptOf = ({ spans }: ProgramReport): number =>
  Object.values(spans.kept).reduce((sum, count) => sum + count, 0);

describe('OTEL_*_EXPORTER in a real start', () => {
  it('none exports nothing although an endpoint is set', async () => {
    await using receiver = await httpReceiver();
    const report = await reportOf({
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_TRACES_EXPORTER: 'none',
      OTEL_METRICS_EXPORTER: 'none',
      OTEL_LOGS_EXPORTER: 'none',
    });
    expect(report.exports).toEqual([]);
    expect(receiver.bodies).toEqual([]);
  });

  it('console prints spans and metrics', async () => {
    const { stdout, code } = await runProgram({
      OTEL_TRACES_EXPORTER: 'console',
      OTEL_METRICS_EXPORTER: 'console',
    });
    expect(code).toBe(0);
    expect(stdout).toContain("'http.request.method': 'GET'");
    expect(stdout).toContain("name: 'program.starts'");
  });

  it('otlp/stdout prints OTLP JSON lines with every kept span', async () => {
    const { stdout } = await runProgram({ OTEL_TRACES_EXPORTER: 'otlp/stdout' });
    const report = otlpLines(stdout).find((line) => 'afterShutdown' in line) as ProgramReport | undefined;
    expect(report).toBeDefined();
    expect(otlpSpans(otlpLines(stdout)).length).toBe(keptOf(report!));
  });

  it('a folder gets one file per signal', async () => {
    const folder = temporaryFolder();
    const report = await reportOf({ METRICS_OTLP_FOLDER: folder });
    expect(readdirSync(folder).toSorted()).toEqual(['metrics.jsonl', 'traces.jsonl']);
    const read = (name: string) => otlpLines(readFileSync(join(folder, name), 'utf8'));
    expect(otlpSpans(read('traces.jsonl')).length).toBe(keptOf(report));
    expect(otlpMetrics(read('metrics.jsonl')).map(({ name }) => name)).toContain(
      'http.server.request.duration',
    );
    expect(report.exports).toMatchObject([
      { signal: 'traces', endpoint: 'file', failed: 0 },
      { signal: 'metrics', endpoint: 'file', failed: 0 },
      { signal: 'logs', endpoint: 'file', failed: 0 },
    ]);
  });

  // Only requests have an instrumentation of their own in each mode.
  it.each([
    ['http', 'own', { http: 0 }],
    ['http', 'stock', { http: 0 }],
    ['better-sqlite3', 'own', { database: 0 }],
  ])(
    'OTEL_NODE_DISABLED_INSTRUMENTATIONS=%s counts nothing of it, METRICS_SPANS=%s',
    async (name, spans, counts) => {
      const report = await reportOf({ METRICS_SPANS: spans, OTEL_NODE_DISABLED_INSTRUMENTATIONS: name });
      expect(report.counts).toMatchObject(counts);
      const others = Object.values(report.counts).reduce((sum, count) => sum + count, 0);
      expect(others).toBeGreaterThan(0);
    },
  );

  it('logs one line per name without effect', async () => {
    const { stderr } = await runProgram({
      OTEL_TRACES_SAMPLER: 'always_off',
      OTEL_CONFIG_FILE: 'otel.yaml',
      OTEL_METRICS_EXPORTER: 'prometheus',
    });
    const lines = stderr.split('\n').filter((line) => line.includes('OTEL_'));
    expect(lines).toEqual([
      expect.stringContaining('OTEL_CONFIG_FILE'),
      expect.stringContaining('OTEL_TRACES_SAMPLER'),
      expect.stringContaining('/metrics'),
    ]);
  });
});

describe.each(['own', 'stock'])('metrics with METRICS_SPANS=%s', (spans) => {
  it('have the attributes of the conventions, also for requests without a route, at rate 0', async () => {
    await using receiver = await httpReceiver();
    await reportOf({
      METRICS_SPANS: spans,
      METRICS_SAMPLING_RATE: '0',
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    });
    const last = receiver.bodies.filter(({ path }) => path === '/v1/metrics').at(-1);
    const points = decodeHistograms(last!.body);
    const of = (metric: string) => points.filter((point) => point.metric === metric);
    expect(of('http.server.request.duration')).toMatchObject([
      {
        attributes: { 'http.request.method': 'GET', 'url.scheme': 'http', 'http.response.status_code': 200 },
        count: 5,
      },
    ]);
    expect(of('http.server.request.duration')[0]?.attributes).not.toHaveProperty('http.route');
    for (const { attributes } of of('db.client.operation.duration'))
      expect(attributes).toMatchObject({
        'db.system.name': 'sqlite',
        'db.query.summary': expect.any(String),
      });
  });
});
