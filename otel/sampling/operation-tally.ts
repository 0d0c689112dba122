import { DROP_REASONS, KEEP_REASONS, OPERATION_TYPES } from '../base/operation-types.ts';
import type {
  DropReason,
  KeepReason,
  OperationCounts,
  OperationType,
  RuleCounts,
  SamplingRule,
} from '../base/operation-types.ts';

const GENERAL_RULES = ['error', 'slow', 'trace', 'ancestor', 'late'] as const;
/** Distinct names, over all rules that were ever in force. */
const MAX_NAMED_RULES = 500;
const OTHER_RULES = 'other rules';

class Rule {
  kept = 0;
  dropped = 0;

  counts(): RuleCounts {
    return { seen: this.kept + this.dropped, kept: this.kept, dropped: this.dropped };
  }
}

const each = <K extends string, V>(make: () => V, ...keys: readonly K[]): Record<K, V> =>
  Object.fromEntries(keys.map((key) => [key, make()])) as Record<K, V>;
const zero = (): number => 0;

/**
 * Counts every operation at its start, and at its verdict under the rule that decided it. started = live +
 * kept + dropped (G23); the rules together have seen what was kept and dropped, except what `lose` counts.
 */
export class OperationTally {
  /** Starts by parent: 0 none, 2 local, 4 remote; 3 and 5 the same, not sampled; 1 is unused. */
  readonly starts = [0, 0, 0, 0, 0, 0];
  #live = 0;
  readonly #kept = each(zero, ...KEEP_REASONS);
  readonly #dropped = each<DropReason, number>(zero, ...DROP_REASONS);
  readonly #rules = each<SamplingRule, Rule>(() => new Rule(), ...OPERATION_TYPES, ...GENERAL_RULES);
  /** Counts of rules, targets and app policies, by name. */
  readonly #named = new Map<string, Rule>();

  start(parent: { isRemote?: boolean; traceFlags: number } | undefined): void {
    this.#live++;
    this.starts[parent === undefined ? 0 : (parent.isRemote ? 4 : 2) + 1 - (parent.traceFlags & 1)]!++;
  }

  /** @param policy Name of the policy that kept it, if one did. */
  keep(reason: KeepReason, type: OperationType, policy: string | undefined): void {
    this.#live--;
    this.#kept[reason]++;
    this.#ruleOf(reason, type, policy).kept++;
  }

  drop(reason: DropReason, type: OperationType, policy: string | undefined): void {
    this.#live--;
    this.#dropped[reason]++;
    if (reason === 'storm') this.#rules[policy === 'slow' ? 'slow' : 'error'].dropped++;
    else this.#ruleOf(reason, type, policy).dropped++;
  }

  /** Counts a span that could not be assigned to a trace: no rule saw it. */
  lose(): void {
    this.#live--;
    this.#dropped.overflow++;
  }

  counts(): OperationCounts {
    const started = this.starts.reduce((all, each) => all + each);
    return { started, live: this.#live, kept: { ...this.#kept }, dropped: { ...this.#dropped } };
  }

  rules(): Readonly<Record<SamplingRule, RuleCounts>> {
    const rules = Object.entries(this.#rules).map(([name, rule]) => [name, rule.counts()] as const);
    return Object.fromEntries(rules) as Record<SamplingRule, RuleCounts>;
  }

  /** Counts of rules, targets and app policies, by name. */
  named(): ReadonlyMap<string, RuleCounts> {
    return new Map([...this.#named].map(([name, rule]) => [name, rule.counts()]));
  }

  #ruleOf(reason: KeepReason | DropReason, type: OperationType, policy: string | undefined): Rule {
    if (reason === 'probability') return this.#rules[type];
    return (this.#rules as Partial<Record<string, Rule>>)[reason] ?? this.#namedRule(policy ?? reason);
  }

  #namedRule(name: string): Rule {
    const isRoom = this.#named.size < MAX_NAMED_RULES || this.#named.has(name);
    const known = isRoom ? name : OTHER_RULES;
    let rule = this.#named.get(known);
    if (rule === undefined) this.#named.set(known, (rule = new Rule()));
    return rule;
  }
}
