import { describe, expect, it } from '@jest/globals';
import { fc } from '../../fixtures/properties.ts';
import type { OperationType, TimeRange } from '../../../otel/query.ts';
import { randomOf } from '../sampling/random.ts';
import { CountingPlace, type CountingProcess, type Sent } from './counts-ledger.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const START = Date.UTC(2026, 2, 14, 12, 0, 0);

const WIDTHS = [30 * SECOND, 5 * MINUTE, 15 * MINUTE, HOUR, 6 * HOUR, DAY, 7 * DAY, 30 * DAY];

/** A typical range: until now, or somewhere in the past. */
function anyRange(random: () => number, now: number): TimeRange {
  const width = WIDTHS[Math.floor(random() * WIDTHS.length)]! * (0.5 + random());
  const toMillis = random() < 0.5 ? now + 1 : Math.round(now - random() * 3 * DAY);
  return { fromMillis: Math.round(toMillis - width), toMillis };
}

function sums(sent: readonly Sent[]) {
  return {
    count: sent.length,
    errors: sent.filter(({ failed }) => failed).length,
    kept: sent.filter(({ kept }) => kept).length,
  };
}

/** Every answer about a range equals the list of what was sent, or reports the part in which it is a lower bound. */
function compare(place: CountingPlace, { red }: CountingProcess, range: TimeRange): 'whole' | 'at least' {
  const covered = red.coverage(range);
  expect(covered.fromMillis).toBeLessThanOrEqual(range.fromMillis);
  expect(range.fromMillis - covered.fromMillis).toBeLessThan(covered.stepMillis);
  expect(covered.toMillis).toBeGreaterThanOrEqual(range.toMillis);
  const sent = place.sentIn(covered);
  const known = sent.filter(
    ({ atMillis }) => !covered.missing.some((gap) => atMillis >= gap.fromMillis && atMillis < gap.toMillis),
  );
  const isWhole = covered.missing.length === 0;
  for (const type of ['http', 'database'] as const) {
    const all = sums(sent.filter((each) => each.type === type));
    const least = sums(known.filter((each) => each.type === type));
    const { count, errors, kept, totalMillis, durationMillis } = red.operations(covered)[type];
    if (isWhole) {
      expect({ count, errors, kept }).toEqual(all);
      const nanos = sent.filter((each) => each.type === type).map((each) => each.nanos);
      expect(totalMillis).toBeCloseTo(nanos.reduce((sum, each) => sum + each, 0) / 1e6, 3);
      expect(durationMillis.max).toBe(Math.max(0, ...nanos) / 1e6);
    } else {
      expect(count).toBeGreaterThanOrEqual(least.count);
      expect(count).toBeLessThanOrEqual(all.count);
    }
    waysAgree(red, type, covered, { count, errors, kept });
    if (isWhole)
      for (const { name, count: rows } of red.series(type, covered))
        expect([name, rows]).toEqual([
          name,
          sent.filter((each) => each.type === type && each.series === name).length,
        ]);
  }
  return isWhole ? 'whole' : 'at least';
}

/** All methods for the same fact: total, chart, heat map, table. */
function waysAgree(
  red: CountingProcess['red'],
  type: OperationType,
  range: TimeRange,
  total: { readonly count: number; readonly errors: number; readonly kept: number },
): void {
  const add = (rows: readonly { count: number; errors: number; kept: number }[]) => ({
    count: rows.reduce((sum, row) => sum + row.count, 0),
    errors: rows.reduce((sum, row) => sum + row.errors, 0),
    kept: rows.reduce((sum, row) => sum + row.kept, 0),
  });
  expect(add(red.timeline(type, range, { maxPoints: 60 }))).toEqual(total);
  expect(add(red.series(type, range))).toEqual(total);
  const cells = red.heatMap(type, range, { maxColumns: 40 }).columns.flatMap(({ counts }) => counts);
  expect(cells.reduce((sum, each) => sum + each, 0)).toBe(total.count);
}

interface Life {
  readonly hasFile: boolean;
  readonly tierBytes: number;
  readonly days: number;
  readonly steps: boolean;
  readonly restarts: boolean;
}

function live(
  seed: number,
  { hasFile, tierBytes, days, steps, restarts }: Life,
): { whole: number; atLeast: number } {
  const draw = randomOf(seed);
  const random = (): number => draw() / 2 ** 32;
  const place = new CountingPlace(START + Math.floor(random() * DAY), hasFile);
  const seen = { whole: 0, atLeast: 0 };
  try {
    let now = place.start(tierBytes);
    let other: CountingProcess | undefined;
    const time = { passed: 0, written: 0 };
    /** // A running process writes every five seconds. */
    const pass = (millis: number): void => {
      place.clock.pass(millis);
      time.passed += millis;
      if (time.passed < time.written + 5 * SECOND) return;
      time.written = time.passed;
      now.history?.flush();
      other?.history?.flush();
    };
    while (time.passed < days * DAY) {
      // A burst, then silence from seconds up to most of a day.
      for (let i = Math.floor(random() * 30); i >= 0; i--) {
        const type = random() < 0.6 ? 'http' : 'database';
        const series = `${type} ${Math.floor(random() ** 2 * 12)}`;
        const process = other !== undefined && random() < 0.3 ? other : now;
        process.send(type, series, Math.ceil(random() * 1e9), random() < 0.1, random() < 0.5);
        const wait = Math.floor(random() * 4 * SECOND);
        pass(wait);
      }
      const pause = Math.floor(random() ** 6 * 0.8 * DAY) + 20 * SECOND;
      pass(12 * SECOND);
      now.decide();
      other?.decide();
      pass(pause);
      if (random() < 0.3) {
        seen[compare(place, now, anyRange(random, place.clock.now())) === 'whole' ? 'whole' : 'atLeast']++;
      }
      if (steps && random() < 0.02) place.clock.step(Math.floor((random() - 0.5) * 6 * HOUR));
      if (restarts && random() < 0.05) {
        if (other !== undefined) {
          // The overlapping process continues alone.
          now.decide();
          now.history?.close();
          now = other;
          other = undefined;
        } else if (random() < 0.3) other = place.start(tierBytes);
        else {
          if (random() < 0.5) now.history?.close();
          // Killed: what was not written is lost, and only the file knows it.
          place.alive.clear();
          now = place.start(tierBytes);
        }
      }
    }
    expect(now.guard.faults()).toEqual([]);
  } finally {
    place.close();
  }
  return seen;
}

describe('counts over weeks', () => {
  const runs = (
    life: Life,
    numRuns: number,
    expectation: (seen: { whole: number; atLeast: number }) => void,
  ) =>
    fc.assert(
      fc.property(fc.noShrink(fc.integer()), (seed) => expectation(live(seed, life))),
      { numRuns },
    );

  it('equal what was sent, in memory alone', () => {
    runs(
      { hasFile: false, tierBytes: 1e6, days: 20, steps: false, restarts: false },
      2,
      ({ whole, atLeast }) => {
        expect(whole).toBeGreaterThan(0);
        expect(atLeast).toBe(0);
      },
    );
  });

  it('past bounds of memory reached many times over, report where they are a lower bound, and are never more', () => {
    runs(
      { hasFile: false, tierBytes: 20_000, days: 20, steps: false, restarts: false },
      2,
      ({ atLeast, whole }) => {
        expect(atLeast + whole).toBeGreaterThan(0);
      },
    );
  });

  // With a file, one run each: it writes every five seconds of twenty days, which takes most of the time here.
  it('past bounds of memory are read from the file, complete', () => {
    runs(
      { hasFile: true, tierBytes: 20_000, days: 20, steps: false, restarts: false },
      1,
      ({ atLeast, whole }) => {
        expect(whole).toBeGreaterThan(0);
        expect(atLeast).toBe(0);
      },
    );
  });

  it('over restarts, clean, killed and overlapping, equal what was sent except for what the page reports as lost', () => {
    runs({ hasFile: true, tierBytes: 60_000, days: 20, steps: false, restarts: true }, 1, ({ whole }) => {
      expect(whole).toBeGreaterThan(0);
    });
  });

  it('over clock steps, equal what was sent by the clock of that time', () => {
    runs({ hasFile: true, tierBytes: 60_000, days: 20, steps: true, restarts: true }, 1, ({ whole }) => {
      expect(whole).toBeGreaterThan(0);
    });
  });

  it.each([2, 20, 50])(
    'of another process, whose finer counts the file drops before they are read %d hours later, are equal in chart and total',
    (hours) => {
      const place = new CountingPlace(START, true);
      const [now, other] = [place.start(), place.start()];
      other.send('http', 'http 1', 1e6, false, false);
      for (const pause of [30 * SECOND, hours * HOUR]) {
        place.clock.pass(pause);
        other.history!.flush();
        now.history!.flush();
      }
      const range = { fromMillis: START - 10 * SECOND, toMillis: place.clock.now() + 1 };
      expect(compare(place, now, range)).toBe('whole');
      expect(now.red.operations(range).http.count).toBe(1);
    },
  );
});
