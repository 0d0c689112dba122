import { describe, expect, it } from '@jest/globals';
import { durationGroupsOf } from '../../../../src/observatory/facts/duration-groups.ts';
import { CountingPlace } from '../../../otel/aggregate/counts-ledger.ts';
import { randomOf } from '../../../otel/sampling/random.ts';

const START = Date.UTC(2026, 2, 14, 12, 0, 0);
const RUNS = 60;

/** What was sent: the milliseconds of each request. */
type Draw = (random: () => number, gauss: () => number) => number;

function groupsOf(seed: number, count: number, draw: Draw) {
  const next = randomOf(seed * 7919 + 1);
  const random = (): number => next() / 2 ** 32;
  const gauss = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const place = new CountingPlace(START, false);
  const process = place.start(1e6);
  const sent = Array.from({ length: count }, () => draw(random, gauss));
  for (const millis of sent) process.answer('GET /', millis * 1e6, 200);
  place.clock.pass(60_000);
  const range = { fromMillis: START, toMillis: START + 60_000 };
  return { sent, found: durationGroupsOf(process.red, 'http', 'GET /', range) };
}

const runs = (count: number, draw: Draw) =>
  Array.from({ length: RUNS }, (_, seed) => groupsOf(seed, count, draw));

describe('durations of one group', () => {
  it.each<readonly [string, Draw]>([
    ['alike', (_, gauss) => 10 * Math.exp(0.2 * gauss())],
    ['that spread', (_, gauss) => 10 * Math.exp(0.8 * gauss())],
    ['that spread far', (_, gauss) => 10 * Math.exp(1.5 * gauss())],
    [
      'with a tail',
      (random, gauss) => 10 * Math.exp(0.3 * gauss()) * (random() < 0.2 ? random() ** -0.8 : 1),
    ],
    ['that are evenly spread', (random) => 5 + 50 * random()],
    ['with few outliers', (random, gauss) => (random() < 0.02 ? 900 : 10) * Math.exp(0.3 * gauss())],
  ])('%s are not called two, however few or many', (_, draw) => {
    for (const count of [30, 120, 600, 4000]) {
      const claimed = runs(count, draw).filter(({ found }) => found !== undefined);
      expect([count, claimed.length]).toEqual([count, 0]);
    }
  });
});

describe('durations of two groups', () => {
  it.each([
    [0.1, 30],
    [1 / 3, 30],
    [1 / 3, 5],
    [0.6, 4],
  ])(
    'are found with a share of %d that takes %d times as long, with the counts of what was sent',
    (share, times) => {
      const all = runs(600, (random, gauss) => (random() < share ? times : 1) * 8 * Math.exp(0.2 * gauss()));
      const right = all.filter(({ sent, found }) => {
        if (found === undefined) return false;
        const slow = sent.filter((millis) => millis >= 8 * Math.sqrt(times)).length;
        const isNear = (one: number, other: number): boolean => Math.abs(Math.log(one / other)) < 0.1;
        return (
          Math.abs(found.slow.count - slow) <= 0.02 * sent.length &&
          found.fast.count + found.slow.count === sent.length &&
          isNear(found.fast.medianMillis, 8) &&
          isNear(found.slow.medianMillis, 8 * times)
        );
      });
      expect(right.length).toBeGreaterThanOrEqual(0.95 * RUNS);
    },
  );
});
