import { beforeEach, describe, expect, it } from '@jest/globals';
import Database from 'better-sqlite3';
import { bucketOf } from '../../../otel/aggregate/duration-sketch.ts';
import { CountingPlace } from '../aggregate/counts-ledger.ts';
import { writeVersion1File } from './version-1-file.ts';

const START = Date.UTC(2026, 2, 14, 12, 0, 0);
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A bucket as version 1 packed it: a header, eight doubles, then a sketch bucket's number and its count in each word. */
function bodyOf(nanos: readonly number[], errors: number): Buffer {
  const words = nanos.map((each) => ((bucketOf(each) << 21) | 1) >>> 0);
  const fields = [
    errors,
    0,
    0,
    1,
    0,
    nanos.reduce((a, b) => a + b, 0),
    Math.min(...nanos),
    Math.max(...nanos),
  ];
  return Buffer.concat([
    Buffer.of(1, 0, 0, 0, 0, 0, 0, 0),
    Buffer.from(Float64Array.from(fields).buffer),
    Buffer.from(Uint32Array.from(words).buffer),
  ]);
}

describe('a history file of version 1', () => {
  let place: CountingPlace;
  beforeEach(() => {
    place = new CountingPlace(START, true);
  });

  it('loses no count: all are in every tier, the day included, and only once', () => {
    writeVersion1File(place.path!, []);
    const file = new Database(place.path);
    const save = file.prepare('INSERT INTO roll_up VALUES (?, ?, ?, ?, ?)');
    for (const [tier, start] of [
      [2, START - HOUR],
      [3, START - HOUR],
      [3, START - 3 * DAY],
    ] as const)
      for (const series of ['http', 'http GET /'])
        save.run(tier, start, series, START + 30 * DAY, bodyOf([1e6, 5e6, 9e6], 1));
    save.run(2, START - HOUR, 'render', START + DAY, Buffer.from('damaged'));
    file.close();

    for (let restart = 0; restart < 2; restart++) {
      const { red, history, guard } = place.start();
      const within = (millis: number) => ({ fromMillis: START - millis, toMillis: START + 1 });
      expect(red.operations(within(2 * HOUR)).http).toMatchObject({
        count: 3,
        errors: 1,
        kept: 1,
        durationMillis: { min: 1, max: 9 },
      });
      expect(red.series('http', within(30 * DAY))).toMatchObject([{ name: 'GET /', count: 6, errors: 2 }]);
      // There are no minutes from three days ago.
      const hour = red.coverage({
        fromMillis: START - 3 * DAY + 20 * MINUTE,
        toMillis: START - 3 * DAY + 21 * MINUTE,
      });
      expect(hour).toMatchObject({ stepMillis: HOUR, missing: [] });
      expect(red.operations(hour).http.count).toBe(3);
      expect(red.operations(within(30 * DAY)).render.count).toBe(0);
      expect(guard.faults()).toEqual([]);
      history!.close();
      place.clock.pass(1000);
    }
  });
});
