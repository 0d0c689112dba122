import { KEEP_REASONS, OPERATION_TYPES } from '../base/operation-types.ts';
import type {
  DropReason,
  KeepReason,
  OperationCounts,
  OperationType,
  RuleCounts,
  SamplingRule,
} from '../base/operation-types.ts';

const GENERAL_RULES = ['error', 'slow', 'trace', 'ancestor', 'late'] as const;
/** Names in the book, of all rules that were ever in force. */
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
 * The one book of operations: each counts once when it starts, and once at its verdict under the rule it fell by.
 * started = live + kept + dropped (G23), and the rules together have seen what was kept and dropped, but for what `lose` counts.
 */
export class OperationTally {
  /** Started without a parent, with one here, with a remote one; of each those under a sampled trace and the others. */
  readonly starts = [0, 0, 0, 0, 0, 0];
  #live = 0;
  readonly #kept = each(zero, ...KEEP_REASONS);
  readonly #dropped = each<DropReason, number>(zero, 'probability', 'storm', 'rule', 'target', 'overflow');
  readonly #rules = each<SamplingRule, Rule>(() => new Rule(), ...OPERATION_TYPES, ...GENERAL_RULES);
  /** Of rules, targets and policies of the app, by name. */
  readonly #named = new Map<string, Rule>();

  start(parent: { isRemote?: boolean; traceFlags: number } | undefined): void {
    this.#live++;
    this.starts[parent === undefined ? 0 : (parent.isRemote ? 4 : 2) + 1 - (parent.traceFlags & 1)]!++;
  }

  /** `policy`: the name of the one that kept it, where a policy did. */
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

  /** A span that could not even be placed in its trace: no rule saw it. */
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

  /** What rules, targets and policies of the app have decided, by their names. */
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
