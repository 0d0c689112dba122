import { describe, expect, it } from '@jest/globals';
import { parseObjectives } from '../../../../otel/settings/objectives.ts';
import type { Objective, TimeRange } from '../../../../otel/query.ts';
import { objectiveCounter } from '../../../../src/observatory/objectives/objective-counts.ts';
import { objectiveFacts } from '../../../../src/observatory/objectives/objective-facts.ts';
import { CountingPlace, type CountingProcess } from '../../../otel/aggregate/counts-ledger.ts';
import { randomOf } from '../../../otel/sampling/random.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const START = Date.UTC(2026, 2, 14, 12, 0, 0);
const ROUTES = ['GET /', 'GET /search', 'POST /admin/posts'];
/** Half a bucket of the sketch. */
const ERROR = 0.01;

const OBJECTIVES = parseObjectives(
  'availability 99%; availability of "GET /search" 95%; latency 90% under 200ms; latency of "GET /" 80% under 1s',
);

/** What an access log says. */
function recount(place: CountingPlace, { kind, route, underMillis = 0 }: Objective, window: TimeRange) {
  const sent = place.sentIn(window).filter(({ series }) => route === undefined || series === route);
  const limit = underMillis * 1e6;
  const near = sent.filter(({ nanos }) => Math.abs(nanos / limit - 1) <= 2 * ERROR).length;
  const bad = sent.filter(({ nanos, statusCode = 0 }) =>
    kind === 'availability' ? statusCode >= 500 : nanos > limit,
  ).length;
  return { total: sent.length, bad, near };
}

/** Weeks of requests at unequal rates, with restarts after which another process goes on. */
function weeks(days: number): { place: CountingPlace; process: CountingProcess } {
  const draw = randomOf(7);
  const random = (): number => draw() / 2 ** 32;
  const place = new CountingPlace(START, true);
  let process = place.start();
  const end = START + days * DAY;
  for (let burst = 0; place.clock.millis < end; burst++) {
    const isBroken = burst % 9 === 3;
    for (let i = 0; i < 12; i++) {
      const series = ROUTES[Math.floor(random() * ROUTES.length)]!;
      const statusCode = random() < (isBroken ? 0.5 : 0.004) ? 503 : random() < 0.1 ? 404 : 200;
      process.answer(series, 1e6 * 10 ** (random() * 3.4), statusCode);
      place.clock.pass(Math.round(random() * 20_000));
    }
    place.clock.pass(5000);
    process.history?.flush();
    place.clock.pass(Math.round(random() * 10 * HOUR));
    if (burst % 40 === 39) {
      process.history?.close();
      place.alive.clear();
      process = place.start();
    }
  }
  return { place, process };
}

describe('objectives', () => {
  it('count what an access log has, exactly for availability and within the bucket for latency, and state budget and burn from that', () => {
    const { place, process } = weeks(40);
    const now = place.clock.millis;
    const count = objectiveCounter(process.red);
    const windows = [5 * MINUTE, HOUR, 6 * HOUR, 3 * DAY, 14 * DAY, 30 * DAY];
    let compared = 0;
    for (const millis of windows) {
      const window = process.red.coverage({ fromMillis: now - millis, toMillis: now + 1 });
      expect(window.missing).toEqual([]);
      for (const objective of OBJECTIVES) {
        const { total, bad, near } = recount(place, objective, window);
        const counted = count(objective, window);
        expect(counted.total).toBe(total);
        if (objective.kind === 'availability') expect(counted).toEqual({ total, bad, undecided: 0 });
        expect(counted.bad).toBeLessThanOrEqual(bad);
        expect(counted.bad + counted.undecided).toBeGreaterThanOrEqual(bad);
        expect(counted.undecided).toBeLessThanOrEqual(near);
        compared += bad;
      }
    }
    expect(compared).toBeGreaterThan(500);
    const facts = objectiveFacts(process.red, { objectives: OBJECTIVES, minCount: 20 }, now);
    for (const [index, objective] of OBJECTIVES.entries()) {
      const fact = facts[index]!;
      const { total, bad } = recount(
        place,
        objective,
        process.red.coverage({ fromMillis: now - 30 * DAY, toMillis: now + 1 }),
      );
      const left = 1 - bad / (total * (1 - objective.target));
      if (objective.kind === 'availability') expect(fact.budgetLeft).toBeCloseTo(left, 9);
      expect(fact.budgetLeft!).toBeLessThanOrEqual(left + 1e-9);
      expect(fact.goodShareMin!).toBeLessThanOrEqual(1 - bad / total);
      expect(fact.goodShareMax!).toBeGreaterThanOrEqual(1 - bad / total);
      expect(fact.state).toBe(left < 0 ? 'missed' : 'met');
      const threeDays = fact.burns.find(({ millis }) => millis === 3 * DAY)!;
      const recent = recount(
        place,
        objective,
        process.red.coverage({ fromMillis: now - 3 * DAY, toMillis: now + 1 }),
      );
      expect(threeDays.burn!).toBeGreaterThanOrEqual(
        recent.bad / recent.total / (1 - objective.target) - 1e-9,
      );
    }
    expect(new Set(facts.map(({ state }) => state))).toEqual(new Set(['met', 'missed']));
  });
});

describe('an objective', () => {
  const of = (text: string, answers: readonly (readonly [count: number, status: number])[]) => {
    const place = new CountingPlace(START, false);
    const process = place.start();
    for (const [count, status] of answers)
      for (let i = 0; i < count; i++) {
        process.answer('GET /', 5e6, status);
        place.clock.pass(10);
      }
    return objectiveFacts(
      process.red,
      { objectives: parseObjectives(text), minCount: 20 },
      place.clock.millis,
    )[0]!;
  };

  it('is not judged while one bad request is more than its budget', () => {
    expect(of('availability 99.9%', [[999, 200]])).toMatchObject({ state: 'too few', judgedFrom: 1000 });
    expect(of('availability 99.9%', [[1000, 200]])).toMatchObject({ state: 'met', budgetLeft: 1 });
    expect(of('availability 50%', [[19, 200]])).toMatchObject({ state: 'too few', judgedFrom: 20 });
  });

  it('is met with the whole budget used, and missed with one more', () => {
    const exactly = of('availability 99%', [
      [1980, 200],
      [20, 500],
    ]);
    expect(exactly).toMatchObject({ state: 'met', bad: 20 });
    expect(exactly.budgetLeft).toBeCloseTo(0, 9);
    expect(
      of('availability 99%', [
        [1979, 200],
        [21, 500],
      ]),
    ).toMatchObject({ state: 'missed' });
  });

  it('burns fast if the long and the short window do', () => {
    expect(
      of('availability 99.9%', [
        [950, 200],
        [50, 500],
      ]).burning,
    ).toBe('fast');
    expect(of('availability 99.9%', [[1000, 200]]).burning).toBeUndefined();
    expect(of('availability 99.9%', [[10, 500]])).toMatchObject({ burning: undefined, state: 'too few' });
  });

  it('without requests has no share', () => {
    expect(of('latency 99% under 1s', [])).toMatchObject({
      state: 'too few',
      budgetLeft: undefined,
      total: 0,
    });
  });

  it('is unclear if the bucket of its limit decides', () => {
    expect(of('latency 99% under 5ms', [[1000, 200]])).toMatchObject({ state: 'unclear', undecided: 1000 });
  });
});
