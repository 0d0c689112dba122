import type { EndedOperation } from '../aggregate/ended-operation.ts';
import type { Clock } from '../clock.ts';
import type { Guard } from '../guard.ts';
import type { OperationType } from '../query.ts';
import type { Verdict } from './buffered-trace.ts';
import { type Bits56, KEEP_ALL } from './consistent-threshold.ts';
import type { EndedSpan } from './ended-span.ts';
import type { LiveThresholds } from './live-thresholds.ts';
import { decideExport, decideTrace, mustKeepReason, type Reasons, type StormFate } from './policies.ts';
import type { Judgement, SpanHandOver } from './span-hand-over.ts';
import type { SpanTally } from './span-tally.ts';
import type { StormBudget } from './storm-budget.ts';

/** Where operations are counted, apart from what is kept of them. */
export interface OperationAggregates {
  record(operation: EndedOperation): void;
  recordKept(type: OperationType, series: string, atMillis: number): void;
}

export interface TraceJudgeOptions {
  readonly aggregates: OperationAggregates;
  readonly guard: Guard;
  readonly clock: Clock;
  readonly tally: SpanTally;
  readonly storm: StormBudget;
  readonly handOver: SpanHandOver;
}

/** Applies the policies to finished spans of one trace, counts each verdict once and hands over what is kept. Never throws. */
export class TraceJudge {
  readonly #aggregates: OperationAggregates;
  readonly #guard: Guard;
  readonly #clock: Clock;
  readonly #tally: SpanTally;
  readonly #storm: StormBudget;
  readonly #handOver: SpanHandOver;
  readonly #exports: boolean;

  constructor(options: TraceJudgeOptions) {
    this.#aggregates = options.aggregates;
    this.#guard = options.guard;
    this.#clock = options.clock;
    this.#tally = options.tally;
    this.#storm = options.storm;
    this.#handOver = options.handOver;
    this.#exports = options.handOver.exports;
  }

  /** @param isLate They ended after their trace was decided: what must be kept is kept as late. */
  judge(spans: readonly EndedSpan[], verdict: Verdict, live: LiveThresholds, isLate: boolean): void {
    const judgement = this.#decide(spans, verdict, live);
    if (isLate) {
      markLate(judgement.local);
      markLate(judgement.export);
    }
    this.#count(spans, judgement, verdict);
    this.#handOver.give(spans, judgement, verdict, live.thresholds);
  }

  #decide(
    spans: readonly EndedSpan[],
    verdict: Verdict,
    { settings, thresholds }: LiveThresholds,
  ): Judgement {
    const { randomness, owedAncestors, owedExportAncestors, wholeExport } = verdict;
    try {
      let fates: (StormFate | undefined)[] | undefined;
      for (let i = 0; i < spans.length; i++) {
        const span = spans[i]!;
        if (mustKeepReason(span, settings) === undefined) continue;
        const fate = this.#fateOf(span, randomness);
        if (fate !== KEEP_ALL) (fates ??= [])[i] = fate;
      }
      return {
        local: decideTrace(spans, randomness, settings, thresholds.local, owedAncestors, fates),
        export: this.#exports
          ? decideExport(spans, wholeExport, settings, owedExportAncestors, fates)
          : undefined,
        fates,
      };
    } catch (error) {
      // Rather too much detail than a lost failure.
      this.#guard.report('policies', error);
      const all: Reasons = spans.map(() => 'probability');
      return { local: all, export: this.#exports ? [...all] : undefined, fates: undefined };
    }
  }

  #fateOf(span: EndedSpan, randomness: Bits56): StormFate {
    try {
      return this.#storm.admit(span, randomness);
    } catch (error) {
      this.#guard.report('storm budget', error);
      return KEEP_ALL;
    }
  }

  #count(spans: readonly EndedSpan[], { local, fates }: Judgement, verdict: Verdict): void {
    let nowMillis: number | undefined;
    for (let i = 0; i < local.length; i++) {
      const reason = local[i];
      if (reason === undefined) {
        this.#tally.drop(fates?.[i] === 'cut' ? 'storm' : 'probability');
        verdict.facts.droppedSpans++;
        continue;
      }
      this.#tally.keep(reason);
      verdict.keptAny = true;
      try {
        nowMillis ??= this.#clock.now();
        this.#aggregates.recordKept(spans[i]!.type, spans[i]!.series, nowMillis);
      } catch (error) {
        this.#guard.report('aggregates', error);
      }
    }
  }
}

/** Ordinary spans of a decided trace inherit its verdict and its reason; an ancestor stays one. */
function markLate(reasons: Reasons | undefined): void {
  if (reasons === undefined) return;
  for (let i = 0; i < reasons.length; i++)
    if (reasons[i] === 'error' || reasons[i] === 'slow') reasons[i] = 'late';
}
