import type { AlertRule } from '../../process/alert-rule.ts';
import type { Reading } from './read-rule.ts';

/** What is remembered of a rule; kept on disk, so that a restart neither repeats nor forgets an alert. */
export interface RuleState {
  /** Pending: the condition holds, but not yet for long enough. */
  readonly phase: 'pending' | 'firing';
  /** Since when the condition holds, in epoch milliseconds. */
  readonly sinceMillis: number;
  /** Measured time for which the condition has held without a break, until it fired. */
  readonly heldMillis: number;
  /** Firing: measured time since the condition last held. */
  readonly fineMillis: number;
  /** Firing: of that, the time in which the rule could not judge. */
  readonly unjudgedMillis: number;
  /** Whether receivers were told that it fires. */
  readonly isTold: boolean;
  /** When they were told last, in epoch milliseconds; of no meaning unless they were. */
  readonly toldAtMillis: number;
}

export type AlertChange = 'firing' | 'reminder' | 'recovered' | 'unjudged' | 'removed';

/** Something to tell the receivers. */
export interface AlertEvent {
  readonly change: AlertChange;
  /** Text of the rule. */
  readonly rule: string;
  readonly sinceMillis: number;
}

export interface Moment {
  /** Epoch milliseconds. */
  readonly now: number;
  /** Monotonic time since the evaluation before; for the first one, since the start. */
  readonly elapsedMillis: number;
  /** By how much the wall clock was set since the evaluation before. */
  readonly steppedMillis: number;
}

export interface Evaluation {
  /** Rules without a state are fine. */
  readonly states: ReadonlyMap<string, RuleState>;
  readonly events: readonly AlertEvent[];
}

/** A loop that was held, or a machine that slept, is no evidence that a condition held. */
const MAX_STEP_MILLIS = 60_000;
/** A rule without a for-duration recovers after this time without its condition. */
const MIN_RECOVERY_MILLIS = 60_000;

export type Judgement = 'over' | 'under' | 'unjudged';

export function judge(rule: AlertRule, { value, unjudged }: Reading): Judgement {
  if (unjudged !== undefined || value === undefined) return 'unjudged';
  return holds(rule, value) ? 'over' : 'under';
}

function holds({ operator, threshold }: AlertRule, value: number): boolean {
  switch (operator) {
    case '>':
      return value > threshold;
    case '>=':
      return value >= threshold;
    case '<':
      return value < threshold;
    case '<=':
      return value <= threshold;
  }
}

/**
 * The states and events that follow from the readings. Pure. Durations are measured on the monotonic clock, so a wall clock that is set neither
 * fires nor ends an alert. A silenced rule changes its state and tells nobody; if it still fires when the silence ends, it is told then.
 */
export function evaluate(
  readings: readonly { readonly rule: AlertRule; readonly reading: Reading }[],
  {
    former,
    silences,
    moment,
    reminderMillis,
  }: {
    readonly former: ReadonlyMap<string, RuleState>;
    /** By rule: until when, in epoch milliseconds. */
    readonly silences: ReadonlyMap<string, number>;
    readonly moment: Moment;
    /** A rule that still fires is told again after this time; Infinity: never. */
    readonly reminderMillis: number;
  },
): Evaluation {
  const states = new Map<string, RuleState>();
  const events: AlertEvent[] = [];
  for (const { rule, reading } of readings) {
    const { text } = rule;
    const isSilenced = (silences.get(text) ?? 0) > moment.now;
    const before = shifted(former.get(text), moment);
    const { state, ended } = next(rule, judge(rule, reading), before, moment);
    const told = isSilenced ? undefined : toldNow(state, reminderMillis, moment.now);
    if (state !== undefined)
      states.set(text, told === undefined ? state : { ...state, isTold: true, toldAtMillis: moment.now });
    if (state !== undefined && told !== undefined)
      events.push({ change: told, rule: text, sinceMillis: state.sinceMillis });
    if (ended !== undefined && before?.isTold === true && !isSilenced)
      events.push({ change: ended, rule: text, sinceMillis: before.sinceMillis });
  }
  const known = new Set(readings.map(({ rule }) => rule.text));
  for (const [rule, state] of former)
    if (!known.has(rule) && state.isTold)
      events.push({ change: 'removed', rule, sinceMillis: state.sinceMillis + moment.steppedMillis });
  return { states, events };
}

function toldNow(
  state: RuleState | undefined,
  reminderMillis: number,
  now: number,
): 'firing' | 'reminder' | undefined {
  if (state?.phase !== 'firing') return undefined;
  if (!state.isTold) return 'firing';
  // While its condition does not hold, it may be recovering.
  return state.fineMillis === 0 && now - state.toldAtMillis >= reminderMillis ? 'reminder' : undefined;
}

function shifted(state: RuleState | undefined, { steppedMillis }: Moment): RuleState | undefined {
  if (state === undefined || steppedMillis === 0) return state;
  return {
    ...state,
    sinceMillis: state.sinceMillis + steppedMillis,
    toldAtMillis: state.toldAtMillis + steppedMillis,
  };
}

function next(
  rule: AlertRule,
  judgement: Judgement,
  before: RuleState | undefined,
  { now, elapsedMillis }: Moment,
): { readonly state?: RuleState; readonly ended?: 'recovered' | 'unjudged' } {
  const step = Math.min(MAX_STEP_MILLIS, Math.max(0, elapsedMillis));
  if (before?.phase === 'firing') {
    if (judgement === 'over')
      return { state: before.fineMillis === 0 ? before : { ...before, fineMillis: 0, unjudgedMillis: 0 } };
    const fineMillis = before.fineMillis + step;
    const unjudgedMillis = before.unjudgedMillis + (judgement === 'unjudged' ? step : 0);
    const judgedMillis = fineMillis - unjudgedMillis;
    if (judgement === 'under' && judgedMillis >= Math.max(rule.forMillis, MIN_RECOVERY_MILLIS))
      return { ended: 'recovered' };
    // Nothing of the time in which it fired is left in the window.
    if (unjudgedMillis >= Math.max(rule.windowMillis, rule.forMillis)) return { ended: 'unjudged' };
    return { state: { ...before, fineMillis, unjudgedMillis } };
  }
  if (judgement !== 'over') return {};
  const heldMillis = before === undefined ? 0 : before.heldMillis + step;
  const phase = heldMillis >= rule.forMillis ? 'firing' : 'pending';
  const sinceMillis = before?.sinceMillis ?? now;
  const untold = { fineMillis: 0, unjudgedMillis: 0, isTold: false, toldAtMillis: 0 };
  return { state: { phase, sinceMillis, heldMillis, ...untold } };
}
