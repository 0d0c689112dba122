import { context, ROOT_CONTEXT } from '@opentelemetry/api';
import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import { systemClock } from '../base/clock.ts';
import { Deadline } from '../base/deadline.ts';
import type { ExportFacts, ExportTest } from '../base/export-facts.ts';
import { untraced } from '../base/untraced.ts';
import { isRetryable, isTooLarge } from './delivery.ts';
import type { Destination } from './destination.ts';
import { ExportBooks } from './export-books.ts';
import { ExportOutcomes } from './export-outcomes.ts';
import type { ItemKind } from './export-queue.ts';
import { ExportTally } from './export-tally.ts';
import { sendTest } from './export-test.ts';
import { OneExport } from './one-export.ts';
import type { ExportPipelineOptions } from './pipeline-options.ts';
import { StoredBatches } from './stored-batches.ts';
import { WaitingItems } from './waiting-items.ts';

/** Time for an exporter to close itself, after everything else. */
const CLOSE_TIMEOUT_MILLIS = 1000;

/**
 * Queue between the kit and any receiver or exporter: exporting only enqueues, and one batch at a time is sent, also after failures and in
 * forceFlush. A batch that may be accepted later goes back, to the queue or to disk, and the pipeline pauses, as long as the receiver asks. The next
 * export waits for the end of the previous one even after its timeout; an exporter that never calls back costs a bounded queue and nothing more.
 */
export class ExportPipeline<Item> {
  /** Counts of exports, for metrics. */
  readonly tally: ExportTally;
  readonly #destination: Destination<Item>;
  readonly #kind: ItemKind<Item>;
  readonly #books: ExportBooks;
  readonly #onSent: (traceIds: readonly string[]) => void;
  readonly #sample: () => Item[];
  readonly #waiting: WaitingItems<Item>;
  readonly #outcomes: ExportOutcomes;
  readonly #scheduledDelayMillis: number;
  readonly #export: OneExport;
  readonly #flushTimeoutMillis: number;
  readonly #shutdownTimeoutMillis: number;
  readonly #nanos: () => number;
  #sentQueuedNanos = -Infinity;
  #timer: NodeJS.Timeout | undefined;
  #timerDelayMillis = 0;
  #isOn = true;
  #shutdown: Promise<void> | undefined;

  constructor(options: ExportPipelineOptions<Item>) {
    const { destination, kind, endpoint, clock = systemClock } = options;
    this.#destination = destination;
    this.#kind = kind;
    this.#books = new ExportBooks(kind.signal, endpoint, clock.now);
    this.tally = new ExportTally(options.component, clock.monotonicNanos);
    this.#onSent = options.onSent ?? (() => {});
    this.#sample = options.sample ?? (() => []);
    this.#scheduledDelayMillis = options.scheduledDelayMillis ?? 5000;
    this.#export = new OneExport({
      tally: this.tally,
      timeoutMillis: options.exportTimeoutMillis ?? 10_000,
      maySendAgain: destination.encoding !== undefined,
    });
    this.#flushTimeoutMillis = options.flushTimeoutMillis ?? 10_000;
    this.#shutdownTimeoutMillis = options.shutdownTimeoutMillis ?? 3000;
    this.#nanos = clock.monotonicNanos;
    const { storage, storedItemsPerSecond: itemsPerSecond = 2500 } = options;
    storage?.onAdopted(() => this.#schedule());
    const { encoding } = destination;
    const hasStorage = storage !== undefined && encoding !== undefined;
    this.#waiting = new WaitingItems({
      kind,
      books: this.#books,
      maxItems: options.maxQueueItems ?? 2048,
      maxBytes: options.maxQueueBytes ?? 4 * 1024 * 1024,
      maxBatchItems: options.maxBatchItems ?? 512,
      stored: hasStorage ? new StoredBatches({ storage, encoding, kind, itemsPerSecond }) : undefined,
    });
    this.#outcomes = new ExportOutcomes({
      signal: kind.signal,
      books: this.#books,
      waiting: this.#waiting,
      pauseMillis: this.#scheduledDelayMillis,
      now: clock.now,
      log: options.log ?? (() => {}),
      onPauseEnd: () => this.#schedule(),
    });
  }

  /** Only enqueues; success means accepted, not sent. */
  export(items: readonly Item[], resultCallback: (result: ExportResult) => void): void {
    const bundle = this.#kind.bundle([...items]);
    this.#books.countAccepted(bundle.count);
    if (this.#shutdown !== undefined || !this.#isOn) {
      this.#books.countDropped(bundle.count, this.#isOn ? 'stopped' : 'off');
      // An export that was switched off is no fault.
      resultCallback({ code: this.#isOn ? ExportResultCode.FAILED : ExportResultCode.SUCCESS });
      return;
    }
    this.#waiting.add(bundle);
    this.#schedule();
    resultCallback({ code: ExportResultCode.SUCCESS });
  }

  /** Notes why there was nothing to add; it is said as a failed export is. */
  noteFault(error: unknown): void {
    this.#outcomes.noteFault(error);
  }

  /** Exports what is queued, then flushes the exporter. Resolves within its timeout, whatever the receiver does; never rejects. */
  async forceFlush(): Promise<void> {
    if (this.#shutdown !== undefined) return this.#shutdown;
    const deadline = new Deadline(this.#flushTimeoutMillis);
    await deadline.of(this.#drain(deadline));
    await deadline.of(this.#quietly(() => this.#destination.flush()));
  }

  /** Exports what is queued and closes the exporter; what cannot be sent in time waits on disk or is dropped. Idempotent; never rejects. */
  shutdown(): Promise<void> {
    this.#shutdown ??= this.#close();
    return this.#shutdown;
  }

  /** While it is off, what is added is dropped and counted; what is queued waits. */
  switch(isOn: boolean): void {
    this.#isOn = isOn;
    this.#clearTimer();
    this.#schedule();
  }

  /** Sends the sample, after the export in progress. It is not in the books. Never rejects. */
  async test(): Promise<ExportTest> {
    while (this.#export.running !== undefined) await this.#export.running;
    const items = this.#sample();
    const outcome = { fault: undefined, millis: 0 };
    await this.#run(() => sendTest(this.#destination, items, this.#nanos, outcome));
    return {
      signal: this.#kind.signal,
      endpoint: this.#books.endpoint,
      traceId: this.#kind.traceIds(items)[0],
      ...outcome,
    };
  }

  facts(): ExportFacts {
    return {
      ...this.#books.facts(),
      isOn: this.#isOn,
      isRemote: this.#destination.encoding !== undefined,
      queued: this.#waiting.items + this.#export.items,
      pausedUntilMillis: this.#outcomes.pause.untilMillis,
      ...this.#waiting.facts(),
    };
  }

  get maxQueueItems(): number {
    return this.#waiting.maxItems;
  }

  /** Without those of the export in progress. */
  get queuedItems(): number {
    return this.#waiting.items;
  }

  /** Estimated size of queued items. */
  get queuedBytes(): number {
    return this.#waiting.bytes;
  }

  #schedule(): void {
    if (this.#export.running !== undefined || this.#shutdown !== undefined || !this.#isOn) return;
    const delayMillis = this.#nextDelay();
    if (delayMillis === undefined) return;
    if (this.#timer !== undefined && this.#timerDelayMillis <= delayMillis) return;
    this.#clearTimer();
    this.#timerDelayMillis = delayMillis;
    // Under the root context, or the timer would retain the request that happened to be active.
    this.#timer = context.with(ROOT_CONTEXT, () => setTimeout(() => this.#onTimer(), delayMillis));
    this.#timer.unref();
  }

  /** Undefined if there is nothing to do. */
  #nextDelay(): number | undefined {
    const { isBatchFull, items, stored } = this.#waiting;
    const { pause, isAway } = this.#outcomes;
    if (pause.isOn && (stored === undefined || !isAway)) return undefined;
    if (isBatchFull) return 0;
    if (!pause.isOn && stored?.isWaiting === true) return stored.pauseMillis;
    return items > 0 ? this.#scheduledDelayMillis : undefined;
  }

  #clearTimer(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #onTimer(): void {
    this.#clearTimer();
    if (!this.#outcomes.pause.isOn) return this.#exportNext();
    this.#waiting.store();
    this.#schedule();
  }

  /** Starts the only export: what is due in the queue first, otherwise what waited on disk, oldest first. */
  #exportNext(): void {
    const { stored } = this.#waiting;
    const isStored = stored?.isWaiting === true && !this.#isQueueDue();
    void this.#run(() => (isStored ? this.#sendStored(stored) : this.#sendQueued()));
  }

  #isQueueDue(): boolean {
    if (this.#waiting.isBatchFull) return true;
    const waitedMillis = (this.#nanos() - this.#sentQueuedNanos) / 1e6;
    return this.#waiting.items > 0 && waitedMillis >= this.#scheduledDelayMillis;
  }

  #run(work: () => Promise<void>): Promise<void> {
    this.#clearTimer();
    return this.#export.run(work).then(() => this.#schedule());
  }

  async #sendQueued(): Promise<void> {
    this.#sentQueuedNanos = this.#nanos();
    const batch = this.#waiting.take();
    const items = batch.flatMap((bundle) => bundle.items);
    const count = batch.reduce((sum, bundle) => sum + bundle.count, 0);
    if (count === 0) return;
    await this.#export.send({
      items: count,
      send: (abort) => this.#destination.send(items, abort),
      settle: (error) => {
        const isHalved = isTooLarge(error) && this.#waiting.halve(batch);
        const goesBack = isHalved || isRetryable(error);
        if (goesBack && !isHalved) this.#waiting.keep(batch);
        if (error === undefined) this.#onSent(this.#kind.traceIds(items));
        this.#outcomes.note(error, goesBack ? 0 : count);
        return goesBack;
      },
    });
  }

  async #sendStored(stored: StoredBatches<Item>): Promise<void> {
    const part = await stored.oldest();
    if (part === undefined) return;
    await this.#export.send({
      items: part.items,
      send: (abort) => part.send(abort),
      settle: (error) => {
        const goesBack = isRetryable(error) || (isTooLarge(error) && part.halve());
        if (!goesBack) part.remove();
        if (error === undefined) this.#onSent(part.traceIds);
        this.#outcomes.note(error, goesBack ? 0 : part.items);
        return goesBack;
      },
    });
  }

  /** Sends what is queued until it is empty or the receiver is away; not in a pause that the receiver asked for. */
  async #drain(deadline: Deadline): Promise<void> {
    if (this.#export.running !== undefined) await this.#export.running;
    if (this.#outcomes.pause.isAsked || !this.#isOn) return;
    this.#outcomes.isAway = false;
    while (
      !deadline.isOver &&
      !this.#outcomes.isAway &&
      (this.#export.running !== undefined || this.#waiting.items > 0)
    ) {
      this.#outcomes.pause.skip();
      await (this.#export.running ?? this.#run(() => this.#sendQueued()));
    }
  }

  async #close(): Promise<void> {
    this.#clearTimer();
    const deadline = new Deadline(this.#shutdownTimeoutMillis);
    await deadline.of(this.#drain(deadline));
    this.#export.cutOff('shutdown', 'aborted by the shutdown');
    this.#outcomes.pause.end();
    this.#waiting.store();
    this.#outcomes.noteStop(this.#waiting.drop());
    await new Deadline(CLOSE_TIMEOUT_MILLIS).of(this.#quietly(() => this.#destination.close()));
  }

  async #quietly(work: () => Promise<void>): Promise<void> {
    try {
      await untraced(work);
    } catch (error) {
      this.#books.noteError(error);
    }
  }
}
