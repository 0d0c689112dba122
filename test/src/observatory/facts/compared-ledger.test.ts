import { describe, expect, it } from '@jest/globals';
import { ProcessRuns } from '../../../../otel/store/process-runs.ts';
import { comparedRanges, type AskedComparison } from '../../../../src/observatory/facts/compared-ranges.ts';
import { compareSeries } from '../../../../src/observatory/facts/compared-series.ts';
import { isOnOneSide, slowerBy, uncertain } from '../../../../src/observatory/facts/uncertain-differences.ts';
import { lengthOf } from '../../../../src/observatory/facts/traffic.ts';
import { asCounted, chooseRange } from '../../../../src/observatory/facts/time-range.ts';
import { CountingPlace, type CountingProcess } from '../../../otel/aggregate/counts-ledger.ts';
import { randomOf } from '../../../otel/sampling/random.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const START = Date.UTC(2026, 2, 14, 12, 0, 0);

/** What a version of the program does. */
interface Version {
  readonly name: string;
  readonly slower: number;
  readonly failing: number;
  readonly statement: string;
}

const OLD: Version = { name: '3.0', slower: 1, failing: 0, statement: 'SELECT old' };
const NEW: Version = { name: '3.1', slower: 3, failing: 0.3, statement: 'SELECT new' };

/** A blog on one machine whose processes write into one file. */
class Blog {
  readonly place = new CountingPlace(START, true);
  readonly #random: () => number;
  #process: CountingProcess | undefined;
  #runs: ProcessRuns | undefined;

  constructor(seed: number) {
    const draw = randomOf(seed);
    this.#random = () => draw() / 2 ** 32;
  }

  start(version: Version): void {
    const { clock } = this.place;
    this.#runs = new ProcessRuns({
      clock,
      pid: process.pid,
      startedMillis: clock.millis,
      version: version.name,
      isAlive: () => false,
      machine: { boot: () => 'this', uptimeMillis: () => clock.monotonicNanos() / 1e6 },
    });
    const runs = this.#runs;
    this.#process = this.place.start(1e6, () => [runs]);
  }

  stop(): void {
    this.#process?.history?.close();
    this.place.alive.clear();
  }

  /** Visitors for a time. */
  visit(millis: number, { slower, failing, statement }: Version): void {
    const { clock } = this.place;
    const process = this.#process!;
    const nanos = (typical: number): number => typical * 1e6 * Math.exp(this.#random() + this.#random() - 1);
    for (const until = clock.millis + millis; clock.millis < until;) {
      clock.pass(200 + this.#random() * 1000);
      process.send('database', statement, nanos(0.2), false, false);
      process.answer('GET /quote', nanos(5 * slower), this.#random() < failing ? 500 : 200);
      if (this.#random() < 0.5) process.answer('GET /', nanos(3), 200);
      if (this.#random() < 0.05) process.history?.flush();
    }
    process.history?.flush();
  }

  /** Nobody comes, and perhaps the clock is set. */
  rest(millis: number, step = 0): void {
    this.place.clock.pass(millis);
    this.place.clock.step(step);
  }

  /** A few requests of the owner, who looks after it. */
  signIn(): void {
    for (let i = 0; i < 3; i++) this.#process!.answer('GET /admin', 2e6, 200);
  }

  compare(query: Readonly<Record<string, string>>, asked: AskedComparison = {}) {
    const { red } = this.#process!;
    const now = this.place.clock.millis;
    const range = chooseRange(query, now);
    const telemetry = {
      markers: () => this.#runs!.starts(),
      countedFromMillis: () => red.countedFromMillis,
      coverage: red.coverage.bind(red),
      series: red.series.bind(red),
      heatMap: red.heatMap.bind(red),
    };
    const ranges = comparedRanges(telemetry, asCounted(range, red.coverage(range), now), asked, now);
    const rows = compareSeries(telemetry, ranges);
    const sent = (side: 'before' | 'after', name: string) =>
      this.place.sentIn(ranges[side]).filter(({ series }) => series === name);
    return { ranges, row: (name: string) => rows.find((row) => row.name === name)!, rows, sent };
  }
}

type Compared = ReturnType<Blog['compare']>;

/** What the deployment did is said, and by the list of what was sent. */
function expectDeployment({ ranges, row, rows, sent }: Compared, isCertain = true): void {
  const quote = row('GET /quote');
  expect(quote.differs).toContain('failed');
  // Blocks are of a minute, and with four of them on a side it is perhaps.
  // A cold process may be as slow.
  if (ranges.coldFactor === undefined)
    expect(slowerBy(quote, [...quote.differs, ...uncertain(quote)])).toMatch(/^p/);
  if (isCertain) expect(quote.differs).toEqual(expect.arrayContaining(['p75', 'p50']));
  expect(row('GET /').differs.filter((what) => what !== 'rate')).toEqual([]);
  expect(row('SELECT new').before.count).toBe(0);
  expect([row('SELECT new').differs[0], isOnOneSide(row('SELECT new'))]).toContainEqual(
    expect.stringMatching(/^(?:rate|after)$/),
  );
  expect([row('SELECT old').differs[0], isOnOneSide(row('SELECT old'))]).toContainEqual(
    expect.stringMatching(/^(?:rate|before)$/),
  );
  for (const { name, before, after } of rows) {
    expect([name, before.count]).toEqual([name, sent('before', name).length]);
    expect([name, after.count]).toEqual([name, sent('after', name).length]);
  }
  expect(quote.after.errors).toBe(sent('after', 'GET /quote').filter(({ failed }) => failed).length);
  expect(quote.before.errors).toBe(0);
  expect(sent('before', 'SELECT new')).toEqual([]);
  expect(sent('after', 'SELECT old')).toEqual([]);
  expect(ranges.words).toContain('before version 3.1 replaced 3.0 at ');
}

describe('a deployment before a silence', () => {
  it.each([
    ['3 minutes', 3 * MINUTE],
    ['an hour', HOUR],
    ['a night', 15 * HOUR],
  ])('is told %s later, whichever range is asked', (_, later) => {
    const blog = new Blog(3);
    blog.start(OLD);
    blog.visit(7 * MINUTE, OLD);
    blog.stop();
    blog.rest(4 * SECOND);
    blog.start(NEW);
    const at = blog.place.clock.millis;
    blog.visit(6 * MINUTE, NEW);
    blog.rest(later);
    blog.signIn();
    expectDeployment(blog.compare({ from: '-24h' }, { at }));
    expectDeployment(blog.compare({ from: '-1h' }, { at }));
    // A silent hour, or one with nothing before it.
    expectDeployment(blog.compare({ from: '-1h' }));
    const unasked = blog.compare({});
    expectDeployment(unasked);
    expect(unasked.ranges.notes.join(' ')).toMatch(later < HOUR ? /^$|came/ : /No requests|came/);
  });

  it('is compared with as long a time before, minute by minute for hours', () => {
    const blog = new Blog(5);
    blog.start(OLD);
    blog.visit(80 * MINUTE, OLD);
    blog.stop();
    blog.rest(3 * SECOND);
    blog.start(NEW);
    const at = blog.place.clock.millis;
    const longest = new Map([
      ['-15m', 15 * MINUTE],
      ['-1h', HOUR],
      ['-24h', 80 * MINUTE],
    ]);
    for (let step = 0; step < 17; step++) {
      blog.visit(7 * MINUTE, NEW);
      for (const [from, most] of longest) {
        const compared = blog.compare({ from }, { at });
        expectDeployment(compared);
        const { before, after } = compared.ranges;
        const left = compared.ranges.areYoung === true ? 2 * MINUTE : 0;
        const wanted = 0.9 * (Math.min(most, blog.place.clock.millis - at) - left);
        expect(Math.min(lengthOf(before), lengthOf(after))).toBeGreaterThanOrEqual(wanted);
      }
    }
    blog.stop();
    blog.rest(7 * SECOND);
    blog.start({ ...NEW, name: '3.2' });
    const next = blog.place.clock.millis;
    blog.visit(90 * MINUTE, { ...NEW, statement: 'SELECT newest' });
    const { ranges, row, sent } = blog.compare({ from: '-24h' }, { at });
    expect(ranges.after.toMillis).toBeLessThanOrEqual(next);
    expect(lengthOf(ranges.after)).toBeGreaterThan(78 * MINUTE);
    expect(row('SELECT new').after.count).toBe(sent('after', 'SELECT new').length);
    expect(sent('after', 'SELECT newest')).toEqual([]);
  });

  it('is told over restarts, a night without a process, and steps of the clock in both directions', () => {
    for (const step of [12 * HOUR, -3 * MINUTE, -20 * HOUR]) {
      const blog = new Blog(4);
      for (let run = 0; run < 3; run++) {
        blog.start(OLD);
        blog.visit(4 * MINUTE, OLD);
        blog.stop();
        blog.rest(run === 1 ? 8 * HOUR : 3 * SECOND, run === 2 ? step : 0);
      }
      blog.start(NEW);
      const at = blog.place.clock.millis;
      blog.visit(6 * MINUTE, NEW);
      blog.rest(20 * MINUTE);
      expectDeployment(blog.compare({ from: '-24h' }, { at }), false);
      expectDeployment(blog.compare({ from: '-1h' }, { at }), false);
      if (step < 0)
        expect(blog.compare({ from: '-1h' }, { at }).ranges.notes.join()).toContain(
          'clock had been set back',
        );
    }
  });
});
