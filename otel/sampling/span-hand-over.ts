import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace';
import type { Guard } from '../guard.ts';
import type { KeepReason, OperationType } from '../query.ts';
import type { PendingSpan, Verdict } from './buffered-trace.ts';
import { type Bits56, compareBits56, KEEP_ALL } from './consistent-threshold.ts';
import { readOtTraceState } from './ot-trace-state.ts';
import type { Thresholds } from './policies.ts';
import { SampledSpan } from './sampled-span.ts';

/** Where kept spans go, and by whose rate. */
export interface SpanOutput {
  readonly exporter: SpanExporter;
  readonly rates: 'local' | 'export';
}

/** One reason per span, undefined for those let go. */
export type Reasons = readonly (KeepReason | undefined)[];

/** Gives kept spans to the exporters, as views that carry the weight each pipeline gave them. Never throws. */
export class SpanHandOver {
  readonly #outputs: readonly SpanOutput[];
  readonly #guard: Guard;

  constructor(outputs: readonly SpanOutput[], guard: Guard) {
    this.#outputs = outputs;
    this.#guard = guard;
  }

  /** Whether any pipeline has a rate of its own. */
  get exports(): boolean {
    return this.#outputs.some((output) => output.rates === 'export');
  }

  /** @param reasons By pipeline; undefined for one that is not there. */
  give(
    spans: readonly PendingSpan[],
    reasons: Readonly<Record<SpanOutput['rates'], Reasons | undefined>>,
    verdict: Verdict,
    thresholds: Thresholds,
  ): void {
    for (const { exporter, rates } of this.#outputs) {
      const ofPipeline = reasons[rates];
      if (ofPipeline !== undefined)
        this.#export(exporter, viewsOf(spans, ofPipeline, verdict, thresholds[rates]));
    }
  }

  async forceFlush(): Promise<void> {
    await this.#each('exporter.forceFlush', async (exporter) => exporter.forceFlush?.());
  }

  async shutdown(): Promise<void> {
    await this.#each('exporter.shutdown', async (exporter) => exporter.shutdown());
  }

  #export(exporter: SpanExporter, views: SampledSpan[]): void {
    if (views.length === 0) return;
    try {
      exporter.export(views, (result) => {
        if (result.error !== undefined) this.#guard.report('exporter', result.error);
      });
    } catch (error) {
      this.#guard.report('exporter', error);
    }
  }

  async #each(place: string, call: (exporter: SpanExporter) => Promise<void>): Promise<void> {
    const results = await Promise.allSettled(this.#outputs.map(({ exporter }) => call(exporter)));
    for (const result of results) if (result.status === 'rejected') this.#guard.report(place, result.reason);
  }
}

function viewsOf(
  spans: readonly PendingSpan[],
  reasons: Reasons,
  verdict: Verdict,
  thresholds: Readonly<Record<OperationType, Bits56>>,
): SampledSpan[] {
  const views: SampledSpan[] = [];
  for (const [index, keepReason] of reasons.entries()) {
    if (keepReason === undefined) continue;
    const { span, type, series } = spans[index]!;
    const view = { operationType: type, series, keepReason, traceFacts: verdict.facts };
    views.push(new SampledSpan(span, view, weightOf(span, keepReason, thresholds[type])));
  }
  return views;
}

/** `th`: 0 for what had to be kept, unknown for a mere ancestor, else the stricter of ours and upstream's (G17). */
function weightOf(span: ReadableSpan, reason: KeepReason, own: Bits56): Bits56 | undefined {
  if (reason === 'ancestor') return undefined;
  if (reason !== 'probability') return KEEP_ALL;
  const upstream = readOtTraceState(span.spanContext().traceState).threshold;
  return upstream === undefined || compareBits56(own, upstream) >= 0 ? own : upstream;
}
