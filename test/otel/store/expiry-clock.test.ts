import { describe, expect, it } from '@jest/globals';
import { ExpiryClock } from '../../../otel/store/expiry-clock.ts';
import { FakeClock } from '../aggregate/counts-ledger.ts';

const START = Date.UTC(2026, 2, 14, 12, 0, 0);
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const YEAR = 365 * 24 * HOUR;

describe('ExpiryClock', () => {
  function started() {
    const clock = new FakeClock(START);
    return { clock, expiry: new ExpiryClock(clock) };
  }

  it('is the wall clock while that runs normally', () => {
    const { clock, expiry } = started();
    for (const passed of [5000, HOUR, 30 * 24 * HOUR]) {
      clock.pass(passed);
      expect(expiry.now()).toBe(clock.now());
    }
  });

  it('does not follow a clock that is set a year ahead and back', () => {
    const { clock, expiry } = started();
    clock.step(YEAR);
    expect(expiry.now()).toBe(START);
    clock.pass(10 * MINUTE);
    expect(expiry.now()).toBe(START + 10 * MINUTE);
    clock.step(-YEAR);
    expect(expiry.now()).toBe(START + 10 * MINUTE);
    clock.pass(2 * HOUR);
    expect(expiry.now()).toBe(clock.now());
  });

  it('follows a clock that stays ahead for an hour, as after a sleep', () => {
    const { clock, expiry } = started();
    clock.step(YEAR);
    expect(expiry.now()).toBe(START);
    clock.pass(HOUR);
    expect(expiry.now()).toBe(START + YEAR + HOUR);
  });
});
