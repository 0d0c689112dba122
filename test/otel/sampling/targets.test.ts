import { describe, expect, it } from '@jest/globals';
import { KEEP_ALL, probabilityOf } from '../../../otel/sampling/consistent-threshold.ts';
import { Arrivals, rootOf, Tally } from './arrivals-fixture.ts';

const WINDOWS = 20;
const SEEDS = [1, 2];

/** Kept per second, compared with what the target and the arrivals allow. */
function expectNear(tally: Tally, seconds: number, target: number): void {
  const expected = Math.min(target, tally.arrived / seconds);
  expect(tally.kept / seconds / expected).toBeGreaterThan(0.9);
  expect(tally.kept / seconds / expected).toBeLessThan(1.1);
}

describe('a target', () => {
  it.each(SEEDS)(
    'keeps its traces of each kind within two windows, at 100 to 1 and after a step of 20, with true weights (seed %i)',
    (seed) => {
      const target = 5;
      const arrivals = new Arrivals(seed, { target });
      const [hot, cold] = [rootOf('GET /'), rootOf('GET /rare')];
      const all = new Map([hot, cold].map((root) => [root, new Tally()]));
      const play = (seconds: number, factor: number): readonly Tally[] => {
        const kinds = [hot, cold].map((root) => ({
          root,
          perSecond: (root === hot ? 100 : 1) * factor,
          tally: new Tally(),
        }));
        arrivals.run(seconds, kinds);
        for (const { root, tally } of kinds) {
          const sum = all.get(root)!;
          for (const key of ['arrived', 'kept', 'estimate', 'variance'] as const) sum[key] += tally[key];
        }
        return kinds.map(({ tally }) => tally);
      };
      play(WINDOWS, 1);
      for (const tally of play(300 - WINDOWS, 1)) expectNear(tally, 300 - WINDOWS, target);
      const [step] = play(WINDOWS, 20);
      expect(step!.kept).toBeLessThan(target * WINDOWS * 6);
      for (const tally of play(300 - WINDOWS, 20)) expectNear(tally, 300 - WINDOWS, target);
      play(WINDOWS, 1);
      for (const tally of play(300, 1)) expectNear(tally, 300, target);
      for (const tally of all.values()) expect(Math.abs(tally.z)).toBeLessThanOrEqual(3);
    },
  );

  it.each(SEEDS)('is reached by kinds that arrive slightly more often than the target (seed %i)', (seed) => {
    for (const [target, perSecond] of [
      [1, 1.3],
      [1, 3],
      [0.2, 1],
    ] as const) {
      const arrivals = new Arrivals(seed, { target });
      const tally = new Tally();
      arrivals.run(WINDOWS, [{ root: rootOf('GET /'), perSecond, tally: new Tally() }]);
      arrivals.run(20_000, [{ root: rootOf('GET /'), perSecond, tally }]);
      expect([target, perSecond, Math.abs(tally.kept / 20_000 / target - 1) < 0.1]).toEqual([
        target,
        perSecond,
        true,
      ]);
      expect(Math.abs(tally.z)).toBeLessThanOrEqual(3);
    }
  });

  it('does not keep a whole burst in the first second of a kind, and keeps its first trace', () => {
    for (const size of [50, 1000, 20_000]) {
      const arrivals = new Arrivals(7, { target: 5 });
      const tally = new Tally();
      for (let i = 0; i < size; i++) {
        arrivals.seconds += 1 / size;
        arrivals.arrive(rootOf('GET /new'), tally);
        if (i === 0) expect(tally.kept).toBe(1);
      }
      expect(tally.kept).toBeGreaterThanOrEqual(5);
      expect(tally.kept).toBeLessThan(5 * (3 + Math.log(size)));
      expect(Math.abs(tally.z)).toBeLessThanOrEqual(3);
    }
  });

  it('spreads a burst of a known kind, and recovers', () => {
    const arrivals = new Arrivals(8, { target: 5 });
    const root = rootOf('GET /');
    arrivals.run(60, [{ root, perSecond: 20, tally: new Tally() }]);
    const burst = new Tally();
    for (let i = 0; i < 20_000; i++) arrivals.arrive(root, burst);
    // A window's worth, and as much again for each time the burst is e times as big.
    expect(burst.kept).toBeLessThan(5 * 10 * (1 + Math.log(20_000 / 100)));
    arrivals.run(WINDOWS, [{ root, perSecond: 20, tally: new Tally() }]);
    const after = new Tally();
    arrivals.run(300, [{ root, perSecond: 20, tally: after }]);
    expectNear(after, 300, 5);
  });

  it.each([
    ['a pause of an hour', (arrivals: Arrivals): void => void (arrivals.seconds += 3600)],
    ['a clock that goes back an hour', (arrivals: Arrivals): void => void (arrivals.seconds -= 3600)],
    ['a clock that goes back a little', (arrivals: Arrivals): void => void (arrivals.seconds -= 0.5)],
    ['a restart', (arrivals: Arrivals): void => arrivals.restart()],
  ])('is right again two windows after %s, and keeps no flood before', (_name, happen) => {
    const arrivals = new Arrivals(9, { target: 5 });
    const root = rootOf('GET /');
    const whole = new Tally();
    arrivals.run(120, [{ root, perSecond: 200, tally: whole }]);
    happen(arrivals);
    const first = new Tally();
    arrivals.run(WINDOWS, [{ root, perSecond: 200, tally: first }]);
    expect(first.kept).toBeLessThan(5 * WINDOWS * 2);
    expect(first.kept).toBeGreaterThan(5 * WINDOWS * 0.4);
    const after = new Tally();
    arrivals.run(300, [{ root, perSecond: 200, tally: after }]);
    expectNear(after, 300, 5);
    for (const tally of [whole, first, after]) expect(Math.abs(tally.z)).toBeLessThanOrEqual(3);
  });

  it('continues when another setting changes', () => {
    const arrivals = new Arrivals(10, { target: 5 });
    const root = rootOf('GET /');
    arrivals.run(60, [{ root, perSecond: 1000, tally: new Tally() }]);
    arrivals.changeSettings();
    expect(probabilityOf(arrivals.arrive(root, new Tally()))).toBeLessThan(0.01);
  });

  it('keeps a trace of each kind within a quarter of an hour, whatever its randomness', () => {
    const arrivals = new Arrivals(11, { target: 0.01 });
    const root = rootOf('GET /');
    const tally = new Tally();
    // The lowest R: only a threshold of probability 1 keeps it.
    for (; arrivals.seconds < 8200; arrivals.seconds += 0.5)
      arrivals.arrive(root, tally, { high: 0, low: 0 });
    const gaps = tally.keptSeconds.map((at, i) => (tally.keptSeconds[i + 1] ?? arrivals.seconds) - at);
    expect(tally.keptSeconds[0]).toBe(1000);
    expect(Math.max(...gaps)).toBeLessThan(900);
    expect(tally.kept).toBeLessThan(15);
  });

  it('distinguishes kinds by route and status class, whatever the method, and others by type', () => {
    const arrivals = new Arrivals(12, { target: 5 });
    const tally = new Tally();
    for (const method of ['GET', 'HEAD', 'POST'])
      for (const status of [200, 204, 404, 500])
        for (const route of ['/a', '/b'])
          arrivals.arrive({ ...rootOf(`GET ${route}`, status), series: `${method} ${route}` }, tally);
    expect(arrivals.rates.keys).toBe(2 * 3);
    for (let i = 0; i < 1000; i++) arrivals.arrive(rootOf(`scope: job ${i}`), tally);
    expect(arrivals.rates.keys).toBe(2 * 3);
  });

  it('bounds its memory: kinds beyond the cap share one target, neither all kept nor hidden', () => {
    const arrivals = new Arrivals(13, { target: 5 });
    for (let i = 0; i < 500; i++) arrivals.arrive(rootOf(`GET /${i}`), new Tally());
    expect(arrivals.rates.keys).toBe(500);
    const late = Array.from({ length: 200 }, (_, i) => ({
      root: rootOf(`GET /late/${i}`),
      perSecond: 1,
      tally: new Tally(),
    }));
    const play = (seconds: number): number => {
      const before = late.reduce((sum, { tally }) => sum + tally.kept, 0);
      arrivals.run(seconds, late);
      return late.reduce((sum, { tally }) => sum + tally.kept, 0) - before;
    };
    play(WINDOWS);
    expect(Math.abs(play(300) / 300 / 5 - 1)).toBeLessThan(0.1);
    expect(late.filter(({ tally }) => tally.kept > 0).length).toBeGreaterThan(150);
    expect(arrivals.rates.keys).toBe(500);
    // An earlier kind is not affected by the crowd.
    expect(arrivals.arrive(rootOf('GET /7'), new Tally())).toBe(KEEP_ALL);
  });

  it('of a rule applies to everything it matches, instead of the target of its kind', () => {
    const arrivals = new Arrivals(14, { target: 50, rules: 'route=/bots/*: target 2' });
    const bots = ['a', 'b', 'c'].map((name) => ({
      root: rootOf(`GET /bots/${name}`),
      perSecond: 30,
      tally: new Tally(),
    }));
    const page = { root: rootOf('GET /'), perSecond: 30, tally: new Tally() };
    arrivals.run(
      WINDOWS,
      [...bots, page].map((kind) => ({ ...kind, tally: new Tally() })),
    );
    arrivals.run(600, [...bots, page]);
    const kept = bots.reduce((sum, { tally }) => sum + tally.kept, 0);
    expect(Math.abs(kept / 600 / 2 - 1)).toBeLessThan(0.1);
    expect(page.tally.kept).toBe(page.tally.arrived);
    for (const { tally } of bots) expect(Math.abs(tally.z)).toBeLessThanOrEqual(3);
  });
});
