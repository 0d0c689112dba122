import type { Clock } from '../base/clock.ts';
import type { SheddingFacts } from '../base/shedding-facts.ts';
import type { TimeRange } from '../base/time-range.ts';
import type { EndedSpan } from '../spans/operation.ts';
import { REJECT_ALL } from './consistent-threshold.ts';
import type { Policy, PolicySet, TraceView } from './policy.ts';

/** How long the loop has to be late, and how many readings of it: a single stall is none. */
const LATE_NANOS = 10e9;
const LATE_READINGS = 5;
/** It has recovered after so long below this share of the limit. */
const CALM_NANOS = 30e9;
const CALM_SHARE = 0.5;

/** Drops what nobody must keep. */
const SHED: Policy = { name: 'shedding', drops: 'shedding', isFinal: true, keep: () => REJECT_ALL };

/** Begin or end of shedding, with the mean delay of the last second. */
export interface SheddingTurn {
  readonly begins: boolean;
  readonly atMillis: number;
  readonly delayMillis: number;
}

type Policies = (trace?: TraceView, root?: EndedSpan) => PolicySet;

/**
 * Backs off while the event loop is late: from the next verdict on, ordinary operations are counted but not kept or exported, nor is the rest of a
 * failed or slow trace. What a rule keeps always, and what failed or was slow, is kept as ever, within the storm budget.
 */
export class Shedding {
  readonly #limitMillis: number;
  readonly #clock: Clock;
  readonly #onTurn: (turned: SheddingTurn) => void;
  readonly #shedding = new WeakMap<PolicySet, PolicySet>();
  /** Since when it has been late or, while detail is shed, calm; monotonic. */
  #turning: { readonly sinceNanos: number; readings: number } | undefined;
  #delayMillis = NaN;
  #sinceMillis: number | undefined;
  #last: TimeRange | undefined;
  #times = 0;

  /**
   * @param limitMillis 0 never sheds.
   * @param onTurn Called when it begins and when it ends.
   */
  constructor(limitMillis: number, clock: Clock, onTurn: (turned: SheddingTurn) => void = () => {}) {
    this.#limitMillis = limitMillis;
    this.#clock = clock;
    this.#onTurn = onTurn;
  }

  /** Takes the mean delay of the last second; NaN says nothing. */
  note(delayMillis: number): void {
    if (this.#limitMillis === 0 || Number.isNaN(delayMillis)) return;
    this.#delayMillis = delayMillis;
    const isOn = this.#sinceMillis !== undefined;
    const turns = isOn ? delayMillis < CALM_SHARE * this.#limitMillis : delayMillis >= this.#limitMillis;
    if (!turns) {
      this.#turning = undefined;
      return;
    }
    const nanos = this.#clock.monotonicNanos();
    const turning = (this.#turning ??= { sinceNanos: nanos, readings: 0 });
    turning.readings++;
    const lasted = nanos - turning.sinceNanos;
    if (isOn ? lasted >= CALM_NANOS : lasted >= LATE_NANOS && turning.readings >= LATE_READINGS) this.#turn();
  }

  /** Wraps the policies in force. */
  policies(source: Policies): Policies {
    return (trace, root) => {
      const policies = source(trace, root);
      return this.#sinceMillis === undefined ? policies : this.#without(policies);
    };
  }

  facts(): SheddingFacts {
    return {
      limitMillis: this.#limitMillis,
      delayMillis: this.#delayMillis,
      sinceMillis: this.#sinceMillis,
      last: this.#last,
      times: this.#times,
    };
  }

  #turn(): void {
    const now = this.#clock.now();
    this.#turning = undefined;
    if (this.#sinceMillis === undefined) {
      this.#sinceMillis = now;
      this.#times++;
    } else {
      this.#last = { fromMillis: this.#sinceMillis, toMillis: now };
      this.#sinceMillis = undefined;
    }
    this.#onTurn({ begins: this.#sinceMillis !== undefined, atMillis: now, delayMillis: this.#delayMillis });
  }

  #without(policies: PolicySet): PolicySet {
    let shed = this.#shedding.get(policies);
    if (shed === undefined) {
      shed = Object.freeze({ ...policies, ordinary: [SHED], exported: [SHED], keepsWholeTrace: false });
      this.#shedding.set(policies, shed);
    }
    return shed;
  }
}
