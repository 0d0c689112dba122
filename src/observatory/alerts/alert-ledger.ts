import type { RuleState } from './evaluate.ts';

export type DeliveryState = 'waiting' | 'sent' | 'given up';

/** A message to one receiver. */
export interface Delivery {
  readonly id: string;
  readonly receiver: string;
  readonly createdAtMillis: number;
  readonly sentence: string;
  readonly state: DeliveryState;
  readonly attempts: number;
  /** Of the last attempt: an answer or a fault; undefined before the first. */
  readonly result: string | undefined;
}

/** A message as it is kept; the body is an AlertMessage as JSON. */
export interface WrittenMessage {
  readonly id: string;
  readonly body: string;
}

/** What alerts keep over restarts. Methods throw errors of the disk. */
export interface AlertLedger {
  states(): ReadonlyMap<string, RuleState>;
  /** By rule: until when, in epoch milliseconds. */
  silences(): ReadonlyMap<string, number>;
  /** @param untilMillis Undefined ends the silence. */
  silence(rule: string, untilMillis: number | undefined): void;
  /** Writes all states and, for each receiver, the message: both or neither. */
  commit(
    states: ReadonlyMap<string, RuleState>,
    message: WrittenMessage | undefined,
    receivers: readonly string[],
    now: number,
  ): void;
  /** Adds a message for each receiver. */
  add(message: WrittenMessage, receivers: readonly string[], now: number): void;
  /** The message that the receiver gets next. */
  nextFor(
    receiver: string,
  ): { readonly rowId: number; readonly attempts: number; readonly body: string } | undefined;
  /** Records an attempt. */
  record(rowId: number, state: DeliveryState, result: string): void;
  /** Newest first. */
  deliveries(limit: number): readonly Delivery[];
}
