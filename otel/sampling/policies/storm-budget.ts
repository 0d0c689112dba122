import type { StormFacts } from '../../query.ts';
import { ATTR_ERROR_TYPE } from '../../base/semconv.ts';
import { type Bits56, isAtLeast, KEEP_ALL, REJECT_ALL, thresholdOf } from '../consistent-threshold.ts';
import type { EndedSpan } from '../../spans/operation.ts';
import { sizeOf } from '../../spans/size.ts';
import type { Budget, BudgetFate } from '../policy.ts';
import { DEFAULT_STORM_LIMITS, type StormLimits } from './storm-limits.ts';
import { StormExamples } from './storm-examples.ts';

/** Share of the cap that is kept uncut; beyond it the threshold rises, again at half of the remainder, and so on. */
const FREE_SHARE = 0.5;
/** Share of the cap that a continuing storm is held to: so far below the free share that random variation seldom reaches it. */
const AIM = 0.4;

/**
 * Bounds what is kept because it failed or was slow, per second in spans and bytes (G18). The cut is a rejection threshold on R: each second starts
 * with the threshold derived from the previous second's load; within the second it only rises, halving the probability each time half of the
 * remaining cap is used. So operations with the largest R survive, the same ones in every process, and each weight is known. At the cap only
 * examples are kept until the second ends.
 */
export class StormBudget implements Budget {
  readonly #limits: StormLimits;
  readonly #monotonicNanos: () => number;
  readonly #examples: StormExamples;
  #second = NaN;
  #threshold: Bits56 = KEEP_ALL;
  #probability = 1;
  /** Share of the cap, in spans or bytes, beyond which the threshold rises next. */
  #nextStep = FREE_SHARE;
  #offeredSpans = 0;
  #offeredBytes = 0;
  #spentSpans = 0;
  #spentBytes = 0;
  /** Spans kept along with must-keep operations. */
  #companionSpans = 0;
  #companionBytes = 0;
  #cut = 0;
  #kept = 0;

  constructor(limits: Partial<StormLimits>, monotonicNanos: () => number) {
    this.#limits = { ...DEFAULT_STORM_LIMITS, ...limits };
    this.#monotonicNanos = monotonicNanos;
    this.#examples = new StormExamples(this.#limits.maxStormExamplesPerMinute);
  }

  /** Decides a must-keep span; without a storm the threshold is KEEP_ALL. */
  admit(span: EndedSpan, randomness: Bits56): BudgetFate {
    const nowNanos = this.#monotonicNanos();
    this.#turn(nowNanos);
    const bytes = sizeOf(span.span);
    this.#offeredSpans++;
    this.#offeredBytes += bytes;
    if (isAtLeast(randomness, this.#threshold)) {
      const spent = this.#share(this.#spentSpans + 1, this.#spentBytes + bytes);
      if (spent <= 1) {
        const passed = this.#threshold;
        this.#spentSpans++;
        this.#spentBytes += bytes;
        if (spent > this.#nextStep) this.#rise();
        return passed;
      }
      this.#setProbability(0);
    }
    if (this.#examples.take(span.series, errorTypeOf(span), nowNanos)) {
      this.#kept++;
      return 'example';
    }
    this.#cut++;
    return 'cut';
  }

  /** Allows the cap once more for companions, and none in a storm: then there is room only for must-keep operations. */
  admitsCompanions(operations: readonly EndedSpan[]): boolean {
    this.#turn(this.#monotonicNanos());
    if (this.#probability < 1) return false;
    const spans = this.#companionSpans + operations.length;
    const bytes = operations.reduce((sum, { span }) => sum + sizeOf(span), this.#companionBytes);
    if (this.#share(spans, bytes) > 1) return false;
    this.#companionSpans = spans;
    this.#companionBytes = bytes;
    return true;
  }

  facts(): StormFacts {
    this.#turn(this.#monotonicNanos());
    return {
      active: this.#probability < 1,
      probability: this.#probability,
      cut: this.#cut,
      examples: this.#kept,
    };
  }

  /** Kinds with an example in this minute. */
  get exampleKinds(): number {
    return this.#examples.size;
  }

  #turn(nowNanos: number): void {
    const second = Math.floor(nowNanos / 1e9);
    if (second === this.#second) return;
    const isNext = second === this.#second + 1;
    const pressure = isNext ? this.#share(this.#offeredSpans, this.#offeredBytes) : 0;
    this.#second = second;
    this.#offeredSpans = this.#offeredBytes = this.#spentSpans = this.#spentBytes = 0;
    this.#companionSpans = this.#companionBytes = 0;
    this.#setProbability(pressure > FREE_SHARE ? AIM / pressure : 1);
    this.#nextStep = FREE_SHARE;
  }

  #rise(): void {
    this.#nextStep += (1 - this.#nextStep) / 2;
    this.#setProbability(this.#probability / 2);
  }

  #setProbability(probability: number): void {
    this.#probability = probability;
    this.#threshold = probability >= 1 ? KEEP_ALL : probability > 0 ? thresholdOf(probability) : REJECT_ALL;
  }

  #share(spans: number, bytes: number): number {
    const { maxMustKeepSpansPerSecond, maxMustKeepBytesPerSecond } = this.#limits;
    return Math.max(spans / maxMustKeepSpansPerSecond, bytes / maxMustKeepBytesPerSecond);
  }
}

function errorTypeOf({ span, failed }: EndedSpan): string {
  if (!failed) return 'slow';
  const type = span.attributes[ATTR_ERROR_TYPE];
  return typeof type === 'string' ? type : '';
}
