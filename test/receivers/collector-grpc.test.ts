import { describe, expect, it } from '@jest/globals';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { MetricsDocument } from '../../src/observatory/facts/metrics-document.ts';
import type { OtlpLine } from '../fixtures/otlp-lines.ts';
import { otlpMetrics } from '../fixtures/otlp-lines.ts';
import { selfSigned } from '../fixtures/self-signed.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';
import { until } from '../fixtures/until.ts';
import { BlogProcess, START_ARGUMENTS } from '../integration/blog-process.ts';
import {
  type CollectorGround,
  CollectorProcess,
  collectorPath,
  filesOf,
} from '../integration/collector-process.ts';
import { faultsOf, NO_FAULTS, visit } from '../integration/span-ledger.ts';

const program = collectorPath('nothing is sent by gRPC to a Collector.');
const withCollector = program === undefined ? describe.skip : describe;

/** The demo's server has a page that fails, which is logged. */
const DEMO_ARGUMENTS = [...START_ARGUMENTS.slice(0, -1), 'src/demo/serve.ts'];
const FAILING = '/demo/guestbook';
const VISITS = ['/', '/archive', FAILING, '/nowhere', '/feed.rss', FAILING];
const SERVER = 2;

interface Tls {
  readonly cert_file: string;
  readonly key_file: string;
}

/** A certificate for localhost, and its key, in files. */
function madeTls(): Tls {
  const folder = temporaryFolder();
  const { key, cert } = selfSigned('localhost');
  const files = { cert_file: join(folder, 'cert.pem'), key_file: join(folder, 'key.pem') };
  writeFileSync(files.cert_file, cert);
  writeFileSync(files.key_file, key);
  return files;
}

const byGrpc =
  (tls: Tls | undefined) =>
  (ground: CollectorGround): object => ({
    ...filesOf(ground),
    receivers: { otlp: { protocols: { grpc: { endpoint: ground.address, ...(tls && { tls }) } } } },
  });

function startBlog({ endpoint }: CollectorProcess, tls: Tls | undefined): Promise<BlogProcess> {
  const { port } = new URL(endpoint);
  return BlogProcess.start(
    temporaryFolder(),
    {
      OTEL_EXPORTER_OTLP_ENDPOINT: tls === undefined ? endpoint : `https://localhost:${port}`,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
      ...(tls && { OTEL_EXPORTER_OTLP_CERTIFICATE: tls.cert_file }),
      OTEL_BSP_SCHEDULE_DELAY: '50',
      OTEL_BLRP_SCHEDULE_DELAY: '50',
      OTEL_METRIC_EXPORT_INTERVAL: '1000',
      OTEL_METRIC_EXPORT_TIMEOUT: '1000',
    },
    DEMO_ARGUMENTS,
  );
}

function pointsIn(lines: readonly OtlpLine[]): number {
  return otlpMetrics(lines)
    .flatMap((metric) => Object.values(metric))
    .reduce((sum: number, kind: { dataPoints?: unknown }) => {
      const { dataPoints } = kind;
      return sum + (Array.isArray(dataPoints) ? dataPoints.length : 0);
    }, 0);
}

/** What of each signal the blog says it sent, and what the Collector wrote. */
async function ledgerOf(blog: BlogProcess, collector: CollectorProcess) {
  const { export: exported } = await blog.metrics<MetricsDocument>();
  const of = (name: string, received: number) => {
    const { sent, failed, rejected, queued, dropped, stored } = exported.signals.find(
      ({ signal }) => signal === name,
    )!;
    const waiting = queued + (stored?.items ?? 0);
    const lost = failed + rejected + Object.values(dropped).reduce((sum, count) => sum + count, 0);
    return { sent, waiting, lost, received };
  };
  const { spans, logs } = collector.arrived();
  return {
    traces: of('traces', spans.length),
    logs: of('logs', logs.length),
    metrics: of('metrics', pointsIn(collector.lines('metrics'))),
  };
}

const isEven = (ledger: Awaited<ReturnType<typeof ledgerOf>>): boolean =>
  Object.values(ledger).every(
    ({ sent, waiting, received }) => waiting === 0 && sent > 0 && sent === received,
  );

/** Every answer has its trace, every failure its log line, and nothing is there twice. */
function expectWhole(collector: CollectorProcess, asked: readonly string[], failures: number): void {
  const { spans, logs } = collector.arrived();
  expect(faultsOf(spans)).toEqual(NO_FAULTS);
  const requests = spans.filter(({ kind }) => kind === SERVER).map(({ traceId }) => traceId);
  expect(requests.toSorted()).toEqual(asked.toSorted());
  expect(logs.filter(({ body }) => body === 'request failed')).toHaveLength(failures);
}

withCollector('a blog that exports by gRPC to a real Collector', () => {
  it.each([
    ['plain', undefined],
    ['over TLS', madeTls()],
  ])('sends each span, data point and log record once, %s', async (_, tls) => {
    const collector = await CollectorProcess.startWith(program!, byGrpc(tls));
    const blog = await startBlog(collector, tls);
    try {
      const asked = await visit(blog, VISITS);
      const ledger = await until(() => ledgerOf(blog, collector), isEven);
      expect(Object.values(ledger).map(({ lost }) => lost)).toEqual([0, 0, 0]);
      expect(await blog.stop()).toBe(0);
      expectWhole(collector, asked, 2);
    } finally {
      await blog.stop();
      await collector.end();
    }
  });

  it('sends what waited once the Collector is back, and nothing twice', async () => {
    const collector = await CollectorProcess.startWith(program!, byGrpc(undefined));
    const blog = await startBlog(collector, undefined);
    try {
      const asked = await visit(blog, VISITS);
      await until(() => ledgerOf(blog, collector), isEven);
      await collector.end();
      const before = collector.arrived().spans.length;
      asked.push(...(await visit(blog, VISITS)));
      await until(
        () => ledgerOf(blog, collector),
        (away) => Object.values(away).every(({ waiting }) => waiting > 0),
      );
      expect(collector.arrived().spans).toHaveLength(before);
      await collector.startAgain();
      asked.push(...(await visit(blog, VISITS)));
      const ledger = await until(() => ledgerOf(blog, collector), isEven);
      expect(Object.values(ledger).map(({ lost }) => lost)).toEqual([0, 0, 0]);
      expect(await blog.stop()).toBe(0);
      expectWhole(collector, asked, 6);
    } finally {
      await blog.stop();
      await collector.end();
    }
  });
});
