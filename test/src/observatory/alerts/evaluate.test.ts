import { describe, expect, it } from '@jest/globals';
import { evaluate, type RuleState } from '../../../../src/observatory/alerts/evaluate.ts';
import type { Reading } from '../../../../src/observatory/alerts/read-rule.ts';
import { parseAlertRules } from '../../../../src/process/alert-rules.ts';
import type { AlertRule } from '../../../../src/process/alert-rule.ts';

const NOW = Date.UTC(2026, 2, 14, 12);
const STEP = 15_000;

/** One evaluation: over, under or unjudged, and what is special about it. */
interface Step {
  readonly is: '+' | '-' | '?';
  /** The wall clock is set before it. */
  readonly stepMillis?: number;
  /** Monotonic time since the one before. */
  readonly elapsedMillis?: number;
  readonly isSilenced?: boolean;
}

const READINGS: Readonly<Record<Step['is'], Partial<Reading>>> = {
  '+': { value: 0.5 },
  '-': { value: 0 },
  '?': { value: undefined, unjudged: 'too few requests' },
};

/** Plays steps and returns `number of the evaluation: change` for each event. */
function play(rule: AlertRule, steps: readonly Step[], reminderMillis = Infinity): readonly string[] {
  let former: ReadonlyMap<string, RuleState> = new Map();
  let now = NOW;
  return steps.flatMap(({ is, stepMillis = 0, elapsedMillis = STEP, isSilenced = false }, index) => {
    now += elapsedMillis + stepMillis;
    const window = { fromMillis: now - rule.windowMillis, toMillis: now };
    const reading = { count: 100, window, value: undefined, unjudged: undefined, ...READINGS[is] };
    const silences = new Map(isSilenced ? [[rule.text, now + 1]] : []);
    const moment = { now, elapsedMillis, steppedMillis: stepMillis };
    const { states, events } = evaluate([{ rule, reading }], { former, silences, moment, reminderMillis });
    former = states;
    return events.map(
      ({ change, sinceMillis }) => `${index}: ${change} ${Math.round((now - sinceMillis) / STEP)}`,
    );
  });
}

const steps = (signs: string, more: Omit<Step, 'is'> = {}): readonly Step[] =>
  [...signs].map((sign) => ({ is: sign === '+' ? '+' : sign === '-' ? '-' : '?', ...more }));
const rule = (text: string): AlertRule => parseAlertRules(text)[0]!;
/** Holds for one minute, over one minute: 4 evaluations of 15 s. */
const MINUTE = rule('5xx > 5% over 1m for 1m');
const AT_ONCE = rule('5xx > 5% over 1m');

describe('evaluate', () => {
  it.each<{
    readonly it: string;
    readonly rule?: AlertRule;
    readonly steps: readonly Step[];
    readonly events: readonly string[];
  }>([
    { it: 'says nothing while all is fine', steps: steps('--------'), events: [] },
    { it: 'fires after the for-duration, once', steps: steps('-++++++++'), events: ['5: firing 4'] },
    { it: 'fires at once without one', rule: AT_ONCE, steps: steps('-+++'), events: ['1: firing 0'] },
    { it: 'begins anew after a break', steps: steps('+++-+++-+++-'), events: [] },
    { it: 'begins anew when it could not judge', steps: steps('+++?+++?'), events: [] },
    {
      it: 'recovers after as long without it, and says how long it lasted',
      steps: steps('+++++----'),
      events: ['4: firing 4', '8: recovered 8'],
    },
    {
      it: 'does not flap',
      steps: steps('+++++-+--+---+-+----'),
      events: ['4: firing 4', '19: recovered 19'],
    },
    {
      it: 'fires again after it recovered',
      rule: AT_ONCE,
      steps: steps('+----+----'),
      events: ['0: firing 0', '4: recovered 4', '5: firing 0', '9: recovered 4'],
    },
    { it: 'never judges with too few requests', steps: steps('????????'), events: [] },
    {
      it: 'does not recover for want of requests: it ends as no longer judged',
      steps: steps('+++++????????'),
      events: ['4: firing 4', '8: unjudged 8'],
    },
    {
      it: 'keeps firing through a short lack of requests',
      steps: steps('+++++???+???+'),
      events: ['4: firing 4'],
    },
    {
      it: 'is not ended by a clock that steps ahead, nor fired',
      steps: [...steps('++'), { is: '+', stepMillis: 86_400_000 }, ...steps('++')],
      events: ['4: firing 4'],
    },
    {
      it: 'is not held up by a clock that steps back',
      steps: [...steps('++'), { is: '+', stepMillis: -86_400_000 }, ...steps('++----')],
      events: ['4: firing 4', '8: recovered 8'],
    },
    {
      it: 'counts a held loop for a minute at most',
      rule: rule('5xx > 5% over 1m for 5m'),
      steps: [...steps('+'), { is: '+', elapsedMillis: 3_600_000 }, ...steps('+')],
      events: [],
    },
    {
      it: 'tells nobody while it is silenced',
      steps: [...steps('++++++----', { isSilenced: true }), ...steps('----')],
      events: [],
    },
    {
      it: 'tells at the end of a silence what still fires',
      steps: [...steps('++++++', { isSilenced: true }), ...steps('++')],
      events: ['6: firing 6'],
    },
    {
      it: 'does not tell a recovery in a silence',
      steps: [...steps('+++++'), ...steps('----', { isSilenced: true }), ...steps('--')],
      events: ['4: firing 4'],
    },
  ])('$it', ({ rule: played = MINUTE, steps: planned, events }) => {
    expect(play(played, planned)).toEqual(events);
  });

  it.each<{ readonly it: string; readonly steps: readonly Step[]; readonly events: readonly string[] }>([
    {
      it: 'again after each interval, while it fires',
      steps: steps('+++++++++++++'),
      events: ['0: firing 0', '4: reminder 4', '8: reminder 8', '12: reminder 12'],
    },
    {
      it: 'not while it may be recovering, but as soon as it is not',
      steps: steps('++++---+'),
      events: ['0: firing 0', '7: reminder 7'],
    },
    {
      it: 'not during a silence, but at its end',
      steps: [...steps('+'), ...steps('++++++', { isSilenced: true }), ...steps('++')],
      events: ['0: firing 0', '7: reminder 7'],
    },
    {
      it: 'by the time that passed, whatever the clock says',
      steps: [...steps('++'), { is: '+', stepMillis: 86_400_000 }, ...steps('++')],
      events: ['0: firing 0', '4: reminder 4'],
    },
  ])('reminds $it', ({ steps: planned, events }) => {
    expect(play(AT_ONCE, planned, 4 * STEP)).toEqual(events);
  });

  it('says that a firing rule was removed, once', () => {
    const state: RuleState = {
      phase: 'firing',
      sinceMillis: NOW,
      heldMillis: 0,
      fineMillis: 0,
      unjudgedMillis: 0,
      isTold: true,
      toldAtMillis: NOW,
    };
    const moment = { now: NOW, elapsedMillis: STEP, steppedMillis: 0 };
    const { states, events } = evaluate([], {
      former: new Map([['gone', state]]),
      silences: new Map(),
      moment,
      reminderMillis: Infinity,
    });
    expect(events).toEqual([{ change: 'removed', rule: 'gone', sinceMillis: NOW }]);
    expect(states.size).toBe(0);
  });
});
