import { beforeEach, describe, expect, it } from '@jest/globals';
import Database from 'better-sqlite3';
import { packed } from '../../../otel/aggregate/packed-bucket.ts';
import { RedBucket } from '../../../otel/aggregate/red-bucket.ts';
import { RollUpQueue } from '../../../otel/aggregate/roll-ups.ts';
import { readRollUpKey, rollUpKey } from '../../../otel/aggregate/roll-up-key.ts';
import { Slot } from '../../../otel/aggregate/slot.ts';
import { OPERATION_TYPES } from '../../../otel/query.ts';
import { ProcessRuns } from '../../../otel/store/process-runs.ts';
import { CountingPlace, type CountingProcess, type PartsOf } from './counts-ledger.ts';

const START = Date.UTC(2026, 2, 14, 12, 0, 0);
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

describe('counts over a restart', () => {
  let place: CountingPlace;
  beforeEach(() => {
    place = new CountingPlace(START, true);
  });

  /** One request each minute. */
  function sendFor(process: CountingProcess, minutes: number): void {
    for (let minute = 0; minute < minutes; minute++) {
      process.send('http', 'GET /', 5e6, minute % 10 === 0, true);
      process.decide();
      place.clock.pass(MINUTE);
      process.history!.flush();
    }
  }
  const countIn = (process: CountingProcess, millis: number) =>
    process.red.operations({ fromMillis: place.clock.millis - millis, toMillis: place.clock.millis + 1 })
      .http;

  it('carry every tier over, the open buckets included, and what was kept', () => {
    const before = place.start();
    sendFor(before, 130);
    before.send('http', 'GET /', 7e6, false, true);
    before.decide();
    before.history!.close();
    place.clock.pass(5 * SECOND);
    const after = place.start();
    after.send('http', 'GET /', 1e6, false, false);
    for (const range of [3 * HOUR, 24 * HOUR, 30 * 24 * HOUR])
      expect(countIn(after, range)).toMatchObject({
        count: 132,
        errors: 13,
        kept: 131,
        durationMillis: { min: 1, max: 7 },
      });
    expect(after.red.operations().http.count).toBe(1);
    // Not the start of the day.
    expect(after.red.countedFromMillis).toBe(START);
    expect(after.red.coverage({ fromMillis: START, toMillis: place.clock.millis }).missing).toEqual([]);
  });

  it('of a killed process lack what it had not written, and report when that was', () => {
    const before = place.start();
    sendFor(before, 90);
    // Nothing is written after this.
    before.send('http', 'GET /', 5e6, false, false);
    const lastMillis = place.clock.millis;
    place.alive.clear();
    place.clock.pass(MINUTE);
    const after = place.start();
    for (const range of [2 * HOUR, 24 * HOUR]) expect(countIn(after, range).count).toBe(90);
    const { missing } = after.red.coverage({ fromMillis: START, toMillis: place.clock.millis });
    expect(missing).toMatchObject([{ reason: 'killed' }]);
    expect(missing[0]!.fromMillis).toBeLessThanOrEqual(lastMillis);
    expect(missing[0]!.toMillis).toBeGreaterThan(lastMillis);
    expect(missing[0]!.toMillis - missing[0]!.fromMillis).toBeLessThan(MINUTE);
  });

  it('of a process that was killed may be missing only until its last heartbeat and the next two', () => {
    const lost = (beats: number): number => {
      const runsOf: PartsOf = (_, clock) => [
        new ProcessRuns({ clock, pid: process.pid, startedMillis: clock.now() }),
      ];
      const here = new CountingPlace(START, true);
      const killed = here.start(1e6, runsOf);
      // A write each two seconds; only the heartbeat of the process comes with each.
      for (let beat = 0; beat < beats; beat++) {
        here.clock.pass(2 * SECOND);
        killed.history!.flush();
      }
      const seenMillis = here.clock.millis;
      here.alive.clear();
      here.clock.pass(MINUTE);
      const { missing } = here.start().red.coverage({ fromMillis: START, toMillis: here.clock.millis });
      expect(missing).toMatchObject([{ reason: 'killed' }]);
      expect(missing[0]!.fromMillis).toBeLessThanOrEqual(seenMillis);
      return missing[0]!.toMillis - seenMillis;
    };
    for (const beats of [1, 2, 3, 4, 5, 7, 8, 9, 11]) expect(lost(beats)).toBe(4 * SECOND);
  });

  it('of two concurrent processes are added up, in both', () => {
    const [one, two] = [place.start(), place.start()];
    for (let i = 0; i < 50; i++) {
      one.send('http', 'GET /', 5e6, false, false);
      two.send('http', 'GET /', 5e6, true, false);
      place.clock.pass(7 * SECOND);
      one.history!.flush();
      two.history!.flush();
    }
    place.clock.pass(20 * SECOND);
    one.history!.flush();
    two.history!.flush();
    for (const each of [one, two])
      for (const range of [20 * MINUTE, 3 * HOUR, 30 * 24 * HOUR])
        expect(countIn(each, range)).toMatchObject({ count: 100, errors: 50 });
    one.history!.close();
    two.history!.close();
  });

  it('that a locked file rejected are written later, once', () => {
    const before = place.start();
    sendFor(before, 5);
    const other = new Database(place.path);
    other.exec('BEGIN EXCLUSIVE');
    sendFor(before, 5);
    other.exec('ROLLBACK');
    other.close();
    expect(before.guard.faults()).not.toEqual([]);
    sendFor(before, 1);
    before.history!.close();
    const after = place.start();
    for (const range of [3 * HOUR, 30 * 24 * HOUR])
      expect(countIn(after, range)).toMatchObject({ count: 11, errors: 3, kept: 11 });
  });

  it('keep a process, and what a kill lost, no longer than its counts', () => {
    for (let day = 0; day < 80; day++) {
      const process = place.start();
      process.send('http', 'GET /', 5e6, false, false);
      place.clock.pass(24 * HOUR);
      process.history!.flush();
      if (day % 2 === 0) process.history!.close();
      else place.alive.clear();
    }
    place.start();
    const file = new Database(place.path, { readonly: true });
    const rows = (table: string) => file.prepare(`SELECT count(*) FROM ${table}`).pluck().get();
    // 30 days, the day in progress, and what is removed at the next start.
    expect(rows('count_owner')).toBeLessThanOrEqual(33);
    expect(rows('count_lost')).toBeLessThanOrEqual(17);
    file.close();
  });

  it('skip damaged rows', () => {
    const before = place.start();
    sendFor(before, 4);
    before.history!.close();
    const file = new Database(place.path);
    const bad = [new Uint8Array(0), new Uint8Array(500).fill(255), packed(new RedBucket()).subarray(0, 3)];
    const save = file.prepare('UPDATE count SET body = ? WHERE start_millis = ?');
    bad.forEach((body, minute) => save.run(body, START + minute * MINUTE));
    file.close();
    const after = place.start();
    const range = { fromMillis: START, toMillis: START + 4 * MINUTE };
    expect(after.red.operations(range).http.count).toBe(1);
    expect(after.red.series('http', range)).toMatchObject([{ name: 'GET /', count: 1 }]);
    expect(after.guard.faults()).toEqual([]);
  });

  it('are not queued while no file is open', () => {
    const queue = new RollUpQueue('this', String);
    queue.add(
      1,
      new Slot({ fromMillis: START, toMillis: START + 10 * SECOND }, 'this.0', [[0, new RedBucket()]]),
    );
    expect(queue.isEmpty).toBe(true);
  });

  it('are queued for a blocked disk up to 20,000, then the oldest are dropped, which is recorded', () => {
    const queue = new RollUpQueue('this', String);
    queue.open();
    const slotAt = (millis: number) =>
      new Slot({ fromMillis: millis, toMillis: millis + 10 * SECOND }, 'this.0', [
        [0, new RedBucket()],
        [1, new RedBucket()],
      ]);
    for (let i = 0; i < 10_001; i++) queue.add(1, slotAt(START + i * 10 * SECOND));
    expect(queue.lost(1).within({ fromMillis: 0, toMillis: Infinity })).toEqual([
      { fromMillis: START, toMillis: START + 10 * SECOND },
    ]);
    expect(queue.peek(3).map(({ startMillis, series }) => [startMillis - START, series])).toEqual([
      [10 * SECOND, '0'],
      [10 * SECOND, '1'],
      [20 * SECOND, '0'],
    ]);
    queue.wrote(3);
    expect(queue.peek(1)).toMatchObject([{ startMillis: START + 20 * SECOND, series: '1' }]);
    queue.wrote(20_000 - 3);
    expect(queue.isEmpty).toBe(true);
    expect(queue.peek(1)).toEqual([]);
  });

  it('use series keys that can be parsed', () => {
    for (const type of OPERATION_TYPES) {
      expect(readRollUpKey(rollUpKey(type))).toEqual({ type, name: undefined });
      expect(readRollUpKey(rollUpKey(type, 'GET /a b'))).toEqual({ type, name: 'GET /a b' });
    }
    expect(readRollUpKey('unknown GET /')).toBeUndefined();
  });
});
