import { findProgram } from '../fixtures/find-program.ts';
import { otlpLines, otlpMetrics, type OtlpKeyValue, type OtlpLine } from '../fixtures/otlp-lines.ts';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { watch } from 'node:fs/promises';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Arrivals, OtlpArrivals } from './otlp-arrivals.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';

const CONFIG = fileURLToPath(new URL('../../deploy/collector.yaml', import.meta.url));
const SIGNALS = ['traces', 'metrics', 'logs'] as const;

/** OTELCOL_PATH, or the first Collector on PATH; undefined, said loudly, where there is none. */
export function collectorPath(env: Readonly<Record<string, string | undefined>>): string | undefined {
  const found = findProgram('OTELCOL_PATH', ['otelcol-contrib', 'otelcol'], env);
  if (found === undefined)
    process.stderr.write(
      '\nNO COLLECTOR WAS FOUND: a receiver in this process stands in for it. For a real one put otelcol-contrib on the PATH or name it in OTELCOL_PATH.\n\n',
    );
  return found;
}

export interface CollectorParts {
  readonly receivers: (address: string) => Readonly<Record<string, object>>;
  readonly processors?: Readonly<Record<string, object>>;
}

/** An OpenTelemetry Collector, by default with the configuration of deploy/, on free ports of loopback, that writes to files what it gets. */
export class CollectorProcess implements OtlpArrivals {
  readonly endpoint: string;
  readonly #child: ChildProcess;
  readonly #folder: string;

  private constructor(child: ChildProcess, endpoint: string, folder: string) {
    this.#child = child;
    this.endpoint = endpoint;
    this.#folder = folder;
  }

  /** With the configuration that is shipped. */
  static async start(program: string): Promise<CollectorProcess> {
    const address = `127.0.0.1:${await freePort()}`;
    // JSON is YAML: laid over the configuration that is shipped.
    return CollectorProcess.#run(program, address, [CONFIG], (folder) => overlayFor(address, folder));
  }

  /** With these receivers, with these processors of spans, and with files as the only way out; `receivers` get the address to listen on. */
  static async startWith(
    program: string,
    { receivers, processors = {} }: CollectorParts,
  ): Promise<CollectorProcess> {
    const address = `127.0.0.1:${await freePort()}`;
    return CollectorProcess.#run(program, address, [], (folder) => {
      const { exporters, service } = overlayFor(address, folder);
      const pipelines = Object.entries(service.pipelines).map(([signal, pipeline]) => [
        signal,
        {
          ...pipeline,
          receivers: Object.keys(receivers(address)),
          processors: signal === 'traces' ? Object.keys(processors) : [],
        },
      ]);
      return {
        receivers: receivers(address),
        processors,
        exporters,
        service: { ...service, pipelines: Object.fromEntries(pipelines) },
      };
    });
  }

  static async #run(
    program: string,
    address: string,
    configs: readonly string[],
    overlay: (folder: string) => object,
  ): Promise<CollectorProcess> {
    const folder = temporaryFolder();
    const last = join(folder, 'overlay.yaml');
    writeFileSync(last, JSON.stringify(overlay(folder)));
    const child = spawn(
      program,
      [...configs, last].map((path) => `--config=${path}`),
      { stdio: ['ignore', 'ignore', 'pipe'] },
    );
    await new Promise<void>((resolve, reject) => {
      let output = '';
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        output += text;
        if (output.includes('Everything is ready')) resolve();
      });
      child.once('error', reject);
      child.once('exit', (code) => reject(new Error(`the Collector ended with ${code}:\n${output}`)));
    });
    return new CollectorProcess(child, `http://${address}`, folder);
  }

  /** Resolves when the file of a signal has enough in it; rejects after 20 seconds. */
  async wrote(signal: (typeof SIGNALS)[number], isEnough: (text: string) => boolean): Promise<void> {
    const path = join(this.#folder, `${signal}.json`);
    const changes = watch(this.#folder, { signal: AbortSignal.timeout(120_000) });
    if (isEnough(readFileSync(path, 'utf8'))) return;
    for await (const _change of changes) if (isEnough(readFileSync(path, 'utf8'))) return;
  }

  async stop(): Promise<Arrivals> {
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    await ended;
    const [traces, metrics, logs] = SIGNALS.map((signal) =>
      otlpLines(readFileSync(join(this.#folder, `${signal}.json`), 'utf8')),
    );
    return {
      spans: traces!.flatMap(spansOf),
      logs: logs!.flatMap(logsOf),
      histograms: metrics!.slice(-1).flatMap(histogramsOf),
    };
  }
}

/** Free a moment ago: a Collector does not say which port it took. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

function overlayFor(address: string, folder: string) {
  const files = SIGNALS.map(
    (signal) => [`file/${signal}`, { path: join(folder, `${signal}.json`) }] as const,
  );
  const pipelines = SIGNALS.map((signal) => [signal, { exporters: [`file/${signal}`] }] as const);
  return {
    receivers: { otlp: { protocols: { http: { endpoint: address }, grpc: { endpoint: '127.0.0.1:0' } } } },
    exporters: Object.fromEntries(files),
    service: { telemetry: { metrics: { level: 'none' } }, pipelines: Object.fromEntries(pipelines) },
  };
}

/** Integers of 64 bits are strings in OTLP JSON. */
function attributesOf(pairs: readonly OtlpKeyValue[] = []): Record<string, unknown> {
  return Object.fromEntries(
    pairs.map(({ key, value }) => {
      const [[type, plain] = ['', undefined]] = Object.entries(value);
      return [key, type === 'intValue' ? Number(plain) : plain];
    }),
  );
}

function spansOf({ resourceSpans = [] }: OtlpLine): Arrivals['spans'] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap(({ spans }) =>
      spans.map((span) => ({
        ...span,
        parentSpanId: span.parentSpanId ?? '',
        traceState: span.traceState ?? '',
        kind: span.kind ?? 0,
        attributes: attributesOf(span.attributes),
        resource: attributesOf(resource.attributes),
      })),
    ),
  );
}

function logsOf({ resourceLogs = [] }: OtlpLine): Arrivals['logs'] {
  return resourceLogs.flatMap(({ scopeLogs }) =>
    scopeLogs.flatMap(({ logRecords }) =>
      logRecords.map(({ traceId = '', body }) => ({ traceId, body: body.stringValue ?? '' })),
    ),
  );
}

function histogramsOf(line: OtlpLine): Arrivals['histograms'] {
  return otlpMetrics([line]).flatMap(({ name, exponentialHistogram }) =>
    (exponentialHistogram?.dataPoints ?? []).map(({ count, positive }) => ({
      metric: name,
      count: Number(count ?? 0),
      bucketCounts: (positive?.bucketCounts ?? []).map(Number),
    })),
  );
}
