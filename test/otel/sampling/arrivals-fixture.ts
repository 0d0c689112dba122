import { ArrivalRates } from '../../../otel/sampling/arrival-rates.ts';
import { type Bits56, isAtLeast, probabilityOf } from '../../../otel/sampling/consistent-threshold.ts';
import { policySetOf } from '../../../otel/sampling/policy-set.ts';
import { parseSamplingRules } from '../../../otel/settings/sampling-rules.ts';
import type { EndedSpan } from '../../../otel/spans/operation.ts';
import { endedSpan } from './ended-span-fixture.ts';
import { settingsOf } from './processor-fixture.ts';
import { randomOf } from './random.ts';

/** The local root of a trace, as far as targets read it. */
export function rootOf(series: string, statusCode = 200): EndedSpan {
  const type = series.startsWith('GET ') ? 'http' : 'other';
  return endedSpan({ span: { attributes: {} }, type, series, statusCode });
}

/** Results for the traces of a kind over a period. */
export class Tally {
  arrived = 0;
  kept = 0;
  /** Sum of the weights of kept traces. */
  estimate = 0;
  variance = 0;
  keptSeconds: number[] = [];

  get z(): number {
    return this.variance === 0 ? 0 : (this.estimate - this.arrived) / Math.sqrt(this.variance);
  }
}

/** Traces that arrive on a fake clock, decided by a target or by rules only. */
export class Arrivals {
  seconds: number;
  rates: ArrivalRates;
  readonly #random: () => number;
  readonly #settings: ReturnType<typeof settingsOf>;
  #policies: ReturnType<typeof policySetOf>;
  #number = 0;

  constructor(seed: number, { target = 0, rules = 'none', seconds = 1000 }) {
    this.seconds = seconds;
    this.#random = randomOf(seed);
    this.#settings = { ...settingsOf(0), target, rules: parseSamplingRules(rules) };
    this.rates = this.#newRates();
    this.#policies = policySetOf(this.#settings, [], this.rates);
  }

  /** Simulates a restart of the process. */
  restart(): void {
    this.rates = this.#newRates();
    this.#policies = policySetOf(this.#settings, [], this.rates);
  }

  /** Simulates a change of another setting. */
  changeSettings(): void {
    this.#policies = policySetOf({ ...this.#settings }, [], this.rates);
  }

  uniform(): number {
    return this.#random() / 2 ** 32;
  }

  /** One trace arrives now; returns its threshold. */
  arrive(root: EndedSpan, tally: Tally, randomness = this.#randomness()): Bits56 {
    const trace = {
      traceId: String(++this.#number),
      randomness,
      isKeptWhole: false,
      rootOperation: root,
      operations: [root],
      live: 0,
    };
    const { ordinary } = this.#policies.ofTrace!(trace, root);
    const thresholds = ordinary
      .map((policy) => policy.keep(root, trace)!)
      .filter((each) => each !== undefined);
    const threshold = thresholds.reduce((a, b) => (probabilityOf(a) >= probabilityOf(b) ? a : b));
    const probability = probabilityOf(threshold);
    tally.arrived++;
    tally.variance += (1 - probability) / probability;
    if (isAtLeast(randomness, threshold)) {
      tally.kept++;
      tally.estimate += 1 / probability;
      tally.keptSeconds.push(this.seconds);
    }
    return threshold;
  }

  /** Poisson arrivals of all kinds together, over this many seconds. */
  run(
    seconds: number,
    kinds: readonly { readonly root: EndedSpan; readonly perSecond: number; readonly tally: Tally }[],
  ): void {
    const total = kinds.reduce((sum, { perSecond }) => sum + perSecond, 0);
    const until = this.seconds + seconds;
    for (;;) {
      this.seconds += -Math.log(1 - this.uniform()) / total;
      if (this.seconds >= until) break;
      let which = this.uniform() * total;
      const kind = kinds.find(({ perSecond }) => (which -= perSecond) < 0) ?? kinds[0]!;
      this.arrive(kind.root, kind.tally);
    }
    this.seconds = until;
  }

  #randomness(): Bits56 {
    return { high: this.#random() >>> 4, low: this.#random() >>> 4 };
  }

  #newRates(): ArrivalRates {
    return new ArrivalRates(() => this.seconds * 1e9);
  }
}
