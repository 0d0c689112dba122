import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { watch } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { freePort } from '../fixtures/free-port.ts';
import { otlpLines, otlpMetrics, type OtlpKeyValue, type OtlpLine } from '../fixtures/otlp-lines.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';
import { findReceiver } from '../receivers/find-receiver.ts';
import type { Arrivals, OtlpArrivals } from './otlp-arrivals.ts';
import { ReceiverProgram } from './receiver-program.ts';

const CONFIG = fileURLToPath(new URL('../../deploy/collector.yaml', import.meta.url));
const SIGNALS = ['traces', 'metrics', 'logs'] as const;

/** The Collector of these tests; undefined, said loudly, where there is none. */
export function collectorPath(instead: string): string | undefined {
  return findReceiver('otelcol', instead);
}

/** What a configuration is made of: the address to listen on, and exporters that write to the file of a name. */
export interface CollectorGround {
  readonly address: string;
  readonly file: (name: string) => object;
}

/** An OpenTelemetry Collector on free ports of loopback that writes to files what it gets. */
export class CollectorProcess extends ReceiverProgram implements OtlpArrivals {
  readonly #address: string;
  readonly #folder: string;
  readonly #read = new Map<string, { length: number; readonly lines: OtlpLine[] }>();
  readonly #spans = new WeakMap<OtlpLine, Arrivals['spans']>();

  private constructor(program: string, args: readonly string[], address: string, folder: string) {
    super(program, args);
    this.#address = address;
    this.#folder = folder;
  }

  /** With the configuration that is shipped, and a file for each signal as the only way out. */
  static start(program: string): Promise<CollectorProcess> {
    return CollectorProcess.#run(program, [`--config=${CONFIG}`], shipped);
  }

  /** With this configuration, by default only files; and with these arguments. */
  static startWith(
    program: string,
    configure: (ground: CollectorGround) => object = filesOf,
    args: readonly string[] = [],
  ): Promise<CollectorProcess> {
    return CollectorProcess.#run(program, args, configure);
  }

  static async #run(
    program: string,
    args: readonly string[],
    configure: (ground: CollectorGround) => object,
  ): Promise<CollectorProcess> {
    const folder = temporaryFolder();
    const address = `127.0.0.1:${await freePort()}`;
    // With rotation, what was acknowledged is in the file: nothing waits in a buffer that a kill empties.
    const file = (name: string) => ({
      path: join(folder, `${name}.json`),
      rotation: { max_megabytes: 1000 },
    });
    const config = join(folder, 'config.yaml');
    // JSON is YAML. The last configuration is laid over the others.
    writeFileSync(config, JSON.stringify(configure({ address, file })));
    const collector = new CollectorProcess(program, [...args, `--config=${config}`], address, folder);
    await collector.startAgain();
    return collector;
  }

  /** For OTEL_EXPORTER_OTLP_ENDPOINT. */
  get endpoint(): string {
    return `http://${this.#address}`;
  }

  /** The whole lines of a file; those that were there before are not parsed again. */
  lines(name: string): readonly OtlpLine[] {
    const path = join(this.#folder, `${name}.json`);
    const read = this.#read.get(name) ?? { length: 0, lines: [] };
    this.#read.set(name, read);
    const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
    const end = text.lastIndexOf('\n') + 1;
    for (const line of otlpLines(text.slice(read.length, end))) read.lines.push(line);
    read.length = end;
    return read.lines;
  }

  spans(name = 'traces'): Arrivals['spans'] {
    return this.lines(name).flatMap((line) => {
      const spans = this.#spans.get(line) ?? spansOf(line);
      this.#spans.set(line, spans);
      return spans;
    });
  }

  /** Resolves when the file of a name has enough in it; rejects after two minutes. */
  async wrote(name: string, isEnough: (lines: readonly OtlpLine[]) => boolean): Promise<void> {
    const changes = watch(this.#folder, { signal: AbortSignal.timeout(120_000) });
    if (isEnough(this.lines(name))) return;
    for await (const _change of changes) if (isEnough(this.lines(name))) return;
  }

  /** What is in its files by now. */
  arrived(): Arrivals {
    return {
      spans: this.spans(),
      logs: this.lines('logs').flatMap(logsOf),
      histograms: this.lines('metrics').slice(-1).flatMap(histogramsOf),
    };
  }

  async stop(): Promise<Arrivals> {
    await this.end('SIGTERM');
    return this.arrived();
  }
}

/** Laid over the configuration that is shipped: files instead of what it exports to, and addresses that are free. */
function shipped({ address, file }: CollectorGround) {
  const config: ShippedConfig = parse(readFileSync(CONFIG, 'utf8'));
  const pipelines = Object.entries(config.service.pipelines).map(([name, { exporters }]) => {
    const connectors = exporters.filter((exporter) => exporter in config.connectors);
    return [name, { exporters: [`file/${name}`, ...connectors] }] as const;
  });
  const files = Object.keys(config.service.pipelines).map((name) => [
    `file/${name}`,
    file(name.replace('/', '-')),
  ]);
  return {
    ...received(address),
    extensions: { health_check: { endpoint: '127.0.0.1:0' } },
    exporters: Object.fromEntries(files),
    service: { telemetry: WITHOUT_METRICS, pipelines: Object.fromEntries(pipelines) },
  };
}

interface ShippedConfig {
  readonly connectors: Readonly<Record<string, object>>;
  readonly service: {
    readonly pipelines: Readonly<Record<string, { readonly exporters: readonly string[] }>>;
  };
}

/** Every signal to its file. */
export function filesOf({ address, file }: CollectorGround) {
  const pipelines = SIGNALS.map(
    (signal) => [signal, { receivers: ['otlp'], exporters: [`file/${signal}`] }] as const,
  );
  return {
    ...received(address),
    exporters: Object.fromEntries(SIGNALS.map((signal) => [`file/${signal}`, file(signal)])),
    service: { telemetry: WITHOUT_METRICS, pipelines: Object.fromEntries(pipelines) },
  };
}

/** Its own metrics would need a port. */
export const WITHOUT_METRICS = { metrics: { level: 'none', readers: [] } };

export function received(address: string) {
  return {
    receivers: { otlp: { protocols: { http: { endpoint: address }, grpc: { endpoint: '127.0.0.1:0' } } } },
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
    (exponentialHistogram?.dataPoints ?? []).map(({ count, positive, exemplars = [] }) => ({
      metric: name,
      count: Number(count ?? 0),
      bucketCounts: (positive?.bucketCounts ?? []).map(Number),
      exemplars,
    })),
  );
}
