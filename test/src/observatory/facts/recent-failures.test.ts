import { describe, expect, it } from '@jest/globals';
import { recentFailures, type RecentFailure } from '../../../../src/observatory/facts/recent-failures.ts';
import { chooseRange } from '../../../../src/observatory/facts/time-range.ts';
import { CountingPlace, type CountingProcess } from '../../../otel/aggregate/counts-ledger.ts';
import { randomOf } from '../../../otel/sampling/random.ts';

const START = Date.UTC(2026, 2, 14, 12, 0, 0);
const MINUTE = 60_000;
const MIN_COUNT = 20;

class Visitors {
  readonly place = new CountingPlace(START, false);
  readonly #random: () => number;
  readonly #process: CountingProcess;

  constructor(seed = 1) {
    const random = randomOf(seed);
    this.#random = () => random() / 2 ** 32;
    this.#process = this.place.start(1e6);
  }

  /** So many a minute ask for a route, of which a share fails, while others are asked for well. */
  come(minutes: number, perMinute: number, failing: number, name = 'GET /quote'): this {
    for (let step = 0; step < minutes * perMinute; step++) {
      this.place.clock.pass(MINUTE / perMinute);
      this.#process.answer(name, 1e6, this.#random() < failing ? 500 : 200);
      this.#process.answer('GET /', 1e6, 200);
    }
    return this;
  }

  found(from = '-1h'): readonly RecentFailure[] {
    const { red } = this.#process;
    const range = chooseRange({ from }, this.place.clock.millis);
    const telemetry = { timeline: red.timeline.bind(red) };
    return recentFailures(telemetry, range, red.series('http', range), MIN_COUNT);
  }
}

describe('a route that begins to fail', () => {
  it.each(['-15m', '-1h', '-24h'])('is found after three minutes, in a range of %s', (from) => {
    const visitors = new Visitors().come(57, 10, 0);
    const at = visitors.place.clock.millis;
    const [found] = visitors.come(3, 10, 1).found(from);
    expect(found).toMatchObject({ name: 'GET /quote', errors: 30 });
    expect(found!.count - found!.errors).toBeLessThanOrEqual(5);
    expect(Math.abs(found!.sinceMillis - at)).toBeLessThanOrEqual(30_000);
    const sent = visitors.place.sentIn({ fromMillis: found!.sinceMillis, toMillis: Infinity });
    expect(sent.filter(({ series }) => series === 'GET /quote')).toHaveLength(found!.count);
  });

  it('is found by its failures of each hundred, from before it began', () => {
    const [found] = new Visitors().come(50, 20, 0.02).come(8, 20, 0.4).found();
    expect(found!.count).toBeGreaterThan(120);
    expect(found!.errors / found!.count).toBeGreaterThan(0.3);
  });

  it.each<readonly [string, Visitors]>([
    ['single failures', new Visitors().come(57, 10, 0).come(0.1, 10, 1).come(2, 10, 0)],
    ['too few requests', new Visitors().come(120, 1, 0).come(15, 1, 1)],
    ['failures that are over', new Visitors().come(20, 10, 0).come(3, 10, 1).come(40, 10, 0)],
    ['as many failures as ever', new Visitors().come(60, 10, 0.3)],
    ['no request before', new Visitors().come(3, 10, 1)],
    ['fewer failures', new Visitors().come(50, 10, 0.5).come(5, 10, 0.1)],
  ])('is not found of %s', (_, visitors) => {
    expect(visitors.found()).toEqual([]);
  });

  it('is claimed of at most 1 of 100 blogs that fail as ever, looked at each minute', () => {
    const claimed = Array.from({ length: 100 }, (_, run) => {
      const visitors = new Visitors(run).come(30, 20, 0.05);
      return Array.from({ length: 30 }).some(() => visitors.come(1, 20, 0.05).found().length > 0);
    });
    expect(claimed.filter((each) => each).length).toBeLessThanOrEqual(1);
  });
});
