import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { freePort } from '../fixtures/free-port.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';
import { until } from '../fixtures/until.ts';
import { findReceiver } from './find-receiver.ts';
import { BlogProcess, ROOT } from '../integration/blog-process.ts';
import { ReceiverProgram } from '../integration/receiver-program.ts';

const INSTEAD = 'the dashboard of deploy/consoles is not drawn.';
const programs = {
  collector: findReceiver('otelcol', INSTEAD),
  prometheus: findReceiver('prometheus', INSTEAD),
};
const { collector, prometheus } = programs;
const withBoth = collector === undefined || prometheus === undefined ? describe.skip : describe;
const loopback = (port: number): { readonly endpoint: string } => ({ endpoint: `127.0.0.1:${port}` });
const stops: (() => unknown)[] = [];

/** The Collector of docker-compose.yml on ports of its own. */
async function startCollector(ports: {
  readonly otlp: number;
  readonly metrics: number;
  readonly own: number;
}): Promise<void> {
  const overlay = join(temporaryFolder(), 'overlay.json');
  const config = {
    extensions: { health_check: loopback(await freePort()) },
    receivers: { otlp: { protocols: { http: loopback(ports.otlp), grpc: loopback(await freePort()) } } },
    connectors: { span_metrics: { metrics_flush_interval: '1s' } },
    exporters: { prometheus: loopback(ports.metrics), 'otlp_grpc/jaeger': loopback(await freePort()) },
    service: {
      telemetry: {
        metrics: {
          readers: [{ pull: { exporter: { prometheus: { host: '127.0.0.1', port: ports.own } } } }],
        },
      },
    },
  };
  // JSON is YAML.
  writeFileSync(overlay, JSON.stringify(config));
  const running = new ReceiverProgram(collector!, [
    `--config=${join(ROOT, 'deploy/collector.yaml')}`,
    `--config=${overlay}`,
  ]);
  await running.startAgain();
  stops.push(() => running.end('SIGKILL'));
}

/** The Prometheus of docker-compose.yml, scraping that Collector every second. */
async function startPrometheus(ports: { readonly metrics: number; readonly own: number }): Promise<string> {
  const folder = temporaryFolder();
  const config = readFileSync(join(ROOT, 'deploy/prometheus.yml'), 'utf8')
    .replace('15s', '1s')
    .replace('collector:8889', `127.0.0.1:${ports.metrics}`)
    .replace('collector:8888', `127.0.0.1:${ports.own}`);
  writeFileSync(join(folder, 'prometheus.yml'), config);
  const address = `127.0.0.1:${await freePort()}`;
  const args = [
    `--config.file=${join(folder, 'prometheus.yml')}`,
    `--storage.tsdb.path=${join(folder, 'data')}`,
    `--web.console.templates=${join(ROOT, 'deploy/consoles')}`,
    `--web.listen-address=${address}`,
  ];
  const running = new ReceiverProgram(prometheus!, args, 'Server is ready');
  await running.startAgain();
  stops.push(() => running.end('SIGKILL'));
  return `http://${address}/consoles/blog.html`;
}

withBoth('the dashboard in Prometheus', () => {
  let page: string;
  let blog: BlogProcess;
  beforeAll(async () => {
    const ports = { otlp: await freePort(), metrics: await freePort(), own: await freePort() };
    await startCollector(ports);
    page = await startPrometheus(ports);
    blog = await BlogProcess.start(temporaryFolder(), {
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${ports.otlp}`,
      OTEL_METRIC_EXPORT_INTERVAL: '500',
    });
  });
  afterAll(async () => {
    await blog.stop();
    for (const stop of stops.toReversed()) await stop();
  });

  it('shows routes, statements, spans by service and the Collector’s own counts', async () => {
    const table = (text: string, id: string): string =>
      new RegExp(`<table id="${id}">(.*?)</table>`, 's').exec(text)?.[1] ?? '';
    const text = await until(
      async () => {
        await blog.ask('/archive');
        await blog.ask('/nowhere');
        return fetch(page).then(
          (answer) => answer.text(),
          () => '',
        );
      },
      (drawn) =>
        ['routes', 'statements', 'services'].every((id) => /\d\.\d\d\/s/.test(table(drawn, id))) &&
        !/spans received<td>0\s/.test(table(drawn, 'collector')),
    );
    expect(table(text, 'routes')).toMatch(
      /GET \/archive<\/a>\s*<td>0\.\d\d\/s\s*<td>0%\s*(<td>[\d.]+[mu]?s\s*){3}/,
    );
    expect(table(text, 'routes')).toContain('GET unknown paths');
    expect(table(text, 'statements')).toContain('SELECT posts');
    expect(table(text, 'services')).toContain('glasshouse');
    expect(table(text, 'collector')).toMatch(/spans received<td>\d+/);
    expect(text).not.toContain('NaN');
  });
});
