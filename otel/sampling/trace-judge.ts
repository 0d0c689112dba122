import type { EndedOperation } from '../aggregate/ended-operation.ts';
import type { Guard } from '../base/guard.ts';
import type { OperationType } from '../query.ts';
import type { BufferedTrace, Verdict } from './buffered-trace.ts';
import { type Bits56, KEEP_ALL } from './consistent-threshold.ts';
import type { EndedSpan } from './ended-span.ts';
import type { LiveThresholds } from './live-thresholds.ts';
import { plainVerdict } from './plain-verdict.ts';
import {
  decideExport,
  decideTrace,
  mustKeepReason,
  type Reasons,
  type SamplingSettings,
  type StormFate,
  type Thresholds,
} from './policies.ts';
import type { Judgement, SpanHandOver } from './span-hand-over.ts';
import type { SpanReader } from './span-reader.ts';
import type { OperationTally } from './operation-tally.ts';
import type { StormBudget } from './storm-budget.ts';
import type { TraceBuffer } from './trace-buffer.ts';

/** Where operations are counted, apart from what is kept of them. */
export interface OperationAggregates {
  /** Returns the second in which it was counted. */
  record(operation: EndedOperation): number;
  /** One that was counted in that second has kept detail. */
  recordKept(type: OperationType, series: string, countedMillis: number): void;
}

export interface TraceJudgeOptions {
  readonly aggregates: OperationAggregates;
  readonly guard: Guard;
  readonly live: () => LiveThresholds;
  readonly reader: SpanReader;
  readonly buffer: TraceBuffer;
  readonly tally: OperationTally;
  readonly storm: StormBudget;
  readonly handOver: SpanHandOver;
}

/** Decides a trace: applies the policies to its finished spans, counts each verdict once and hands over what is kept. */
export class TraceJudge {
  readonly #aggregates: OperationAggregates;
  readonly #guard: Guard;
  readonly #live: () => LiveThresholds;
  readonly #reader: SpanReader;
  readonly #buffer: TraceBuffer;
  readonly #tally: OperationTally;
  readonly #storm: StormBudget;
  readonly #handOver: SpanHandOver;
  readonly #exports: boolean;

  constructor(options: TraceJudgeOptions) {
    this.#aggregates = options.aggregates;
    this.#guard = options.guard;
    this.#live = options.live;
    this.#reader = options.reader;
    this.#buffer = options.buffer;
    this.#tally = options.tally;
    this.#storm = options.storm;
    this.#handOver = options.handOver;
    this.#exports = options.handOver.exports;
  }

  /** The verdict on a trace that is complete, or has waited long enough. */
  decide(trace: BufferedTrace): void {
    // Decided meanwhile: an exporter may have ended spans of its own.
    if (trace.isDecided) return;
    const live = this.#live();
    if (!trace.wasDecided) {
      const threshold = live.thresholds.export[this.#reader.rootTypeOf(trace)];
      trace.wholeExport = this.#exports && trace.facts.isKeptBy(threshold);
    }
    if (trace.live > 0) trace.facts.truncated = true;
    trace.decidedBy = live.thresholds;
    this.#judge(this.#buffer.settle(trace), trace, live.settings, live.thresholds, false);
    this.#buffer.retire(trace);
  }

  /**
   * A span that ends after its trace's verdict inherits it, whatever was set since; one of a forgotten trace is judged by its randomness
   * alone. What is slow is what the settings in force say.
   */
  decideLate(ended: EndedSpan, known: BufferedTrace | undefined): void {
    const { settings, thresholds } = this.#live();
    if (known !== undefined)
      return this.#judge([ended], known, settings, known.decidedBy ?? thresholds, true);
    const { traceId, traceState } = ended.span.spanContext();
    const droppedBy = this.#buffer.droppedBy(traceId);
    const trace = this.#buffer.unheld(traceId, traceState);
    trace.facts.truncated = true;
    trace.wholeExport =
      this.#exports && droppedBy === undefined && trace.facts.isKeptBy(thresholds.export[ended.type]);
    this.#judge([ended], trace, settings, droppedBy ?? thresholds, true);
    trace.forget();
  }

  /** @param isLate They ended after their trace was decided: what must be kept is kept as late. */
  #judge(
    spans: readonly EndedSpan[],
    verdict: BufferedTrace,
    settings: SamplingSettings,
    thresholds: Thresholds,
    isLate: boolean,
  ): void {
    verdict.facts.isContinued = verdict.keptAny;
    if (this.#judgePlainly(spans, verdict, settings, thresholds)) return;
    const judgement = this.#policies(spans, verdict, settings, thresholds);
    if (isLate) {
      // The parent of what is kept now may be among what was let go, and is not made up for (DECISIONS).
      if (markLate(judgement.local) && verdict.facts.droppedSpans > 0) verdict.facts.truncated = true;
      markLate(judgement.export);
    }
    this.#count(spans, judgement, verdict);
    this.#handOver.give(spans, judgement, verdict.facts, thresholds);
  }

  /** The whole trace at once, where its spans differ in nothing that matters; answers whether that was so. */
  #judgePlainly(
    spans: readonly EndedSpan[],
    verdict: BufferedTrace,
    settings: SamplingSettings,
    thresholds: Thresholds,
  ): boolean {
    const { facts, wholeExport } = verdict;
    if (verdict.owes) return false;
    try {
      const isKept = plainVerdict(spans, facts, settings, thresholds.local);
      if (isKept === undefined || (!isKept && wholeExport)) return false;
      if (!isKept) {
        for (let i = 0; i < spans.length; i++) this.#tally.drop(spans[i]!.type);
        facts.droppedSpans += spans.length;
        return true;
      }
    } catch {
      // The policies find it again, and report it.
      return false;
    }
    verdict.keptAny = true;
    this.#countKept(spans);
    this.#handOver.giveAll(spans, facts, thresholds, wholeExport);
    return true;
  }

  #countKept(spans: readonly EndedSpan[]): void {
    for (let i = 0; i < spans.length; i++) {
      const span = spans[i]!;
      this.#tally.keep(span.type);
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

  #policies(
    spans: readonly EndedSpan[],
    verdict: Verdict,
    settings: SamplingSettings,
    thresholds: Thresholds,
  ): Judgement {
    const { owedAncestors, owedExportAncestors, wholeExport } = verdict;
    const { randomness } = verdict.facts;
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
    for (let i = 0; i < local.length; i++) {
      const reason = local[i];
      if (reason === undefined) {
        const { type, failed, isUnreadable } = spans[i]!;
        if (fates?.[i] !== 'cut') this.#tally.drop(type);
        else this.#tally.drop(failed || isUnreadable === true ? 'error' : 'slow');
        verdict.facts.droppedSpans++;
        continue;
      }
      this.#tally.keep(reason === 'probability' ? spans[i]!.type : reason);
      verdict.keptAny = true;
      this.#recordKept(spans[i]!);
    }
  }
}

/** Ordinary spans of a decided trace inherit its verdict and its reason; an ancestor stays one. Answers whether any is late. */
function markLate(reasons: Reasons | undefined): boolean {
  let isAnyLate = false;
  if (reasons === undefined) return isAnyLate;
  for (let i = 0; i < reasons.length; i++) {
    if (reasons[i] !== 'error' && reasons[i] !== 'slow') continue;
    reasons[i] = 'late';
    isAnyLate = true;
  }
  return isAnyLate;
}
