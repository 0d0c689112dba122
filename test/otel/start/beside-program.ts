/**
 * An app with its own OpenTelemetry and with telemetry, started in the order of its arguments. It serves requests that call the app itself and run
 * a statement, and prints what each of the two recorded, before and after telemetry is shut down.
 */
import { once } from 'node:events';
import type * as http from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { context, createContextKey, metrics, propagation, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { registerInstrumentations } from '@opentelemetry/instrumentation';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import type { NodeSDK } from '@opentelemetry/sdk-node';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace';
import Database from 'better-sqlite3';
import { startTelemetry, type Telemetry } from '../../../otel/telemetry.ts';

export interface SpanSeen {
  readonly name: string;
  readonly kind: number;
  readonly trace: string;
  readonly parent: string | undefined;
}
export interface Report {
  readonly lines: readonly string[];
  /** Spans of the app's own exporter: during two requests, and during one after telemetry's end. */
  readonly app: readonly SpanSeen[];
  readonly appAfter: readonly SpanSeen[];
  readonly counts: Readonly<Record<string, number>>;
  /** Of the newest trace: `kind name` of its spans. */
  readonly newest: readonly string[];
  readonly traces: number;
  readonly faults: readonly unknown[];
  /** Whether these globals work for others, before and after telemetry's end. */
  readonly globals: readonly [Globals, Globals];
}
interface Globals {
  readonly context: boolean;
  readonly propagation: boolean;
  readonly trace: boolean;
  readonly metrics: boolean;
}

const require = createRequire(import.meta.url);
const exporter = new InMemorySpanExporter();
const lines: string[] = [];
let telemetry: Telemetry | undefined;
let sdk: NodeSDK | undefined;

async function startSdk(sampler: AlwaysOnSampler): Promise<void> {
  // It loads every exporter, and half of the runs have none.
  const { NodeSDK } = await import('@opentelemetry/sdk-node');
  sdk = new NodeSDK({
    autoDetectResources: false,
    sampler,
    spanProcessors: [new SimpleSpanProcessor({ exporter })],
    instrumentations: [new HttpInstrumentation()],
    metricReaders: [],
    logRecordProcessors: [],
  });
  sdk.start();
}

class LateHttpInstrumentation extends HttpInstrumentation {
  patchNow(): void {
    for (const { name, patch } of this.init()) patch?.(require(name), undefined);
  }
}

const STEPS: Readonly<Record<string, () => unknown>> = {
  telemetry: async () => {
    const env = { METRICS_SPANS: process.env['METRICS_SPANS'], METRICS_TRUSTED_CONTEXT: 'loopback' };
    telemetry = await startTelemetry({ env, log: (line) => void lines.push(line) });
    telemetry.instrumentDatabase(Database);
  },
  sdk: () => startSdk(new AlwaysOnSampler()),
  'sdk-off': () => startSdk(new AlwaysOffSampler()),
  'sdk-shutdown': () => sdk?.shutdown(),
  instrumentation: () => registerInstrumentations({ instrumentations: [new HttpInstrumentation()] }),
  // Like an instrumentation from another copy of the package, with its own hooks.
  'late-instrumentation': () => new LateHttpInstrumentation().patchNow(),
  contexts: () => context.setGlobalContextManager(new AsyncLocalStorageContextManager()),
  meters: () => metrics.setGlobalMeterProvider(new MeterProvider()),
};
for (const step of process.argv.slice(2)) {
  await STEPS[step]!();
  // An app loads it after its instrumentation.
  require('node:http');
}
const { createServer, get } = require('node:http') as typeof http;

const select = new Database(':memory:').prepare('SELECT 1');
const server = createServer((request, response) => {
  if (request.url === '/leaf') return response.end();
  get(`http://127.0.0.1:${port()}/leaf`, (answer) => {
    answer.resume().on('end', () => {
      response.end(telemetry!.render('page', () => JSON.stringify(select.get())));
    });
  });
});
const port = (): number => (server.address() as AddressInfo).port;
server.listen(0, '127.0.0.1');
await once(server, 'listening');

async function ask(): Promise<void> {
  await (await fetch(`http://127.0.0.1:${port()}/`, { headers: { connection: 'close' } })).text();
}

function seen(): readonly SpanSeen[] {
  const spans = exporter.getFinishedSpans().map((span: ReadableSpan) => ({
    name: span.name,
    kind: span.kind,
    trace: span.spanContext().traceId,
    parent: span.parentSpanContext?.spanId,
  }));
  exporter.reset();
  return spans;
}

function globals(): Globals {
  const key = createContextKey('probe');
  const marked = ROOT_CONTEXT.setValue(key, 1);
  return {
    context: context.with(marked, () => context.active().getValue(key) === 1),
    propagation: propagation.fields().length > 0,
    trace:
      trace.getTracer('probe').startSpan('probe', { root: true }).spanContext().traceId !== '0'.repeat(32),
    metrics: metrics.getMeterProvider() instanceof MeterProvider,
  };
}

await ask();
await ask();
await telemetry!.flush();
const { query } = telemetry!;
const app = seen();
const operations = query.operations();
const { rows, total } = query.traces();
const newest = query.trace(rows[0]?.traceId ?? '');
const before = globals();
await telemetry!.shutdown();
seen();
await ask();
const report: Report = {
  lines,
  app,
  appAfter: seen(),
  counts: Object.fromEntries(Object.entries(operations).map(([type, { count }]) => [type, count])),
  newest: 'spans' in newest ? newest.spans.map(({ kind, name }) => `${kind} ${name}`) : [],
  traces: total,
  faults: query.faults(),
  globals: [before, globals()],
};
process.stdout.write(JSON.stringify(report));
server.close();
server.closeAllConnections();
