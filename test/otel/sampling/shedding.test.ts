import { describe, expect, it } from '@jest/globals';
import { ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { sumOf } from '../../../otel/base/sum-of.ts';
import { Shedding } from '../../../otel/sampling/shedding.ts';
import { describeInBothModes, fail, FakeClock, processorsOfEachTest } from './processor-fixture.ts';

const LIMIT = 500;

/** One reading a second. */
function hear(shedding: Shedding, clock: FakeClock, delayMillis: number, seconds: number): void {
  for (let second = 0; second < seconds; second++) {
    clock.millis += 1000;
    shedding.note(delayMillis);
  }
}

describe('Shedding', () => {
  const begin = (limit = LIMIT) => {
    const clock = new FakeClock();
    return { clock, shedding: new Shedding(limit, clock) };
  };
  const isOn = (shedding: Shedding): boolean => shedding.facts().sinceMillis !== undefined;

  it('begins after ten seconds of a late loop', () => {
    const { clock, shedding } = begin();
    hear(shedding, clock, LIMIT, 10);
    expect(isOn(shedding)).toBe(false);
    hear(shedding, clock, LIMIT, 1);
    expect(shedding.facts()).toEqual({
      limitMillis: LIMIT,
      delayMillis: LIMIT,
      sinceMillis: clock.millis,
      last: undefined,
      times: 1,
    });
  });

  it('reports when it begins and when it ends', () => {
    const clock = new FakeClock();
    const turns: unknown[] = [];
    const shedding = new Shedding(LIMIT, clock, (turned) => turns.push(turned));
    hear(shedding, clock, LIMIT, 20);
    hear(shedding, clock, 10, 31);
    expect(turns).toEqual([
      { begins: true, atMillis: clock.millis - 40_000, delayMillis: LIMIT },
      { begins: false, atMillis: clock.millis, delayMillis: 10 },
    ]);
  });

  it.each<readonly [string, (shedding: Shedding, clock: FakeClock) => void]>([
    [
      'a stall of a minute',
      (shedding, clock) => {
        hear(shedding, clock, 0, 3);
        clock.millis += 60_000;
        shedding.note(60_000);
        hear(shedding, clock, 0, 3);
      },
    ],
    [
      'two stalls of a minute, one after the other',
      (shedding, clock) => {
        for (let stall = 0; stall < 2; stall++) {
          clock.millis += 60_000;
          shedding.note(60_000);
        }
        hear(shedding, clock, 0, 20);
      },
    ],
    [
      'a loop that is late nine seconds of every ten',
      (shedding, clock) => {
        for (let each = 0; each < 20; each++) {
          hear(shedding, clock, 900, 9);
          hear(shedding, clock, LIMIT - 1, 1);
        }
      },
    ],
    ['a loop just below the limit', (shedding, clock) => hear(shedding, clock, LIMIT - 0.1, 600)],
    ['nothing measured', (shedding, clock) => hear(shedding, clock, NaN, 600)],
  ])('does not begin for %s', (_, happen) => {
    const { clock, shedding } = begin();
    happen(shedding, clock);
    expect(shedding.facts().times).toBe(0);
  });

  it('is off with a limit of 0', () => {
    const { clock, shedding } = begin(0);
    hear(shedding, clock, 10_000, 600);
    expect(shedding.facts()).toMatchObject({ limitMillis: 0, sinceMillis: undefined, times: 0 });
  });

  it('holds until the loop was below half of the limit for half a minute, without a gap', () => {
    const { clock, shedding } = begin();
    hear(shedding, clock, 800, 11);
    const fromMillis = clock.millis;
    hear(shedding, clock, LIMIT / 2, 300);
    expect(isOn(shedding)).toBe(true);
    hear(shedding, clock, 10, 30);
    hear(shedding, clock, LIMIT / 2, 1);
    hear(shedding, clock, NaN, 100);
    hear(shedding, clock, 10, 30);
    expect(isOn(shedding)).toBe(true);
    hear(shedding, clock, 10, 1);
    expect(shedding.facts()).toMatchObject({
      sinceMillis: undefined,
      last: { fromMillis, toMillis: clock.millis },
      times: 1,
    });
    hear(shedding, clock, 800, 11);
    expect(shedding.facts().times).toBe(2);
  });

  it('takes its times from the monotonic clock: a system clock that is set ends nothing', () => {
    let [wall, monotonic] = [1e12, 0];
    const shedding = new Shedding(LIMIT, { now: () => wall, monotonicNanos: () => monotonic });
    for (let second = 0; second <= 10; second++) {
      wall -= 3_600_000;
      shedding.note(900);
      monotonic += 1e9;
    }
    expect(shedding.facts().sinceMillis).toBe(wall);
  });
});

describeInBothModes('a processor that sheds', () => {
  const start = processorsOfEachTest();

  it('keeps failed and slow operations alone, counts all, and balances its books', () => {
    const { tracer, processor, aggregates, local, exported, clock, shedding } = start({
      rates: 1,
      exportRates: 1,
      wholeTrace: true,
      shedDelayMillis: LIMIT,
    });
    const ledger = { requests: 0, failed: 0, statements: 0 };
    /** A request with two statements. */
    const request = (name: string, isFailed = false, millis = 5): void => {
      const root = tracer.startSpan(name, {}, ROOT_CONTEXT);
      for (const statement of ['first', 'second']) {
        const parent = trace.setSpan(ROOT_CONTEXT, root);
        tracer.startSpan(`${name} ${statement}`, {}, parent).end();
        ledger.statements++;
      }
      if (isFailed) fail(root);
      clock.millis += millis;
      root.end();
      ledger.requests++;
      if (isFailed) ledger.failed++;
    };
    const round = (phase: string): void => {
      for (let each = 0; each < 7; each++) request(`${phase} fine`);
      request(`${phase} failed`, true);
    };
    const balance = (): number => {
      const { started, live, kept, dropped } = processor.counts();
      return started - live - sumOf(kept) - sumOf(dropped);
    };

    round('before');
    hear(shedding, clock, 900, 11);
    round('during');
    expect(balance()).toBe(0);
    hear(shedding, clock, 10, 31);
    round('after');
    processor.settle();

    const names = local.spans.map(({ name }) => name);
    const of = (phase: string): readonly string[] => names.filter((name) => name.startsWith(phase));
    expect(of('during')).toEqual(['during failed']);
    expect([of('before').length, of('after').length]).toEqual([24, 24]);
    expect(exported.spans.map(({ name }) => name).toSorted()).toEqual(names.toSorted());
    expect(balance()).toBe(0);
    expect(processor.counts()).toMatchObject({ live: 0, started: ledger.requests + ledger.statements });
    expect(processor.counts().dropped).toEqual({
      probability: 0,
      storm: 0,
      rule: 0,
      target: 0,
      shedding: 7 * 3 + 2,
      overflow: 0,
    });
    const counted = aggregates.operations().other;
    expect([counted.count, counted.errors]).toEqual([ledger.requests + ledger.statements, ledger.failed]);
  });
});
