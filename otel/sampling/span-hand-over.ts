import { ExportResultCode, type ExportResult } from '@opentelemetry/core';
import type { SpanExporter } from '@opentelemetry/sdk-trace';
import { Deadline } from '../base/deadline.ts';
import type { Guard } from '../base/guard.ts';
import type { OperationType } from '../query.ts';
import type { HeldFacts } from './buffered-trace.ts';
import type { Bits56 } from './consistent-threshold.ts';
import type { EndedSpan } from './ended-span.ts';
import type { Reasons, StormFates, Thresholds } from './policies.ts';
import { SampledSpan } from './sampled-span.ts';

/** Of forceFlush and of shutdown, over all exporters. */
const TIMEOUT_MILLIS = 10_000;

/** Where kept spans go, and by whose rate. */
export interface SpanOutput {
  readonly exporter: SpanExporter;
  readonly rates: 'local' | 'export';
}

/** Reasons by pipeline; undefined for one that is not there. */
export interface Judgement {
  readonly local: Reasons;
  readonly export: Reasons | undefined;
  readonly fates: StormFates | undefined;
}

/** Gives kept spans to the exporters, as views that carry the weight each pipeline gave them. Never throws. */
export class SpanHandOver {
  readonly #outputs: readonly SpanOutput[];
  readonly #guard: Guard;
  readonly #timeoutMillis: number;
  /** One for all exports, so that an exporter that never calls back holds nothing of them. */
  readonly #onResult = ({ code, error }: ExportResult): void => {
    if (error !== undefined) this.#guard.report('exporter', error);
    else if (code === ExportResultCode.FAILED)
      this.#guard.report('exporter', 'the export failed without a reason');
  };

  constructor(outputs: readonly SpanOutput[], guard: Guard, timeoutMillis = TIMEOUT_MILLIS) {
    this.#outputs = outputs;
    this.#guard = guard;
    this.#timeoutMillis = timeoutMillis;
  }

  /** Whether any pipeline has a rate of its own. */
  get exports(): boolean {
    return this.#outputs.some((output) => output.rates === 'export');
  }

  give(spans: readonly EndedSpan[], judgement: Judgement, facts: HeldFacts, thresholds: Thresholds): void {
    for (let i = 0; i < this.#outputs.length; i++) {
      const { exporter, rates } = this.#outputs[i]!;
      const reasons = judgement[rates];
      if (reasons === undefined) continue;
      try {
        this.#export(exporter, viewsOf(spans, reasons, judgement.fates, facts, thresholds[rates]));
      } catch (error) {
        this.#guard.report('exporter', error);
      }
    }
  }

  /** Gives all spans of a trace, each for its rate alone. */
  giveAll(spans: readonly EndedSpan[], facts: HeldFacts, thresholds: Thresholds, isExported: boolean): void {
    for (let i = 0; i < this.#outputs.length; i++) {
      const { exporter, rates } = this.#outputs[i]!;
      if (rates === 'export' && !isExported) continue;
      try {
        const by = thresholds[rates];
        const views: SampledSpan[] = [];
        for (let k = 0; k < spans.length; k++) {
          const span = spans[k]!;
          views.push(new SampledSpan(span, 'probability', facts, by[span.type], undefined));
        }
        this.#export(exporter, views);
      } catch (error) {
        this.#guard.report('exporter', error);
      }
    }
  }

  /** Ends within its timeout, whatever the exporters do. */
  async forceFlush(): Promise<void> {
    await this.#each('exporter.forceFlush', async (exporter) => exporter.forceFlush?.());
  }

  /** Ends within its timeout, whatever the exporters do. */
  async shutdown(): Promise<void> {
    await this.#each('exporter.shutdown', async (exporter) => exporter.shutdown());
  }

  #export(exporter: SpanExporter, views: SampledSpan[]): void {
    if (views.length === 0) return;
    // An exporter written with async answers a promise against its type; unhandled, its rejection would end the process.
    const answer: unknown = exporter.export(views, this.#onResult);
    if (answer instanceof Promise) answer.catch((error: unknown) => this.#guard.report('exporter', error));
  }

  async #each(place: string, call: (exporter: SpanExporter) => Promise<void>): Promise<void> {
    const work = this.#outputs.map(({ exporter }) =>
      call(exporter).catch((error: unknown) => this.#guard.report(place, error)),
    );
    let isDone = false;
    const all = Promise.all(work).then(() => (isDone = true));
    await new Deadline(this.#timeoutMillis).of(all);
    if (!isDone) this.#guard.report(place, `no end within ${this.#timeoutMillis} ms`);
  }
}

function viewsOf(
  spans: readonly EndedSpan[],
  reasons: Reasons,
  fates: StormFates | undefined,
  facts: HeldFacts,
  thresholds: Readonly<Record<OperationType, Bits56>>,
): SampledSpan[] {
  const views: SampledSpan[] = [];
  for (let i = 0; i < reasons.length; i++) {
    const reason = reasons[i];
    if (reason === undefined) continue;
    const ended = spans[i]!;
    views.push(new SampledSpan(ended, reason, facts, thresholds[ended.type], fates?.[i]));
  }
  return views;
}
