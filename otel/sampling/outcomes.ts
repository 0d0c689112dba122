import { Deadline } from '../base/deadline.ts';
import type { Guard } from '../base/guard.ts';
import type { DropReason, OperationType } from '../base/operation-types.ts';
import type { KeptSpan, TraceFacts } from '../spans/kept-span.ts';
import type { EndedSpan } from '../spans/operation.ts';
import { KeptView } from './kept-view.ts';
import { OperationTally } from './operation-tally.ts';
import type { PendingTrace } from './pending-trace.ts';
import type { Outcome, Policy } from './policy.ts';
import type { Verdict } from './verdict.ts';

/** For forceFlush and shutdown, over all sinks. */
const TIMEOUT_MILLIS = 10_000;

/** Counts operations, independently of what is kept. */
export interface OperationAggregates {
  /** Returns the second it was counted in, epoch milliseconds. */
  record(operation: EndedSpan): number;
  /** Records that the span of an operation counted in that second was kept. */
  recordKept(type: OperationType, series: string, countedMillis: number): void;
}

export const NO_AGGREGATES: OperationAggregates = { record: () => NaN, recordKept: () => {} };

/** A destination of kept spans and the rates that apply to it. */
export interface Sink {
  /** `local`: span by span, by each type's rate. `export`: whole traces, respecting upstream sampling. */
  readonly rates: 'local' | 'export';
  /** Takes the kept spans of one trace, each with reason and weight. Must not block. */
  take(spans: readonly KeptSpan[]): void;
  forceFlush?(): Promise<void>;
  shutdown?(): Promise<void>;
}

/** Applies a verdict: counts every operation once, passes kept spans with their weight. Never throws. */
export class Outcomes {
  readonly tally = new OperationTally();
  /** True if a sink uses the export rates. */
  readonly exports: boolean;
  readonly #aggregates: OperationAggregates;
  readonly #sinks: readonly Sink[];
  readonly #guard: Guard;
  readonly #timeoutMillis: number;

  constructor(
    aggregates: OperationAggregates,
    sinks: readonly Sink[],
    guard: Guard,
    timeoutMillis = TIMEOUT_MILLIS,
  ) {
    this.#aggregates = aggregates;
    this.#sinks = sinks;
    this.exports = sinks.some(({ rates }) => rates === 'export');
    this.#guard = guard;
    this.#timeoutMillis = timeoutMillis;
  }

  give(trace: PendingTrace, spans: readonly EndedSpan[], verdict: Verdict): void {
    trace.isContinued = trace.keptAny;
    this.#book(trace, spans, verdict.local);
    for (const sink of this.#sinks) {
      const ofSink = sink.rates === 'local' ? verdict.local : verdict.exported;
      if (ofSink === undefined) continue;
      try {
        const views = viewsOf(spans, ofSink, trace);
        if (views.length > 0) sink.take(views);
      } catch (error) {
        this.#guard.report('exporter', error);
      }
    }
  }

  /** As `shutdown`, it resolves within its timeout, whatever the sinks do. */
  async forceFlush(): Promise<void> {
    await this.#each('exporter.forceFlush', async (sink) => sink.forceFlush?.());
  }

  async shutdown(): Promise<void> {
    await this.#each('exporter.shutdown', async (sink) => sink.shutdown?.());
  }

  async #each(place: string, call: (sink: Sink) => Promise<void>): Promise<void> {
    const work = this.#sinks.map((sink) =>
      call(sink).catch((error: unknown) => this.#guard.report(place, error)),
    );
    let isDone = false;
    const all = Promise.all(work).then(() => (isDone = true));
    await new Deadline(this.#timeoutMillis).of(all);
    if (!isDone) this.#guard.report(place, `not finished within ${this.#timeoutMillis} ms`);
  }

  #book(trace: PendingTrace, spans: readonly EndedSpan[], outcomes: readonly Outcome[]): void {
    for (let i = 0; i < outcomes.length; i++) {
      const { reason, policy } = outcomes[i]!;
      const span = spans[i]!;
      if (reason === undefined) {
        trace.droppedSpans++;
        this.tally.drop(dropReason(policy), span.type, policy?.name);
        continue;
      }
      trace.keptAny = true;
      this.tally.keep(reason, span.type, policy?.name);
      this.#recordKept(span);
    }
  }

  /** Only what was counted can count as kept. */
  #recordKept({ type, series, countedMillis }: EndedSpan): void {
    if (Number.isNaN(countedMillis)) return;
    try {
      this.#aggregates.recordKept(type, series, countedMillis);
    } catch (error) {
      this.#guard.report('aggregates', error);
    }
  }
}

function dropReason(policy: Policy | undefined): DropReason {
  if (policy?.isBudgeted === true) return 'storm';
  return policy === undefined ? 'probability' : (policy.drops ?? 'rule');
}

function viewsOf(
  spans: readonly EndedSpan[],
  outcomes: readonly Outcome[],
  facts: TraceFacts,
): readonly KeptView[] {
  const views: KeptView[] = [];
  for (let i = 0; i < outcomes.length; i++) {
    const { reason } = outcomes[i]!;
    if (reason !== undefined) views.push(new KeptView(spans[i]!, reason, outcomes[i]!, facts));
  }
  return views;
}
