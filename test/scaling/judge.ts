import type { OtlpSpan } from '../fixtures/otlp-lines.ts';

const SLOW_NANOS = 1_000_000_000n;
const ERROR = 2;
const SERVER = 2;
/** What `rest` of gateway.yaml keeps. */
const SHARE = 0.25;
const THRESHOLD = BigInt((1 - SHARE) * 2 ** 56);

export type Traces = ReadonlyMap<string, readonly OtlpSpan[]>;

export function byTrace(spans: readonly OtlpSpan[]): Traces {
  const traces = new Map<string, OtlpSpan[]>();
  for (const span of spans) {
    const trace = traces.get(span.traceId);
    if (trace === undefined) traces.set(span.traceId, [span]);
    else trace.push(span);
  }
  return traces;
}

/** What the gateways have to keep of what they received: failed and slow traces, and a share by randomness. */
export function toKeep(traces: Traces): Traces {
  return new Map([...traces].filter(([id, spans]) => isKept(id, spans)));
}

function isKept(traceId: string, spans: readonly OtlpSpan[]): boolean {
  if (spans.some(({ status }) => status?.code === ERROR)) return true;
  const starts = spans.map(({ startTimeUnixNano }) => BigInt(startTimeUnixNano));
  const ends = spans.map(({ endTimeUnixNano }) => BigInt(endTimeUnixNano));
  const lasted = ends.reduce((a, b) => (a > b ? a : b)) - starts.reduce((a, b) => (a < b ? a : b));
  return lasted >= SLOW_NANOS || BigInt(`0x${traceId.slice(18)}`) >= THRESHOLD;
}

/** Spans that came more than once. */
export function twice(spans: readonly OtlpSpan[]): number {
  return spans.length - new Set(spans.map(({ traceId, spanId }) => `${traceId}/${spanId}`)).size;
}

/** Traces of which some spans came here and some there. */
export function split(here: Traces, there: Traces): number {
  return [...here.keys()].filter((id) => there.has(id)).length;
}

/** Sum of the weights of requests, and its standard deviation: each was kept by chance, with the probability that its weight tells. */
export function estimate(spans: readonly OtlpSpan[]): { readonly sum: number; readonly sigma: number } {
  let sum = 0;
  let variance = 0;
  for (const { kind, traceState = '' } of spans) {
    const th = /th:([0-9a-f]+)/.exec(traceState)?.[1];
    if (kind !== SERVER || th === undefined) continue;
    const probability = 1 - Number(BigInt(`0x${th.padEnd(14, '0')}`)) / 2 ** 56;
    sum += 1 / probability;
    variance += (1 - probability) / probability ** 2;
  }
  return { sum, sigma: Math.sqrt(variance) };
}
