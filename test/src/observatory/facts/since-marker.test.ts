import { QUANTILES } from '../../../../src/observatory/facts/compared-series.ts';
import { describe, expect, it, jest } from '@jest/globals';
import type { Marker } from '../../../../otel/query.ts';
import {
  prepareSinceMarker,
  sinceMarker,
  type SinceMarker,
} from '../../../../src/observatory/facts/since-marker.ts';
import { comparedRanges } from '../../../../src/observatory/facts/compared-ranges.ts';
import { comparison, prepareComparison } from '../../../../src/observatory/facts/comparison.ts';
import { chooseRange } from '../../../../src/observatory/facts/time-range.ts';
import { Links } from '../../../../src/observatory/links.ts';
import { worseWords } from '../../../../src/observatory/sentences/since-marker-sentence.ts';
import { sentenceText } from '../../../../src/observatory/sentences/sentence.ts';
import { CountingPlace, type CountingProcess } from '../../../otel/aggregate/counts-ledger.ts';
import { randomOf } from '../../../otel/sampling/random.ts';

const START = Date.UTC(2026, 2, 14, 12, 0, 0);
const MINUTE = 60_000;
const RUNS = 100;
/** Requests in a minute of each route: those of a small blog. */
const PER_MINUTE = [2, 5, 12, 40, 2, 5, 12, 40] as const;

interface Plant {
  readonly slower?: number;
  readonly failing?: number;
  readonly refusing?: number;
  readonly route?: number;
  /** The process begins, and is slower at first, as its caches are not filled. */
  readonly cold?: boolean;
  /** Visitors come so many times as often: to all routes, and to the planted one. */
  readonly busier?: number;
  readonly asked?: number;
}

/** Visitors of a machine with slower and faster minutes. */
class Visitors {
  readonly place = new CountingPlace(START, false);
  readonly #random: () => number;
  readonly #process: CountingProcess;
  #drift = 0;

  constructor(seed: number) {
    const random = randomOf(seed);
    this.#random = () => random() / 2 ** 32;
    this.#process = this.place.start(1e6);
  }

  /** One route has what is planted. */
  come(
    minutes: number,
    {
      slower = 1,
      failing = 0,
      refusing = 0,
      route: planted = 1,
      cold = false,
      busier = 1,
      asked = 1,
    }: Plant = {},
  ): void {
    for (let minute = 0; minute < minutes; minute++) {
      this.#drift = 0.5 * this.#drift + 0.1 * this.#gauss();
      const drift = this.#drift + (cold ? Math.log(1 + 1.5 * Math.exp(-minute / 4)) : 0);
      PER_MINUTE.forEach((perMinute, route) => {
        const isPlanted = route === planted;
        const own = Math.log(isPlanted ? slower : 1) + drift;
        const mean = perMinute * busier * (isPlanted ? asked : 1);
        for (let left = this.#poisson(mean); left > 0; left--) {
          const tail = this.#random() < 0.1 ? 4 : 0;
          const nanos = Math.exp(own + 0.7 * this.#gauss() + tail) * 1e6;
          const isFailed = this.#random() < (isPlanted ? failing : 0.02);
          const isRefused = isPlanted && refusing > 0 && this.#random() < refusing;
          this.#process.answer(`GET /${route}`, nanos, isFailed ? 500 : isRefused ? 404 : 200);
        }
      });
      this.place.clock.pass(MINUTE);
    }
  }

  /** What the overview has of an hour in which a version was started then. */
  since(atMillis: number, earlier: readonly number[] = []): SinceMarker | undefined {
    const now = this.place.clock.millis;
    return sinceMarker(this.telemetry(atMillis, earlier), chooseRange({ from: '-1h' }, now), now);
  }

  telemetry(atMillis: number, earlier: readonly number[] = []): Parameters<typeof sinceMarker>[0] {
    const { red } = this.#process;
    const versions = { before: '3.0', after: '3.1' };
    const marker: Marker = { atMillis, kind: 'start', label: 'start of version 3.1', versions };
    return {
      markers: () => [...earlier.map((each) => ({ ...marker, atMillis: each })), marker],
      countedFromMillis: () => red.countedFromMillis,
      coverage: red.coverage.bind(red),
      series: red.series.bind(red),
      heatMap: red.heatMap.bind(red),
    };
  }

  #gauss(): number {
    return Math.sqrt(-2 * Math.log(1 - this.#random())) * Math.cos(2 * Math.PI * this.#random());
  }

  #poisson(mean: number): number {
    let count = -1;
    for (let product = 1; product > Math.exp(-mean); count++) product *= this.#random();
    return count;
  }
}

/** The sentence about a version that is started between two stretches of time. */
function saidOf(seed: number, minutes: readonly [before: number, after: number], plant?: Plant): string {
  const visitors = new Visitors(seed);
  visitors.come(minutes[0]);
  const at = visitors.place.clock.millis;
  visitors.come(minutes[1], plant);
  const words = worseWords(visitors.since(at), visitors.place.clock.millis, new Links('', {}));
  return words === undefined ? '' : sentenceText(words);
}

describe('since a start of another version', () => {
  it.each([
    [30, 30, 21],
    [30, 12, 22],
    [12, 45, 23],
  ])(
    'of %i and %i minutes without a difference one is claimed in at most 5 of 100',
    (before, after, seed) => {
      const said = Array.from({ length: RUNS }, (_, run) => saidOf(seed * 1000 + run, [before, after]));
      expect(said.filter((words) => words !== '').length).toBeLessThanOrEqual(5);
    },
  );

  it.each([
    [30, 5],
    [90, 8],
    [90, 35],
  ])(
    'of processes that are slower at first, of %i and %i minutes, Changes marks a duration in at most 5 of 100',
    (before, after) => {
      const marked = Array.from({ length: RUNS }, (_, run) => {
        const visitors = new Visitors(3000 + 100 * after + run);
        const begun = visitors.place.clock.millis;
        visitors.come(before, { cold: true, failing: 0.02 });
        const at = visitors.place.clock.millis;
        visitors.come(after, { cold: true, failing: 0.02 });
        const now = visitors.place.clock.millis;
        const telemetry = visitors.telemetry(at, [begun]);
        const range = chooseRange({ from: '-1h' }, now);
        const { rows } = comparison(telemetry, range, comparedRanges(telemetry, range, { at }, now));
        expect(rows).toHaveLength(PER_MINUTE.length);
        return rows.some(({ differs }) => QUANTILES.some((what) => differs.includes(what)));
      });
      expect(marked.filter(Boolean).length).toBeLessThanOrEqual(5);
    },
  );

  describe('of rates', () => {
    /** Of twenty comparisons, in how many is the rate of a route like that marked? */
    const marked = (plant: Plant, isCounted: (name: string) => boolean): number =>
      Array.from({ length: 20 }, (_, run) => {
        const visitors = new Visitors(700 + run);
        visitors.come(60);
        const at = visitors.place.clock.millis;
        visitors.come(60, plant);
        const { routes } = visitors.since(at)!;
        return routes.some(({ name, differs }) => differs.includes('rate') && isCounted(name));
      }).filter(Boolean).length;

    it.each([1.6, 0.6])('an hour with ×%d the visitors is no difference of a route', (busier) => {
      expect(marked({ busier }, () => true)).toBeLessThanOrEqual(1);
    });

    it('a route is one that is asked more often than the others', () => {
      const plant = { busier: 1.6, asked: 2.5, route: 3 };
      expect(marked(plant, (name) => name === 'GET /3')).toBeGreaterThanOrEqual(18);
      expect(marked(plant, (name) => name !== 'GET /3')).toBeLessThanOrEqual(1);
    });
  });

  it('names a route of which half take fifty times as long, although one in ten did so before', () => {
    const said = Array.from({ length: 20 }, (_, run) => saidOf(run, [30, 12], { slower: 50 }));
    expect(
      said.filter((words) => /^Since version 3\.1 .* \/1 takes ×[3-9]\d(?:\.\d)? at p50, /.test(words))
        .length,
    ).toBe(20);
  });

  it('leaves to Changes what is slower by less than a fifth, perhaps', () => {
    const compared = Array.from({ length: 20 }, (_, run) => {
      const visitors = new Visitors(run);
      visitors.come(120);
      const at = visitors.place.clock.millis;
      visitors.come(60, { slower: 1.3, route: 3 });
      return visitors.since(at)!;
    });
    const slower = compared.flatMap(({ routes }) =>
      routes.filter(({ name, differs }) => name === 'GET /3' && differs.length > 0),
    );
    const isSaid = (row: (typeof slower)[number]): boolean =>
      QUANTILES.some((what) => row.differs.includes(what) && row[what]!.alone!.low >= 1.2);
    expect(slower.length).toBeGreaterThan(10);
    expect(slower.filter(isSaid).length).toBeLessThan(slower.length);
    const said = compared.flatMap(({ worse }) => worse.filter(({ name }) => name === 'GET /3'));
    expect(said.length).toBe(slower.filter(isSaid).length);
  });

  it('compares it with the version before, not with those before that', () => {
    const visitors = new Visitors(9);
    const { clock } = visitors.place;
    const bad = { failing: 0.5, route: 3 };
    visitors.come(12, bad);
    const earlier = clock.millis;
    visitors.come(4, { failing: 0, route: 3 });
    const at = clock.millis;
    visitors.come(12, bad);
    const { worse, before } = visitors.since(at, [earlier])!;
    expect(before.fromMillis).toBeGreaterThanOrEqual(earlier);
    expect(worse[0]).toMatchObject({ name: 'GET /3', before: { errors: 0 }, differs: ['failed'] });
  });

  it('names a route that begins to answer 4xx, by the ledger of what was sent, and none that does as often as before', () => {
    const visitors = new Visitors(6);
    visitors.come(30, { refusing: 0.01 });
    const at = visitors.place.clock.millis;
    visitors.come(12, { refusing: 0.4 });
    const since = visitors.since(at)!;
    expect(since.worse).toEqual([]);
    expect(since.refusing.map(({ name, differs }) => [name, differs])).toEqual([
      ['GET /1', ['client errors']],
    ]);
    for (const side of ['before', 'after'] as const) {
      const sent = visitors.place.sentIn(since[side]).filter(({ series }) => series === 'GET /1');
      expect(since.refusing[0]![side].count).toBe(sent.length);
      expect(since.refusing[0]![side].clientErrors).toBe(
        sent.filter(({ statusCode }) => statusCode === 404).length,
      );
    }
    const same = new Visitors(7);
    same.come(30, { refusing: 0.4 });
    const began = same.place.clock.millis;
    same.come(30, { refusing: 0.4 });
    expect(same.since(began)?.refusing).toEqual([]);
  });

  it('names what fails and what is slower at once, by the ledger of what was sent', () => {
    const visitors = new Visitors(5);
    visitors.come(30);
    const at = visitors.place.clock.millis;
    visitors.come(12, { slower: 50, failing: 0.3 });
    const since = visitors.since(at);
    const [worst] = since?.worse ?? [];
    expect(worst?.name).toBe('GET /1');
    expect(worst?.differs).toEqual(expect.arrayContaining(['failed', 'p50']));
    for (const side of ['before', 'after'] as const) {
      const sent = visitors.place.sentIn(since![side]).filter(({ series }) => series === 'GET /1');
      expect(worst![side].count).toBe(sent.length);
      expect(worst![side].errors).toBe(sent.filter(({ failed }) => failed).length);
    }
  });
});

describe('a comparison in steps', () => {
  it('looks at a few operations in each, and is then known to who asks', () => {
    const visitors = new Visitors(5);
    visitors.come(30);
    const at = visitors.place.clock.millis;
    visitors.come(20, { slower: 8, route: 3 });
    const telemetry = visitors.telemetry(at);
    const now = visitors.place.clock.millis;
    const range = chooseRange({ from: '-1h' }, now);
    const looks = jest.spyOn(telemetry, 'heatMap');
    const ofRoutes = (): number =>
      looks.mock.calls.filter(([, , options]) => options?.series !== undefined).length;
    const perStep: number[] = [];
    for (const _ of prepareSinceMarker(telemetry, range, now)) {
      perStep.push(ofRoutes());
      looks.mockClear();
    }
    // Both sides of each route, then what all of them together tell; a fifth route begins another step.
    expect(perStep).toEqual([10, 6, 0]);
    expect(sinceMarker(telemetry, range, now)?.worse.map(({ name }) => name)).toEqual(['GET /3']);
    expect(ofRoutes()).toBe(0);
  });

  it('are as many without a marker, and the comparison is known to the page that prepared it', () => {
    const visitors = new Visitors(6);
    visitors.come(50);
    const telemetry = { ...visitors.telemetry(0), markers: () => [] };
    const now = visitors.place.clock.millis;
    const range = chooseRange({ from: '-20m' }, now);
    const ranges = comparedRanges(telemetry, range, {}, now);
    expect(ranges.marker).toBeUndefined();
    expect([...prepareComparison(telemetry, range, ranges)].length).toBeGreaterThan(1);
    const looks = jest.spyOn(telemetry, 'heatMap');
    expect(comparison(telemetry, range, ranges).rows).toHaveLength(PER_MINUTE.length);
    expect(looks).not.toHaveBeenCalled();
    const earlier = { ...ranges, before: ranges.after, after: ranges.before };
    comparison(telemetry, range, earlier);
    expect(looks).toHaveBeenCalled();
  });
});
