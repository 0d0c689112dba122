import type { EndedSpan } from '../spans/operation.ts';
import type { ArrivalRate, ArrivalRates } from './arrival-rates.ts';
import type { Bits56 } from './consistent-threshold.ts';
import { type Rule, ruleOf, rulePolicies } from './policies/rules.ts';
import { target } from './policies/target.ts';
import type { PolicySet, TraceView } from './policy.ts';
import type { SamplingSettings } from './sampling-settings.ts';

/** Cached combinations of answers about a local root; ~200 bytes each. */
const MAX_BRANCHES = 2048;
/** Cached policy sets, ~400 bytes each; the cache is cleared when full. */
const MAX_SETS = 2048;

/** A node in the tree of answers: rules whose conditions on the request are evaluated so far, or all of them. */
class Branch {
  yes: Branch | undefined;
  no: Branch | undefined;
  /** The remaining rules, at a leaf. */
  rules: readonly Rule[] | undefined;
}

/** Policies for traces of one kind, as long as their thresholds stay the same. */
interface TraceSet {
  /** One per rule. */
  readonly thresholds: readonly Bits56[];
  /** Of the target. */
  readonly threshold: Bits56 | undefined;
  readonly set: PolicySet;
}

/**
 * Resolves for one trace what depends on its local root: the rules that can still match, and the thresholds of the targets, chosen before its R is
 * read. Traces of the same kind share the result.
 */
export class TracePolicies {
  readonly #plain: PolicySet;
  readonly #rules: readonly Rule[];
  /** Rules without conditions on the request, for a trace with an unknown root. */
  readonly #ownOnly: readonly Rule[];
  readonly #hasTargets: boolean;
  readonly #perSecond: number;
  readonly #rates: ArrivalRates;
  readonly #first = new Branch();
  #branches = 0;
  /** By the rules that may match, then by the arrival rate of the trace's kind; undefined without a target. */
  readonly #sets = new Map<readonly Rule[], Map<ArrivalRate | undefined, TraceSet>>();
  #setCount = 0;

  constructor(plain: PolicySet, { rules, target: perSecond }: SamplingSettings, rates: ArrivalRates) {
    this.#plain = plain;
    this.#rules = rules.map((rule) => ruleOf(rule, rates));
    this.#ownOnly = upToTheLast(this.#rules.filter(({ matchesRequest }) => matchesRequest === undefined));
    this.#hasTargets = this.#rules.some((rule) => rule.target !== undefined);
    this.#perSecond = perSecond;
    rates.keepRules(new Set(rules.map(({ text }) => text)));
    this.#rates = rates;
  }

  readonly ofTrace = (trace: TraceView, root: EndedSpan | undefined): PolicySet => {
    const rules = root === undefined ? this.#ownOnly : this.#matching(root);
    const isSettled = rules.length > 0 && rules.at(-1)!.matchesOwn === undefined;
    const rate =
      this.#perSecond === 0 || root === undefined || isSettled ? undefined : this.#rates.ofRoot(root);
    const now = rate !== undefined || this.#hasTargets ? this.#rates.now() : 0;
    const threshold = rate?.threshold(this.#perSecond, now);
    if (threshold !== undefined) rate!.count(trace, threshold);
    const known = this.#sets.get(rules)?.get(rate);
    if (known !== undefined && isCurrent(known, rules, threshold, now)) return known.set;
    const made = this.#make(rules, threshold, now);
    if (known === undefined && ++this.#setCount > MAX_SETS) {
      this.#sets.clear();
      this.#setCount = 1;
    }
    const ofRules = this.#sets.get(rules) ?? new Map<ArrivalRate | undefined, TraceSet>();
    this.#sets.set(rules, ofRules.set(rate, made));
    return made.set;
  };

  /** Rules that may still match an operation of a trace with this root. */
  #matching(root: EndedSpan): readonly Rule[] {
    let branch = this.#first;
    for (const rule of this.#rules) {
      if (rule.matchesRequest === undefined) continue;
      const matches = rule.matchesRequest(root);
      const next = matches ? branch.yes : branch.no;
      branch = next ?? this.#grow(branch, matches);
      if (matches && rule.matchesOwn === undefined) break;
    }
    return (branch.rules ??= upToTheLast(
      this.#rules.filter(({ matchesRequest }) => matchesRequest === undefined || matchesRequest(root)),
    ));
  }

  /** Not cached beyond the bound. */
  #grow(branch: Branch, matches: boolean): Branch {
    const next = new Branch();
    if (this.#branches >= MAX_BRANCHES) return next;
    this.#branches++;
    if (matches) branch.yes = next;
    else branch.no = next;
    return next;
  }

  #make(rules: readonly Rule[], threshold: Bits56 | undefined, now: number): TraceSet {
    const { ordinary, exported } = this.#plain;
    const thresholds = rules.map((rule) => thresholdOf(rule, now));
    const ofRules = rulePolicies(rules, thresholds);
    const ofTarget = threshold === undefined ? [] : [target(threshold)];
    const set = Object.freeze({
      ...this.#plain,
      rules: ofRules.absolute,
      ordinary: [...ofRules.ordinary, ...ofTarget, ...ordinary],
      exported: [...ofRules.exported, ...ofTarget, ...exported],
    });
    return { thresholds, threshold, set };
  }
}

function isCurrent(
  known: TraceSet,
  rules: readonly Rule[],
  threshold: Bits56 | undefined,
  now: number,
): boolean {
  if (known.threshold !== threshold) return false;
  for (let i = 0; i < rules.length; i++)
    if (thresholdOf(rules[i]!, now) !== known.thresholds[i]) return false;
  return true;
}

function thresholdOf({ target: of, threshold }: Rule, now: number): Bits56 {
  return of === undefined ? threshold : of.arrivals.threshold(of.perSecond, now);
}

/** Rules after one without conditions on the operation are never asked. */
function upToTheLast(rules: readonly Rule[]): readonly Rule[] {
  const last = rules.findIndex(({ matchesOwn }) => matchesOwn === undefined);
  return last < 0 ? rules : rules.slice(0, last + 1);
}
