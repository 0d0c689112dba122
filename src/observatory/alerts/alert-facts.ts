import type { AlertRule } from '../../process/alert-rule.ts';
import type { Delivery } from './alert-ledger.ts';
import type { Attempt } from './receiver.ts';

/** A rule with its current value. */
export interface RuleFacts {
  readonly rule: string;
  /** As of the last evaluation; over: the condition holds and was not evaluated yet, or, without a receiver, never is. */
  readonly state: 'fine' | 'over' | 'pending' | 'firing' | 'not judged';
  readonly sinceMillis: number | undefined;
  /** The value in words, or why there is none. */
  readonly words: string;
  readonly value: number | undefined;
  readonly valueText: string;
  readonly threshold: number;
  readonly thresholdText: string;
  readonly count: number;
  readonly windowMillis: number;
  readonly forMillis: number;
  readonly silencedUntilMillis: number | undefined;
  readonly source: AlertRule;
}

export interface AlertFacts {
  /** In words; empty: nobody is told, and nothing is evaluated. */
  readonly receivers: readonly string[];
  readonly rules: readonly RuleFacts[];
  /** Newest first. */
  readonly deliveries: readonly Delivery[];
  /** Undefined if none is set. */
  readonly heartbeat: HeartbeatFacts | undefined;
}

/** What another host is told every minute. */
export interface HeartbeatFacts {
  readonly host: string;
  /** Undefined before the first answer. */
  readonly last:
    { readonly atMillis: number; readonly outcome: Attempt['outcome']; readonly result: string } | undefined;
  /** When a beat was last accepted. */
  readonly heardMillis: number | undefined;
}
