import { Deadline } from '../base/deadline.ts';
import type { Guard } from '../base/guard.ts';
import type { DropReason, OperationType } from '../base/operation-types.ts';
import type { KeptSpan, TraceFacts } from '../spans/kept-span.ts';
import type { EndedSpan, Operation } from '../spans/operation.ts';
import { KeptView } from './kept-view.ts';
import { OperationTally } from './operation-tally.ts';
import type { PendingTrace } from './pending-trace.ts';
import type { Outcome, Policy } from './policy.ts';
import type { Verdict } from './verdict.ts';

/** Of forceFlush and of shutdown, over all sinks. */
const TIMEOUT_MILLIS = 10_000;

/** Where operations are counted, apart from what is kept of them. */
export interface OperationAggregates {
  /** Returns the second in which it was counted. */
  record(operation: Operation): number;
  /** One that was counted in that second has kept detail. */
  recordKept(type: OperationType, series: string, countedMillis: number): void;
}

export const NO_AGGREGATES: OperationAggregates = { record: () => NaN, recordKept: () => {} };

/** Where kept spans go, and by whose rate. */
export interface Sink {
  /** `local`: span by span, by the rates of their types. `export`: traces whole or not at all, and by what was sampled upstream. */
  readonly rates: 'local' | 'export';
  /** Kept spans of one trace, each with reason and weight. It must not wait. */
  take(spans: readonly KeptSpan[]): void;
  forceFlush?(): Promise<void>;
  shutdown?(): Promise<void>;
}

/** What follows from a verdict: each operation is booked once, and what is kept goes to the sinks, as views that carry the weight each pipeline gave them. Never throws. */
export class Outcomes {
  readonly tally = new OperationTally();
  /** Any sink has a rate of its own. */
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

  /** Ends within its timeout, whatever the sinks do. */
  async forceFlush(): Promise<void> {
    await this.#each('exporter.forceFlush', async (sink) => sink.forceFlush?.());
  }

  /** Ends within its timeout, whatever the sinks do. */
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
    if (!isDone) this.#guard.report(place, `no end within ${this.#timeoutMillis} ms`);
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

  /** Nothing that was not counted can count as kept. */
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
  if (policy === undefined || policy.reason === 'probability') return 'probability';
  if (policy.isBudgeted === true) return 'storm';
  return policy.reason === 'target' ? 'target' : 'rule';
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
