import { randomUUID } from 'node:crypto';
import { untraced } from '../../../otel/kit.ts';
import type { TelemetryQuery } from '../../../otel/query.ts';
import { withLimit, type AlertRule } from '../../process/alert-rule.ts';
import type { AlertFacts, RuleFacts } from './alert-facts.ts';
import { alertOf, messageOf, testMessage, writtenMessage } from './alert-message.ts';
import { readingText, thresholdText, valueText } from './alert-sentence.ts';
import type { AlertLedger } from './alert-ledger.ts';
import { Deliveries } from './deliveries.ts';
import type { Heartbeat } from './heartbeat.ts';
import { evaluate, judge, type RuleState } from './evaluate.ts';
import { ruleReader, type Reading } from './read-rule.ts';
import type { Receiver } from './receiver.ts';

export const EVALUATION_MILLIS = 15_000;
/** Corrections of a synchronised clock are smaller. */
const MIN_STEP_MILLIS = 2000;
const SHOWN_DELIVERIES = 20;
/** Of a rule that no evaluation has made pending or firing. */
const STATES = { over: 'over', under: 'fine', unjudged: 'not judged' } as const;

export interface AlertsOptions {
  readonly rules: readonly AlertRule[];
  readonly receivers: readonly Receiver[];
  readonly telemetry: TelemetryQuery;
  readonly store: AlertLedger;
  readonly heartbeat?: Heartbeat | undefined;
  /** What the disk of the data has left; undefined if unknown. Default: unknown. */
  readonly freeBytes?: () => number | undefined;
  /** After this time, an alert that still fires is told again; default: never. */
  readonly reminderMillis?: number;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly monotonicMillis: () => number;
  /** The blog's address for links, without a trailing slash. */
  readonly origin: () => string;
  /** Called with an error of the database or of a receiver; the work is tried again. */
  readonly onFault: (error: unknown) => void;
}

/** Evaluates the rules every few seconds and tells the receivers. Without a receiver nothing runs; `facts` then reads the values when it is asked. */
export class Alerts {
  readonly #options: AlertsOptions;
  readonly #deliveries: Deliveries;
  #timer: NodeJS.Timeout | undefined;
  #former: ReadonlyMap<string, RuleState> | undefined;
  #before: { readonly now: number; readonly monotonic: number };

  constructor(options: AlertsOptions) {
    this.#options = options;
    const { now, monotonicMillis } = options;
    this.#deliveries = new Deliveries(options);
    this.#before = { now: now(), monotonic: monotonicMillis() };
  }

  start(): void {
    const { receivers, telemetry, heartbeat } = this.#options;
    heartbeat?.start();
    if (receivers.length === 0 || !telemetry.enabled) return;
    this.#timer = untraced(() => setInterval(() => void this.tick(), EVALUATION_MILLIS)).unref();
    void untraced(() => this.#deliveries.send());
  }

  /** Ends at once; messages that were not sent stay for the next process. */
  stop(): void {
    clearInterval(this.#timer);
    this.#options.heartbeat?.stop();
    this.#deliveries.stop();
  }

  /** Evaluates the rules, then sends what is due. Never rejects. */
  async tick(): Promise<void> {
    try {
      this.#evaluate();
    } catch (error) {
      // States are those of the last commit: the next evaluation comes to the same.
      this.#options.onFault(error);
    }
    await this.#deliveries.send();
  }

  /** Rules by the limits in force, with their values. */
  #readings(): readonly { readonly rule: AlertRule; readonly reading: Reading }[] {
    const { rules, telemetry, freeBytes = () => undefined } = this.#options;
    const limits = telemetry.limits();
    const read = ruleReader(telemetry, telemetry.now(), freeBytes);
    return rules.map((each) => {
      const rule = withLimit(each, limits);
      return { rule, reading: read(rule) };
    });
  }

  #evaluate(): void {
    const { receivers, store, now: clock, monotonicMillis, reminderMillis = Infinity } = this.#options;
    const now = clock();
    const monotonic = monotonicMillis();
    const elapsedMillis = monotonic - this.#before.monotonic;
    const stepped = now - this.#before.now - elapsedMillis;
    const moment = { now, elapsedMillis, steppedMillis: Math.abs(stepped) < MIN_STEP_MILLIS ? 0 : stepped };
    const former = (this.#former ??= store.states());
    const readings = this.#readings();
    const silences = store.silences();
    const { states, events } = evaluate(readings, { former, silences, moment, reminderMillis });
    const [first, ...others] = events.map((event) =>
      alertOf(
        event,
        readings.find(({ rule }) => rule.text === event.rule),
        { origin: this.#options.origin(), now },
      ),
    );
    const message = first === undefined ? undefined : messageOf([first, ...others], randomUUID(), now);
    if (message !== undefined || JSON.stringify([...states]) !== JSON.stringify([...former]))
      store.commit(
        states,
        message && writtenMessage(message),
        receivers.map(({ name }) => name),
        now,
      );
    this.#former = states;
    this.#before = { now, monotonic };
  }

  /**
   * Sends a test to every receiver, after what already waits. Resolves after an attempt, or at once while a receiver waits for its next try.
   * Throws errors of the database.
   */
  async test(): Promise<void> {
    const { receivers, store, now } = this.#options;
    await untraced(() => {
      store.add(
        writtenMessage(testMessage(this.#options.origin(), randomUUID(), now())),
        receivers.map(({ name }) => name),
        now(),
      );
      return this.#deliveries.send();
    });
  }

  /**
   * Silences a rule for a time; `undefined` ends the silence. Returns false if there is no such rule. Throws errors of the database.
   */
  silence(rule: string, millis: number | undefined): boolean {
    const { rules, store, now } = this.#options;
    if (!rules.some(({ text }) => text === rule)) return false;
    untraced(() => store.silence(rule, millis === undefined ? undefined : now() + millis));
    return true;
  }

  /** Every rule with its current value, and the last deliveries. Throws errors of the database. */
  facts(): AlertFacts {
    const { receivers, store, now } = this.#options;
    return untraced(() => {
      const silences = store.silences();
      const states = store.states();
      return {
        receivers: receivers.map(({ words }) => words),
        rules: this.#readings().map(({ rule, reading }) =>
          this.#factsOf(rule, states.get(rule.text), {
            reading,
            silencedUntil: silences.get(rule.text),
            now: now(),
          }),
        ),
        deliveries: store.deliveries(SHOWN_DELIVERIES),
        heartbeat: this.#options.heartbeat?.facts(),
      };
    });
  }

  #factsOf(
    rule: AlertRule,
    state: RuleState | undefined,
    {
      reading,
      silencedUntil = 0,
      now,
    }: { readonly reading: Reading; readonly silencedUntil: number | undefined; readonly now: number },
  ): RuleFacts {
    const judgement = judge(rule, reading);
    return {
      rule: rule.text,
      state: state?.phase ?? STATES[judgement],
      sinceMillis: state?.sinceMillis,
      words:
        judgement === 'unjudged' ? (reading.unjudged ?? 'nothing to measure') : readingText(rule, reading),
      value: reading.value,
      valueText: valueText(rule.metric, reading.value),
      threshold: rule.threshold,
      thresholdText: thresholdText(rule),
      count: reading.count,
      windowMillis: rule.windowMillis,
      forMillis: rule.forMillis,
      silencedUntilMillis: silencedUntil > now ? silencedUntil : undefined,
      source: rule,
    };
  }
}
