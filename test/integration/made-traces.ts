import {
  type Context,
  createTraceState,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  TraceFlags,
} from '@opentelemetry/api';
import { ExportResultCode } from '@opentelemetry/core';
import { JsonTraceSerializer } from '@opentelemetry/otlp-transformer';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  AlwaysOnSampler,
  createAlwaysRecordSampler,
  ParentBasedSampler,
  type SpanExporter,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { createSamplingProcessor } from '../../otel/sampler.ts';
import { encodeThreshold, thresholdOf } from '../../otel/sampling/consistent-threshold.ts';
import { hexOf, idsOf, randomOf } from '../otel/sampling/random.ts';
import type { ArrivedSpan } from './otlp-arrivals.ts';

export interface MadeTraces {
  readonly service: string;
  readonly count: number;
  readonly seed: number;
  readonly rates: Readonly<Record<string, number>>;
  /** Of the traces, those that a caller has sampled, which it says of each; without it nobody calls. */
  readonly upstream?: number;
}

/**
 * Sends `count` traces of a request and a statement, one in fifty of them failed, and half as many of a statement alone, whose rate is another
 * type's; ends when the exporter has sent all of them.
 */
export async function sendTraces(
  endpoint: string,
  { service, count, seed, rates, upstream }: MadeTraces,
): Promise<void> {
  const random = randomOf(seed);
  // A storm is another test's: these failures are spread over minutes.
  let millis = 1_700_000_000_000;
  const clock = { now: () => millis, monotonicNanos: () => millis * 1e6 };
  const processor = createSamplingProcessor({
    rates,
    exporter: exporterTo(endpoint),
    clock,
  });
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ 'service.name': service }),
    sampler: createAlwaysRecordSampler(new ParentBasedSampler({ root: new AlwaysOnSampler() })),
    // The ids decide everything here, so the test is as random as its seed.
    idGenerator: idsOf(random),
    spanProcessors: [processor],
  });
  const tracer = provider.getTracer('made');
  const statement = (parent: Context): void =>
    tracer.startSpan('SELECT posts', { kind: SpanKind.CLIENT, attributes: STATEMENT }, parent).end();
  for (let i = 0; i < count; i++) {
    millis += 20;
    const parent = upstream === undefined ? ROOT_CONTEXT : caller(random, upstream);
    const request = tracer.startSpan('GET /', { kind: SpanKind.SERVER, attributes: REQUEST }, parent);
    statement(trace.setSpan(parent, request));
    if (i % 50 === 0) request.setStatus({ code: SpanStatusCode.ERROR });
    request.end();
    if (i % 2 === 0) statement(ROOT_CONTEXT);
    if (i % 400 === 0) await processor.forceFlush();
  }
  await provider.shutdown();
}

const REQUEST = { 'http.request.method': 'GET', 'http.route': '/' };
const STATEMENT = { 'db.system.name': 'sqlite', 'db.query.summary': 'SELECT posts' };

/** Of one try. */
function exporterTo(endpoint: string): SpanExporter {
  return {
    export: (spans, resultCallback) => {
      const body = JsonTraceSerializer.serializeRequest(spans)!;
      fetch(`${endpoint}/v1/traces`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: Buffer.from(body),
      }).then(
        ({ ok }) => resultCallback({ code: ok ? ExportResultCode.SUCCESS : ExportResultCode.FAILED }),
        (error: Error) => resultCallback({ code: ExportResultCode.FAILED, error }),
      );
    },
    shutdown: () => Promise.resolve(),
  };
}

/** One who samples this share of his traces, and says so. */
function caller(random: () => number, share: number): Context {
  const traceId = hexOf(random, 4);
  const isSampled = isSampledAt(traceId, share);
  return trace.setSpanContext(ROOT_CONTEXT, {
    traceId,
    spanId: hexOf(random, 2),
    isRemote: true,
    traceFlags: isSampled ? TraceFlags.SAMPLED : TraceFlags.NONE,
    ...(isSampled && { traceState: createTraceState(`ot=th:${encodeThreshold(thresholdOf(share))}`) }),
  });
}

/** R >= T, where R are the last 14 digits of the id: what every sampler at this rate does with it. */
export function isSampledAt(traceId: string, rate: number): boolean {
  return traceId.slice(18) >= (encodeThreshold(thresholdOf(rate)) ?? 'never').padEnd(14, '0');
}

/** One over the probability that the threshold in its trace state states; undefined without one. */
export function adjustedCount({ traceState }: Pick<ArrivedSpan, 'traceState'>): number | undefined {
  const threshold = /(?:^|[;,=])th:([0-9a-f]{1,14})/.exec(traceState)?.[1];
  return threshold === undefined
    ? undefined
    : 1 / (1 - Number.parseInt(threshold.padEnd(14, '0'), 16) / 2 ** 56);
}
