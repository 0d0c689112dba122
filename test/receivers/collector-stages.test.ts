import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { otlpMetrics } from '../fixtures/otlp-lines.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';
import { BlogProcess, START_ARGUMENTS } from '../integration/blog-process.ts';
import {
  type CollectorGround,
  CollectorProcess,
  collectorPath,
  received,
  WITHOUT_METRICS,
} from '../integration/collector-process.ts';
import { adjustedCount, isSampledAt, sendTraces } from '../integration/made-traces.ts';

const program = collectorPath('no second stage is tried, and no OTLP JSON is read back.');
const withCollector = program === undefined ? describe.skip : describe;

const TRACES = 8_000;
const SEED = Number(process.env['TEST_SEED'] ?? 20_261_129);
/** Of OTLP, which counts kinds of spans from 1. */
const ERROR = 2;
const KINDS = [
  { what: 'requests', name: 'SPAN_KIND_SERVER', kind: 2, truth: TRACES },
  { what: 'statements', name: 'SPAN_KIND_CLIENT', kind: 3, truth: 1.5 * TRACES },
] as const;
const LOADS = [
  { service: 'equal rates', rates: { http: 0.5, database: 0.5 } },
  { service: 'unequal rates', rates: { http: 0.5, database: 0.2 } },
  { service: 'a caller that samples a quarter', rates: { http: 0.5, database: 0.2 }, upstream: 0.25 },
] as const;

/** The gate of the tail sampler without which it drops traces and leaves the weights of the others as they were. */
const TRACE_STATE_GATE = 'processor.tailsamplingprocessor.usetracestate';

/** What arrives goes to every stage; each has a file behind it, and two of them span metrics. */
function stages({ address, file }: CollectorGround) {
  const sampled = (mode: string) => ({ mode, sampling_percentage: 25 });
  const quarter = { type: 'probabilistic', probabilistic: { sampling_percentage: 25 } };
  const failed = { type: 'status_code', status_code: { status_codes: ['ERROR'] } };
  const files = ['direct', 'proportional', 'equalizing', 'tail', 'direct-metrics', 'tail-metrics'];
  const spans = (processors: string[], exporters: string[]) => ({
    receivers: ['otlp'],
    processors,
    exporters,
  });
  const metrics = (from: string) => ({
    receivers: [`spanmetrics/${from}`],
    exporters: [`file/${from}-metrics`],
  });
  return {
    ...received(address),
    processors: {
      'probabilistic_sampler/proportional': sampled('proportional'),
      'probabilistic_sampler/equalizing': sampled('equalizing'),
      tail_sampling: {
        decision_wait: '1s',
        num_traces: 4 * TRACES,
        policies: [
          { name: 'failed', ...failed },
          { name: 'quarter', ...quarter },
        ],
      },
    },
    connectors: Object.fromEntries(
      ['direct', 'tail'].map((name) => [`spanmetrics/${name}`, { metrics_flush_interval: '500ms' }]),
    ),
    exporters: Object.fromEntries(files.map((name) => [`file/${name}`, file(name)])),
    service: {
      telemetry: WITHOUT_METRICS,
      pipelines: {
        'traces/direct': spans([], ['file/direct', 'spanmetrics/direct']),
        'traces/proportional': spans(['probabilistic_sampler/proportional'], ['file/proportional']),
        'traces/equalizing': spans(['probabilistic_sampler/equalizing'], ['file/equalizing']),
        'traces/tail': spans(['tail_sampling'], ['file/tail', 'spanmetrics/tail']),
        'metrics/direct': metrics('direct'),
        'metrics/tail': metrics('tail'),
      },
    },
  };
}

withCollector('weights behind a second stage (G37)', () => {
  let collector: CollectorProcess;

  beforeAll(async () => {
    collector = await CollectorProcess.startWith(program!, stages, [`--feature-gates=${TRACE_STATE_GATE}`]);
    // Each has ids of its own.
    for (const [i, load] of LOADS.entries())
      await sendTraces(collector.endpoint, { ...load, count: TRACES, seed: SEED + i });
    const sent = collector.spans('direct');
    const failed = new Set(sent.filter(({ status }) => status?.code === ERROR).map(({ traceId }) => traceId));
    const kept = sent.filter(({ traceId }) => failed.has(traceId) || isSampledAt(traceId, 0.25));
    await collector.wrote('tail', () => collector.spans('tail').length >= kept.length);
    // What the second flush from now on tells was added up before it.
    for (const name of ['direct-metrics', 'tail-metrics']) {
      const flushes = collector.lines(name).length;
      await collector.wrote(name, (lines) => lines.length >= flushes + 2);
    }
    expect(collector.spans('tail').length).toBe(kept.length);
  });
  afterAll(() => collector.end('SIGTERM'));

  /** Horvitz and Thompson: what is sampled with probability 1/w adds w² - w to the variance. */
  function estimateOf(stage: string, service: string, kind: number, truth: number) {
    const weights = collector
      .spans(stage)
      .filter((span) => span.resource['service.name'] === service && span.kind === kind)
      .map((span) => adjustedCount(span) ?? Number.NaN);
    const sum = weights.reduce((total, weight) => total + weight, 0);
    const deviation = Math.sqrt(weights.reduce((total, weight) => total + weight * weight - weight, 0));
    return { count: weights.length, sum, z: Math.abs(sum - truth) / deviation };
  }

  /** The calls of a service that a spanmetrics connector has counted, by kind. */
  function callsOf(stage: string, service: string, kind: string): number {
    const calls = otlpMetrics(collector.lines(`${stage}-metrics`).slice(-1)).filter(
      ({ name }) => name === 'traces.span.metrics.calls',
    );
    return calls
      .flatMap(({ sum }) => sum?.dataPoints ?? [])
      .filter(({ attributes = [] }) => {
        const value = (key: string) => attributes.find((pair) => pair.key === key)?.value['stringValue'];
        return value('service.name') === service && value('span.kind') === kind;
      })
      .reduce((total, { asInt = 0 }) => total + Number(asInt), 0);
  }

  describe.each(LOADS.map(({ service }) => service))('of %s', (service) => {
    it.each(['proportional', 'equalizing', 'tail'])('estimate the exact counts: %s', (stage) => {
      for (const { what, kind, truth } of KINDS) {
        const { count, sum, z } = estimateOf(stage, service, kind, truth);
        expect([`seed ${SEED}`, what, sum, z <= 3]).toEqual([`seed ${SEED}`, what, sum, true]);
        expect(count).toBeLessThan(truth / 3);
      }
    });

    it.each(['direct', 'tail'])('add up to the calls of spanmetrics: %s', (stage) => {
      for (const { what, name, kind, truth } of KINDS) {
        const { sum, z } = estimateOf(stage, service, kind, truth);
        // Whole weights, so that the connector has nothing to round.
        expect([what, callsOf(stage, service, name)]).toEqual([what, Math.round(sum)]);
        expect([`seed ${SEED}`, z <= 3]).toEqual([`seed ${SEED}`, true]);
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

  it('are read back by the Collector, line for line, with equal counts', async () => {
    const collector = await CollectorProcess.startWith(program!);
    for (const signal of readdirSync(folder).map((name) => name.replace(/\.jsonl$/, '')))
      for (const line of readFileSync(join(folder, `${signal}.jsonl`), 'utf8')
        .trimEnd()
        .split('\n'))
        expect(await sendLine(`${collector.endpoint}/v1/${signal}`, line)).toEqual({
          status: 200,
          text: '{"partialSuccess":{}}',
        });
    const { spans, histograms } = await collector.stop();
    expect(spans.length).toBeGreaterThanOrEqual(kept);
    expect(new Set(spans.map(({ traceId, spanId }) => traceId + spanId)).size).toBe(spans.length);
    expect(spans.filter(({ kind }) => kind === 2)).toHaveLength(requests);
    const counted = histograms.filter(({ metric }) => metric === 'http.server.request.duration');
    expect(counted.reduce((sum, { count }) => sum + count, 0)).toBe(requests);
  });

  /** As OTLP/HTTP sends JSON: a line is a request. */
  async function sendLine(url: string, line: string) {
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: line,
    });
    return { status: answer.status, text: await answer.text() };
  }
});
