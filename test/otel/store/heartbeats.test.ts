import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import Database from 'better-sqlite3';
import { ProcessRuns } from '../../../otel/store/process-runs.ts';
import { HistoryFolder, openHistoryFile } from './history-fixture.ts';
import { spanRecord, traceIdOf, WHOLE } from './kept-span-fixture.ts';

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

const machine = (clock: HistoryFolder['clock']) => ({
  boot: () => 'this',
  uptimeMillis: () => clock.monotonicNanos() / 1e6,
});
const beginAt = (clock: HistoryFolder['clock'], pid: number): ProcessRuns =>
  new ProcessRuns({ clock, pid, startedMillis: clock.now(), isAlive: () => false, machine: machine(clock) });

// Heartbeats came with other writes: 1.6 s after the last, and as much as 2 s later when traffic had just stopped.
it.each([0, 300, 1100, 1590, 3400, 5010])(
  'a heartbeat is never older than is said, also when traffic has stopped after %d ms',
  (trafficMillis) => {
    const folder = new HistoryFolder();
    const { clock } = folder;
    const began = clock.now();
    const { ring } = folder.start({ parts: [beginAt(clock, 1)] });
    const seen = openHistoryFile(folder.path);
    const killed = [...Array(800).keys()].map((step) => {
      if (clock.now() - began < trafficMillis && step % 6 === 0)
        ring.add(traceIdOf(step), [spanRecord({ startMillis: clock.now() })], WHOLE);
      clock.millis += 10;
      jest.advanceTimersByTime(10);
      return clock.now() - seen.runs.runs(1)[0]!.seenMillis;
    });
    const { precisionMillis } = beginAt(clock, 2).downtime();
    expect(Math.max(...killed)).toBeLessThanOrEqual(precisionMillis);
    seen.close();
  },
);

it('of a kill the true end lies within what is said; a stop is exact; of earlier versions it is less exact', () => {
  const folder = new HistoryFolder();
  const { clock } = folder;
  const path = join(folder.folder, 'history.sqlite');
  const file = openHistoryFile(path);
  const begin = (pid: number): ProcessRuns => {
    const runs = beginAt(clock, pid);
    runs.restore(file);
    return runs;
  };
  begin(1).beat(file);
  // It lived for a while after its last heartbeat.
  clock.millis += 1400;
  const killedMillis = clock.now();
  clock.millis += 46_600;
  const next = begin(2);
  const [row] = next.downtime().rows;
  expect(row).toMatchObject({ ended: 'killed', uncertainMillis: 2000 });
  expect(killedMillis).toBeGreaterThanOrEqual(row!.fromMillis);
  expect(killedMillis).toBeLessThanOrEqual(row!.fromMillis + row!.uncertainMillis);
  next.close(file);
  clock.millis += 5000;
  expect(
    begin(3)
      .downtime()
      .rows.map(({ uncertainMillis }) => uncertainMillis),
  ).toEqual([2000, 0]);
  const database = new Database(path);
  database.exec('UPDATE process_run SET beat_millis = NULL WHERE pid = 1');
  database.close();
  expect(
    begin(4)
      .downtime()
      .rows.map(({ uncertainMillis }) => uncertainMillis),
  ).toEqual([4000, 0, 0]);
});

it('a length is never less exact than itself', () => {
  const folder = new HistoryFolder();
  const file = openHistoryFile();
  const first = beginAt(folder.clock, 1);
  first.restore(file);
  folder.clock.millis += 700;
  const second = beginAt(folder.clock, 2);
  second.restore(file);
  expect(second.downtime().rows).toMatchObject([{ uncertainMillis: 700 }]);
});
