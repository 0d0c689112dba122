import { describe, expect, it } from '@jest/globals';
import { CountingPlace } from './counts-ledger.ts';

const START = Date.UTC(2026, 2, 14, 12, 0, 0);
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

function counting(tierBytes?: number) {
  const place = new CountingPlace(START, false);
  const process = place.start(tierBytes);
  return { place, process, red: process.red };
}

describe('a range', () => {
  it('is answered for the buckets it touches, and states them: one second of three hours ago is its minute', () => {
    const { place, process, red } = counting();
    for (let i = 0; i < 6; i++) {
      process.send('http', 'GET /', 5e6, false, false);
      place.clock.pass(10 * SECOND);
    }
    place.clock.pass(3 * HOUR);
    process.send('http', 'GET /', 5e6, false, false);
    const covered = red.coverage({ fromMillis: START + 20 * SECOND, toMillis: START + 21 * SECOND });
    expect(covered).toMatchObject({
      fromMillis: START,
      toMillis: START + MINUTE,
      stepMillis: MINUTE,
      missing: [],
    });
    expect(red.operations(covered).http.count).toBe(6);
  });

  it.each([
    [5 * MINUTE, SECOND],
    [HOUR, 10 * SECOND],
    [DAY, MINUTE],
    [30 * DAY, HOUR],
  ])('of %d ms until now is counted in buckets of %d ms, whenever it is asked', (width, step) => {
    const { place, process, red } = counting();
    for (let passed = 0; passed < width * 1.1; passed += width / 200) {
      process.send('http', 'GET /', 5e6, false, false);
      place.clock.pass(width / 200 + 0.25);
    }
    const now = place.clock.millis;
    // The clock advances between the two calls.
    place.clock.pass(3);
    expect(red.coverage({ fromMillis: now - width, toMillis: now + 1 }).stepMillis).toBe(step);
  });

  it('ends at the finest tier that holds its last bucket', () => {
    const { place, process, red } = counting();
    for (let second = 0; second < 2 * 3600; second++) {
      process.send('http', 'GET /', 5e6, false, false);
      place.clock.pass(SECOND);
    }
    const covered = red.coverage({
      fromMillis: START + 30 * MINUTE,
      toMillis: place.clock.millis - 7 * SECOND,
    });
    expect(covered).toMatchObject({ stepMillis: MINUTE, toMillis: place.clock.millis - 7 * SECOND });
    expect(red.operations(covered).http.count).toBe(5400 - 7);
  });
});

describe('the bound of a tier', () => {
  it('affects that tier only: 60 series each second for two hours are complete in every preset', () => {
    const { place, process, red } = counting();
    for (let second = 0; second < 2 * 3600; second++) {
      for (let series = 0; series < 60; series++)
        process.send('http', `GET /${series}`, 1e6 * (series + 1), false, false);
      place.clock.pass(SECOND);
    }
    const now = place.clock.millis;
    for (const width of [5 * MINUTE, 15 * MINUTE, HOUR, 6 * HOUR]) {
      const covered = red.coverage({ fromMillis: now - width, toMillis: now + 1 });
      expect(covered.missing).toEqual([]);
      const sent = place.sentIn(covered).length;
      expect(red.operations(covered).http.count).toBe(sent);
      expect(red.series('http', covered).reduce((sum, { count }) => sum + count, 0)).toBe(sent);
    }
  });

  it('reports since when finer counts are gone, and answers from coarser ones', () => {
    const { place, process, red } = counting(5000);
    for (let second = 0; second < 200; second++) {
      process.send('http', 'GET /', 5e6, false, false);
      place.clock.pass(SECOND);
    }
    const covered = red.coverage({
      fromMillis: place.clock.millis - 150 * SECOND,
      toMillis: place.clock.millis + 1,
    });
    expect(covered.missing).toEqual([]);
    expect(covered.coarser?.word).toMatch(/^(10 seconds|minute|hour|day)$/);
    expect(covered.coarser!.beforeMillis).toBeGreaterThan(covered.fromMillis);
    expect(red.operations(covered).http.count).toBe(place.sentIn(covered).length);
  });
});

describe('a clock that steps', () => {
  it.each([-HOUR, 2 * HOUR, -10 * DAY])(
    'by %d ms: later operations count when they happen, and the step is reported',
    (by) => {
      const { place, process, red } = counting();
      for (let i = 0; i < 20; i++) {
        process.send('http', 'GET /', 5e6, false, false);
        place.clock.pass(SECOND);
      }
      place.clock.step(by);
      for (let i = 0; i < 45; i++) {
        process.send('http', 'GET /', 5e6, false, false);
        place.clock.pass(SECOND);
      }
      const now = place.clock.millis;
      const lastMinutes = red.coverage({ fromMillis: now - 5 * MINUTE, toMillis: now + 1 });
      expect(red.operations(lastMinutes).http.count).toBe(45);
      expect(red.operations().http.count).toBe(65);
      expect(place.steps).toHaveLength(1);
      expect(Math.abs(place.steps[0]! - by)).toBeLessThan(SECOND);
    },
  );

  it('ahead and back: what was counted meanwhile stays at that time, later operations count now', () => {
    const { place, process, red } = counting();
    process.send('http', 'GET /', 5e6, false, false);
    for (const by of [2 * HOUR, -2 * HOUR]) {
      place.clock.pass(5 * SECOND);
      place.clock.step(by);
      process.send('http', 'GET /', 5e6, false, false);
    }
    const now = place.clock.millis;
    expect(red.operations({ fromMillis: now - HOUR, toMillis: now + 1 }).http.count).toBe(2);
    expect(red.operations({ fromMillis: now + HOUR, toMillis: now + 3 * HOUR }).http.count).toBe(1);
    expect(place.steps).toHaveLength(2);
  });

  it('is not inferred from a span that ends tomorrow, nor from a late one', () => {
    const { place, process, red } = counting();
    process.send('http', 'GET /', 5e6, false, false);
    const operation = {
      type: 'other',
      series: 'foreign',
      durationNanos: 1,
      failed: false,
      clientError: false,
      aborted: false,
    } as const;
    red.record({ ...operation, endMillis: START + DAY });
    red.record({ ...operation, endMillis: START - 3 * SECOND });
    expect(place.steps).toEqual([]);
    expect(red.operations({ fromMillis: START, toMillis: START + SECOND }).other.count).toBe(2);
  });
});

describe('a kept operation', () => {
  it('is recorded where it was counted, however late its verdict', () => {
    const { place, process, red } = counting();
    for (let i = 0; i < 100; i++) {
      process.send('http', 'GET /', 5e6, false, true);
      place.clock.pass(1700);
    }
    place.clock.pass(2 * HOUR);
    process.decide();
    for (const range of [
      { fromMillis: START, toMillis: START + 3 * HOUR },
      { fromMillis: START, toMillis: START + MINUTE },
    ]) {
      const covered = red.coverage(range);
      const { count, kept } = red.operations(covered).http;
      expect([count, kept]).toEqual([place.sentIn(covered).length, count]);
      expect(red.series('http', covered)).toMatchObject([{ count, kept }]);
    }
    expect(red.operations().http.kept).toBe(100);
  });
});
