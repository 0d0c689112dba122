import { beforeAll, describe, expect, it } from '@jest/globals';
import { join } from 'node:path';
import { SpanKind, SpanStatusCode, trace, ROOT_CONTEXT } from '@opentelemetry/api';
import { AlwaysOnSampler, createAlwaysRecordSampler, TracerProvider } from '@opentelemetry/sdk-trace';
import { readTelemetryConfig } from '../../otel/config.ts';
import { OtlpSpanExporter } from '../../otel/export/otlp-exporters.ts';
import { createSamplingProcessor } from '../../otel/sampler.ts';
import { RandomSource } from '../../src/demo/random-source.ts';
import { idsOf } from '../otel/sampling/random.ts';
import { BlogProcess, START_ARGUMENTS } from './blog-process.ts';
import { CollectorProcess, collectorPath } from './collector-process.ts';
import type { ArrivedSpan } from './otlp-arrivals.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';

const program = collectorPath(process.env);
const withCollector = program === undefined ? describe.skip : describe;

const TRACES = 12_000;
const SEED = Number(process.env['TEST_SEED'] ?? 20_261_129);

/** One over the probability that the threshold in its trace state tells. */
function adjustedCount({ traceState }: ArrivedSpan): number {
  const threshold = /(?:^|[;,=])th:([0-9a-f]{1,14})/.exec(traceState)?.[1];
  if (threshold === undefined) throw new Error(`no threshold in ${JSON.stringify(traceState)}`);
  return 1 / (1 - Number.parseInt(threshold.padEnd(14, '0'), 16) / 2 ** 56);
}

/** Of traces with a request, a statement in each and a failure in some; ends when the exporter has all of them. */
async function sendTraces(endpoint: string, rates: Readonly<Record<string, number>>): Promise<void> {
  const { traceExport } = readTelemetryConfig({ env: { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint } });
  const source = new RandomSource(SEED);
  // A storm is another test's: these failures are spread over minutes.
  let millis = 1_700_000_000_000;
  const clock = { now: () => millis, monotonicNanos: () => millis * 1e6 };
  const processor = createSamplingProcessor({
    rates,
    exporter: new OtlpSpanExporter(traceExport!, 10_000),
    clock,
  });
  const provider = new TracerProvider({
    sampler: createAlwaysRecordSampler(new AlwaysOnSampler()),
    // The ids decide everything here, so the test is as random as its seed.
    idGenerator: idsOf(() => source.next() * 2 ** 32),
    spanProcessors: [processor],
  });
  const tracer = provider.getTracer('stages');
  for (let i = 0; i < TRACES; i++) {
    millis += 20;
    const attributes = { 'http.request.method': 'GET', 'http.route': '/' };
    const request = tracer.startSpan('GET /', { kind: SpanKind.SERVER, attributes }, ROOT_CONTEXT);
    const statement = { 'db.system.name': 'sqlite', 'db.query.summary': 'SELECT posts' };
    tracer
      .startSpan(
        'SELECT posts',
        { kind: SpanKind.CLIENT, attributes: statement },
        trace.setSpan(ROOT_CONTEXT, request),
      )
      .end();
    if (i % 50 === 0) request.setStatus({ code: SpanStatusCode.ERROR });
    request.end();
    if (i % 400 === 0) await processor.forceFlush();
  }
  await provider.shutdown();
}

withCollector('two stages of sampling: ours, then the Collector’s at a quarter (G37)', () => {
  describe.each(['proportional', 'equalizing'])('in mode %s', (mode) => {
    it.each([
      ['equal rates', { http: 0.5, database: 0.5 }],
      ['unequal rates', { http: 0.5, database: 0.2 }],
    ])('estimate the exact counts by the weights they leave, with %s', async (_what, rates) => {
      const collector = await CollectorProcess.startWith(program!, {
        receivers: (address) => ({ otlp: { protocols: { http: { endpoint: address } } } }),
        processors: { probabilistic_sampler: { mode, sampling_percentage: 25 } },
      });
      await sendTraces(collector.endpoint, rates);
      const { spans } = await collector.stop();
      for (const kind of [SpanKind.SERVER, SpanKind.CLIENT]) {
        // OTLP counts kinds from 1.
        const weights = spans.filter((span) => span.kind === kind + 1).map(adjustedCount);
        const estimate = weights.reduce((sum, weight) => sum + weight, 0);
        // Horvitz and Thompson: what is sampled with probability 1/w adds w² - w to the variance.
        const deviation = Math.sqrt(weights.reduce((sum, weight) => sum + weight * weight - weight, 0));
        const z = Math.abs(estimate - TRACES) / deviation;
        expect([`seed ${SEED}`, z <= 3]).toEqual([`seed ${SEED}`, true]);
        expect(weights.length).toBeLessThan(TRACES / 3);
      }
    });
  });
});

withCollector('OTLP JSON lines in a folder (E6)', () => {
  const dataDir = temporaryFolder();
  const folder = join(dataDir, 'otlp');
  let kept: number;
  let requests: number;

  beforeAll(async () => {
    const blog = await BlogProcess.start(dataDir, { METRICS_OTLP_FOLDER: folder }, START_ARGUMENTS);
    for (const path of ['/', '/archive', '/feed.rss', '/nowhere']) await blog.ask(path);
    const told = await blog.metrics<{
      spans: { kept: Record<string, number> };
      operations: { http: { count: number } };
    }>();
    kept = Object.values(told.spans.kept).reduce((sum, count) => sum + count, 0);
    requests = told.operations.http.count;
    await blog.stop();
  });

  it('are read back by the Collector, with equal counts', async () => {
    const collector = await CollectorProcess.startWith(program!, {
      receivers: () => ({
        otlpjsonfile: { include: [join(folder, '*.jsonl')], start_at: 'beginning' },
      }),
    });
    await collector.wrote('traces', (text) => text.split('"spanId"').length - 1 >= kept);
    await collector.wrote('metrics', (text) => text.includes('http.server.request.duration'));
    const { spans, histograms } = await collector.stop();
    expect(spans.length).toBeGreaterThanOrEqual(kept);
    expect(new Set(spans.map(({ traceId, spanId }) => traceId + spanId)).size).toBe(spans.length);
    expect(spans.filter(({ kind }) => kind === 2)).toHaveLength(requests);
    const counted = histograms.filter(({ metric }) => metric === 'http.server.request.duration');
    expect(counted.reduce((sum, { count }) => sum + count, 0)).toBe(requests);
  });
});
