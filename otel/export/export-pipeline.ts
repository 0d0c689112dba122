import { context, ROOT_CONTEXT } from '@opentelemetry/api';
import { ExportResultCode, suppressTracing } from '@opentelemetry/core';
import type { ExportResult } from '@opentelemetry/core';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace';
import type { Clock } from '../base/clock.ts';
import { systemClock } from '../base/clock.ts';
import type { ExportFacts } from '../query.ts';
import { Deadline } from '../base/deadline.ts';
import { ExportHealth } from './export-health.ts';
import { ExportQueue } from './export-queue.ts';
import { componentOf, CutOff, ExportTally } from './export-tally.ts';
import { failedOf, RejectedItems } from './rejected-items.ts';

/** Time for an exporter to close itself, after everything else. */
const CLOSE_TIMEOUT_MILLIS = 1000;

/** A SpanExporter whose running export can be aborted, so that its callback follows soon. */
export interface AbortableSpanExporter extends SpanExporter {
  abort?(): void;
}

export interface ExportPipelineOptions {
  readonly exporter: AbortableSpanExporter;
  /** Destination for display: a URL, whose credentials are removed, or a word. Default: the exporter's class. */
  readonly endpoint?: string | undefined;
  /** `otel.component.type` of its metrics. Default: the exporter's class. */
  readonly componentType?: string | undefined;
  readonly clock?: Clock;
  /** Called for every trace that enters the queue. */
  readonly onAccepted?: (traceId: string) => void;
  /** Default 2048. */
  readonly maxQueueSpans?: number;
  /** Default 4 MiB. */
  readonly maxQueueBytes?: number;
  /** Spans per export; default 512. */
  readonly maxBatchSpans?: number;
  /** Maximum time a span waits for a batch; also the pause after a failure; default 5000. */
  readonly scheduledDelayMillis?: number;
  /** An export that takes longer has failed and is aborted; default 10,000. */
  readonly exportTimeoutMillis?: number;
  /** For forceFlush as a whole; default 10,000. */
  readonly flushTimeoutMillis?: number;
  /** For shutdown as a whole; default 3000. */
  readonly shutdownTimeoutMillis?: number;
}

/** The export in progress; its spans are counted once. */
interface Attempt {
  spans: number;
  readonly fail: (error: unknown) => void;
}

/**
 * Queue between the span processor and any exporter: exporting only enqueues, and one batch at a time is sent, also after failures and in
 * forceFlush. The next export waits for the callback of the previous one even after its timeout; an exporter that never calls back costs a bounded
 * queue and nothing more.
 */
export class ExportPipeline implements SpanExporter {
  /** Counts of exports, for metrics. */
  readonly tally: ExportTally;
  readonly maxQueueSpans: number;
  readonly #exporter: AbortableSpanExporter;
  readonly #health: ExportHealth;
  readonly #onAccepted: (traceId: string) => void;
  readonly #queue: ExportQueue;
  readonly #maxBatchSpans: number;
  readonly #scheduledDelayMillis: number;
  readonly #exportTimeoutMillis: number;
  readonly #flushTimeoutMillis: number;
  readonly #shutdownTimeoutMillis: number;
  /** Pending until the exporter's callback. */
  #running: Promise<void> | undefined;
  #attempt: Attempt | undefined;
  #timer: NodeJS.Timeout | undefined;
  #timerDelayMillis = 0;
  #lastFailed = false;
  #shutdown: Promise<void> | undefined;

  constructor(options: ExportPipelineOptions) {
    const { exporter, clock = systemClock } = options;
    const exporterName = exporter.constructor.name;
    const endpoint = options.endpoint ?? exporterName;
    const type = options.componentType ?? exporterName;
    this.#exporter = exporter;
    this.#health = new ExportHealth(endpoint, clock.now);
    this.tally = new ExportTally(componentOf('span', type, endpoint), clock.monotonicNanos);
    this.#onAccepted = options.onAccepted ?? (() => {});
    this.maxQueueSpans = options.maxQueueSpans ?? 2048;
    this.#queue = new ExportQueue(this.maxQueueSpans, options.maxQueueBytes ?? 4 * 1024 * 1024);
    this.#maxBatchSpans = options.maxBatchSpans ?? 512;
    this.#scheduledDelayMillis = options.scheduledDelayMillis ?? 5000;
    this.#exportTimeoutMillis = options.exportTimeoutMillis ?? 10_000;
    this.#flushTimeoutMillis = options.flushTimeoutMillis ?? 10_000;
    this.#shutdownTimeoutMillis = options.shutdownTimeoutMillis ?? 3000;
  }

  /** Only enqueues; success means accepted, not sent. */
  export(spans: readonly ReadableSpan[], resultCallback: (result: ExportResult) => void): void {
    if (this.#shutdown !== undefined) {
      this.#health.countDropped(spans.length);
      resultCallback({ code: ExportResultCode.FAILED });
      return;
    }
    this.#health.countOverflow(this.#queue.add(spans));
    this.#schedule();
    resultCallback({ code: ExportResultCode.SUCCESS });
    for (const traceId of new Set(spans.map((span) => span.spanContext().traceId))) this.#onAccepted(traceId);
  }

  /** Exports what is queued, then flushes the exporter. Resolves within its timeout, whatever the receiver does; never rejects. */
  async forceFlush(): Promise<void> {
    if (this.#shutdown !== undefined) return this.#shutdown;
    const deadline = new Deadline(this.#flushTimeoutMillis);
    await deadline.of(this.#drain(deadline));
    await deadline.of(this.#flushExporter());
  }

  /** Exports what is queued and closes the exporter; what cannot be sent in time counts as dropped. Idempotent; never rejects. */
  shutdown(): Promise<void> {
    this.#shutdown ??= this.#close();
    return this.#shutdown;
  }

  facts(): ExportFacts {
    return this.#health.facts(this.#queue.spans + (this.#attempt?.spans ?? 0));
  }

  /** Without those of the export in progress. */
  get queuedSpans(): number {
    return this.#queue.spans;
  }

  /** Estimated size of queued spans. */
  get queuedBytes(): number {
    return this.#queue.bytes;
  }

  #schedule(): void {
    if (this.#running !== undefined || this.#shutdown !== undefined || this.#queue.spans === 0) return;
    const isFull = this.#queue.spans >= this.#maxBatchSpans && !this.#lastFailed;
    const delayMillis = isFull ? 0 : this.#scheduledDelayMillis;
    if (this.#timer !== undefined && this.#timerDelayMillis <= delayMillis) return;
    this.#clearTimer();
    this.#timerDelayMillis = delayMillis;
    // Under the root context, or the timer would retain the request that happened to be active.
    this.#timer = context.with(ROOT_CONTEXT, () => setTimeout(() => void this.#exportNext(), delayMillis));
    this.#timer.unref();
  }

  #clearTimer(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** Starts the only export. */
  #exportNext(): Promise<void> {
    this.#clearTimer();
    const batch = this.#queue.take(this.#maxBatchSpans);
    this.#running = context
      .with(suppressTracing(ROOT_CONTEXT), () => this.#send(batch))
      .then(() => {
        this.#running = undefined;
        this.#schedule();
      });
    return this.#running;
  }

  /** Resolves when the exporter has called back; its outcome may have been counted earlier, at the timeout. */
  #send(batch: ReadableSpan[]): Promise<void> {
    return new Promise((resolve) => {
      const count = this.tally.start(batch.length);
      const settle = (error?: unknown): void => {
        if (attempt.spans === 0) return;
        clearTimeout(timeout);
        attempt.spans = 0;
        count(error);
        this.#count(batch.length, error);
      };
      const attempt: Attempt = { spans: batch.length, fail: settle };
      const timeout = setTimeout(() => {
        attempt.fail(new CutOff('timeout', `no response within ${this.#exportTimeoutMillis} ms`));
        this.#abort();
      }, this.#exportTimeoutMillis).unref();
      this.#attempt = attempt;
      const fail = (error: unknown): void => {
        attempt.fail(error ?? new Error('the exporter failed without a reason'));
        resolve();
      };
      try {
        // An async exporter returns a promise despite its type; unhandled, its rejection would end the process.
        const answer: unknown = this.#exporter.export(batch, ({ code, error }) => {
          if (code !== ExportResultCode.SUCCESS) return fail(error);
          settle();
          resolve();
        });
        if (answer instanceof Promise) answer.catch(fail);
      } catch (error) {
        fail(error);
      }
    });
  }

  #count(spans: number, error: unknown): void {
    // A receiver that rejects items will reject them again; the others were accepted, so no pause is needed.
    this.#lastFailed = error !== undefined && !(error instanceof RejectedItems);
    if (error === undefined) return this.#health.countSent(spans);
    const failed = failedOf(error, spans);
    if (failed < spans) this.#health.countSent(spans - failed);
    this.#health.countFailed(failed, error);
  }

  async #drain(deadline: Deadline): Promise<void> {
    while (!deadline.isOver && (this.#running !== undefined || this.#queue.spans > 0)) {
      await (this.#running ?? this.#exportNext());
    }
  }

  async #close(): Promise<void> {
    this.#clearTimer();
    const deadline = new Deadline(this.#shutdownTimeoutMillis);
    await deadline.of(this.#drain(deadline));
    this.#attempt?.fail(new CutOff('shutdown', 'aborted by the shutdown'));
    if (this.#running !== undefined) this.#abort();
    this.#health.countDropped(this.#queue.clear());
    await new Deadline(CLOSE_TIMEOUT_MILLIS).of(this.#closeExporter());
  }

  async #flushExporter(): Promise<void> {
    try {
      await context.with(suppressTracing(ROOT_CONTEXT), () => this.#exporter.forceFlush?.());
    } catch (error) {
      this.#health.noteError(error);
    }
  }

  async #closeExporter(): Promise<void> {
    try {
      await context.with(suppressTracing(ROOT_CONTEXT), () => this.#exporter.shutdown());
    } catch (error) {
      this.#health.noteError(error);
    }
  }

  #abort(): void {
    try {
      this.#exporter.abort?.();
    } catch (error) {
      this.#health.noteError(error);
    }
  }
}

/** Wraps any span exporter: one export at a time, with a bounded queue. */
export function exportPipeline(
  exporter: AbortableSpanExporter,
  options: Omit<ExportPipelineOptions, 'exporter'> = {},
): ExportPipeline {
  return exporter instanceof ExportPipeline ? exporter : new ExportPipeline({ ...options, exporter });
}
