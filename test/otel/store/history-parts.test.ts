import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import Database from 'better-sqlite3';
import type { RuntimeSample } from '../../../otel/query.ts';
import type { HistoryFile } from '../../../otel/store/history-file.ts';
import { Markers } from '../../../otel/store/markers.ts';
import type { Machine } from '../../../otel/store/machine.ts';
import { ProcessRuns } from '../../../otel/store/process-runs.ts';
import { RuntimeHistory } from '../../../otel/store/runtime-history.ts';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';
import { openHistoryFile } from './history-fixture.ts';
import { fakeClock, SAMPLE } from './store-fixture.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
let file: HistoryFile;
let clock: ReturnType<typeof fakeClock>;

beforeEach(() => {
  file = openHistoryFile();
  clock = fakeClock();
});

describe('ProcessRuns', () => {
  const alive = new Set<number>();
  /** Of the machine; the monotonic clock is the rest. */
  let sleptMillis: number;
  let boot: string;
  let setMillis: number;
  const fakeMachine: Machine = {
    uptimeMillis: () => clock.monotonicNanos() / 1e6 + sleptMillis,
    boot: () => boot,
  };
  beforeEach(() => {
    [sleptMillis, boot, setMillis] = [0, 'a', 0];
  });
  /** The wall clock, which is set and goes on while the machine is suspended. */
  const wall = (): number => clock.millis + sleptMillis + setMillis;
  /** A process that starts now. */
  function begin(pid: number, version?: string): ProcessRuns {
    const runs = new ProcessRuns({
      clock: { now: wall, monotonicNanos: () => clock.monotonicNanos() },
      pid,
      startedMillis: wall(),
      version,
      isAlive: (each) => alive.has(each),
      machine: fakeMachine,
    });
    runs.restore(file);
    return runs;
  }
  function live(runs: readonly ProcessRuns[], millis: number): void {
    for (const end = clock.millis + millis; clock.millis < end; clock.millis += 1000)
      for (const run of runs) {
        run.write(file);
        if ((end - millis - clock.millis) % 2000 === 0) run.beat(file);
      }
  }
  afterEach(() => alive.clear());

  it('tells a stop, a crash, a kill and a restart of the machine apart, and when each was', () => {
    const began = wall();
    const stopped = begin(1);
    live([stopped], 60_000);
    stopped.close(file);
    clock.millis += 10_000;
    const crashed = begin(2);
    live([crashed], 61_000);
    crashed.exit(file, { reason: 'TypeError: planted' });
    clock.millis += 5_000;
    const killed = begin(3);
    live([killed], 61_000);
    // Killed: the last heartbeat was up to two seconds earlier.
    clock.millis += 20_000;
    const lost = begin(4);
    live([lost], 60_000);
    clock.millis += 40_000;
    boot = 'b';
    const last = begin(5);
    const at = (seconds: number): number => began + seconds * 1000;
    expect(last.downtime()).toEqual({
      sinceMillis: began,
      precisionMillis: 2000,
      rows: [
        { fromMillis: at(60), toMillis: at(70), ended: 'stopped', reason: undefined },
        { fromMillis: at(131), toMillis: at(136), ended: 'crashed', reason: 'TypeError: planted' },
        { fromMillis: at(196), toMillis: at(217), ended: 'killed', reason: undefined },
        { fromMillis: at(275), toMillis: at(317), ended: 'machine restarted', reason: undefined },
      ].map((row, at) => ({
        ...row,
        startedMillis: row.toMillis,
        isWhole: false,
        seenMillis: row.fromMillis,
        uncertainMillis: at < 2 ? 0 : 2000,
      })),
    });
    expect(last.starts().map(({ before }) => before?.ended)).toEqual([
      undefined,
      'stopped',
      'crashed',
      'killed',
      'machine restarted',
    ]);
  });

  it('counts the time until a server listens, also after restarts and while the clock is set', () => {
    const first = begin(1);
    live([first], 10_000);
    first.close(file);
    clock.millis += 4_000;
    const startedMillis = wall();
    const second = begin(2);
    clock.millis += 2_500;
    // Not known before it does.
    expect(second.downtime().rows).toMatchObject([
      { fromMillis: startedMillis - 4_000, toMillis: startedMillis },
    ]);
    setMillis += 3_600_000;
    clock.millis += 500;
    second.listens();
    const row = {
      isWhole: true,
      startedMillis,
      fromMillis: startedMillis - 4_000,
      toMillis: startedMillis + 3_000,
    };
    expect(second.downtime().rows).toMatchObject([row]);
    live([second], 10_000);
    sleptMillis += 60_000;
    live([second], 10_000);
    const slept = second.downtime().rows[1]!;
    expect([slept.ended, slept.toMillis]).toEqual(['slept', slept.startedMillis]);
    second.close(file);
    // One that never listens.
    const third = begin(3);
    third.close(file);
    expect(begin(4).downtime().rows).toMatchObject([
      row,
      { ended: 'slept' },
      { toMillis: third.starts().at(-1)!.atMillis, isWhole: false },
      { toMillis: wall() },
    ]);
  });

  it('notes a suspended machine as downtime, and its wake-up as no start', () => {
    const runs = begin(1);
    live([runs], 60_000);
    const asleep = wall();
    sleptMillis += 3_600_000;
    live([runs], 30_000);
    const [row, ...others] = runs.downtime().rows;
    expect([row?.ended, others]).toEqual(['slept', []]);
    expect(Math.abs(row!.fromMillis - asleep)).toBeLessThanOrEqual(2000);
    expect(Math.abs(row!.toMillis - asleep - 3_600_000)).toBeLessThanOrEqual(2000);
    expect(runs.starts()).toHaveLength(1);
    // A sleep and then a kill: both are there, and the next process knows them.
    clock.millis += 10_000;
    expect(
      begin(2)
        .downtime()
        .rows.map(({ ended }) => ended),
    ).toEqual(['slept', 'killed']);
  });

  it.each([-3_600_000, 3_600_000])('is not deceived by a clock that is set by %d ms', (by) => {
    const first = begin(1);
    live([first], 30_000);
    setMillis += by;
    live([first], 30_000);
    expect(first.downtime().rows).toEqual([]);
    first.close(file);
    clock.millis += 10_000;
    setMillis += by;
    const second = begin(2);
    const [row, ...others] = second.downtime().rows;
    expect(others).toEqual([]);
    expect([row!.toMillis - row!.fromMillis, row!.toMillis]).toEqual([10_000, wall()]);
  });

  it.each([
    [12 * HOUR, 0, 'clock set forward by 12 h while no process ran'],
    [-12 * HOUR, 0, 'clock set back by 12 h while no process ran'],
    [12 * HOUR, 3 * HOUR, 'clock set forward by 12 h while no process ran'],
    [-12 * HOUR, -3 * HOUR, 'clock set back by 12 h while no process ran'],
    [0, 3 * HOUR, undefined],
    [0, -3 * HOUR, undefined],
  ])(
    'has one time for an end in marks and ledger, with a clock set by %d ms while down and %d ms while up',
    (whileDown, whileUp, label) => {
      const ends = (['stopped', 'crashed', 'killed'] as const).map((ended, index) => {
        const runs = begin(index);
        live([runs], 30_000);
        setMillis += whileUp;
        live([runs], 30_001);
        const byItself = wall() - (ended === 'killed' ? 1000 : 0);
        if (ended === 'stopped') runs.close(file);
        if (ended === 'crashed') runs.exit(file, { reason: 'TypeError: planted' });
        clock.millis += 10_000;
        setMillis += whileDown;
        return { ended, byItself, nextMillis: wall() };
      });
      const last = begin(9);
      const { rows, sinceMillis } = last.downtime();
      const starts = last.starts().filter(({ kind, before }) => kind === 'start' && before !== undefined);
      expect(rows.map(({ ended, toMillis, seenMillis }) => [ended, toMillis, seenMillis])).toEqual(
        ends.map(({ ended, byItself, nextMillis }) => [ended, nextMillis, byItself]),
      );
      for (const [index, { fromMillis, toMillis, ended }] of rows.entries()) {
        expect(toMillis - fromMillis).toBe(ended === 'killed' ? 11_000 : 10_000);
        expect(starts[index]).toMatchObject({ atMillis: toMillis, before: { ended, atMillis: fromMillis } });
        expect(sinceMillis).toBeLessThanOrEqual(fromMillis);
      }
      const steps = last.starts().filter(({ kind }) => kind === 'clock');
      expect(steps.map((step) => [step.label, step.atMillis])).toEqual(
        label === undefined ? [] : ends.map(({ nextMillis }) => [label, nextMillis]),
      );
    },
  );

  it('sees a restart of a machine whose clock is behind after it', () => {
    const first = begin(1);
    live([first], 60_000);
    clock.millis += 20_000;
    boot = 'b';
    setMillis = -3_600_000;
    const second = begin(2);
    expect(second.starts().at(-1)?.before?.ended).toBe('machine restarted');
    live([second], 30_000);
    second.close(file);
    clock.millis += 10_000;
    expect(begin(3).downtime().rows).toMatchObject([
      { ended: 'machine restarted' },
      { ended: 'stopped', fromMillis: wall() - 10_000, toMillis: wall() },
    ]);
  });

  it('sees the restart of a container that has its own uptime on the same boot', () => {
    clock.millis += 3_600_000;
    const first = begin(1);
    live([first], 60_000);
    clock.millis += 20_000;
    sleptMillis = 3000 - clock.monotonicNanos() / 1e6;
    setMillis = -sleptMillis;
    const second = begin(2);
    live([second], 60_000);
    second.close(file);
    clock.millis += 10_000;
    expect(begin(3).downtime().rows).toMatchObject([
      { ended: 'machine restarted', toMillis: wall() - 70_000 },
      { ended: 'stopped', fromMillis: wall() - 10_000, toMillis: wall() },
    ]);
  });

  it('counts no time in which another process ran', () => {
    const old = begin(1);
    alive.add(1);
    live([old], 12_000);
    const young = begin(2);
    live([old, young], 30_000);
    old.close(file);
    live([young], 30_000);
    expect(young.downtime().rows).toEqual([]);
    // One that is short-lived beside it ends nothing.
    begin(3).close(file);
    live([young], 30_000);
    young.close(file);
    clock.millis += 7_000;
    expect(begin(4).downtime().rows).toMatchObject([{ toMillis: wall(), fromMillis: wall() - 7_000 }]);
  });

  it('names a version at its first start', () => {
    begin(1, '1.0.0').close(file);
    clock.millis += 1000;
    begin(2, '1.1.0 (abc1234)').close(file);
    clock.millis += 1000;
    const starts = begin(3, '1.1.0 (abc1234)').starts();
    expect(starts.map(({ label }) => label)).toEqual([
      'start',
      'start of version 1.1.0 (abc1234), before it 1.0.0',
      'start',
    ]);
    expect(starts.map(({ versions }) => versions)).toEqual([
      undefined,
      { before: '1.0.0', after: '1.1.0 (abc1234)' },
      undefined,
    ]);
  });

  it('reads runs of an earlier version, which noted stops only', () => {
    const path = join(temporaryFolder(), 'old.sqlite');
    const old = new Database(path);
    old.exec(`CREATE TABLE process_run (run INTEGER PRIMARY KEY AUTOINCREMENT, pid INTEGER NOT NULL, started_millis REAL NOT NULL, seen_millis REAL NOT NULL, stopped INTEGER NOT NULL) STRICT;
      INSERT INTO process_run (pid, started_millis, seen_millis, stopped) VALUES (1, ${wall() - 90_000}, ${wall() - 60_000}, 1), (2, ${wall() - 50_000}, ${wall() - 20_000}, 0)`);
    old.close();
    file = openHistoryFile(path);
    expect(begin(3).downtime().rows).toMatchObject([
      { fromMillis: wall() - 60_000, toMillis: wall() - 50_000, ended: 'stopped' },
      { fromMillis: wall() - 20_000, toMillis: wall(), ended: 'not stopped' },
    ]);
  });

  it('reports a concurrent process as running, from the first moment on', () => {
    const old = begin(1);
    alive.add(1);
    live([old], 12_000);
    const young = begin(2);
    expect(young.starts()[1]!.before).toMatchObject({ ended: 'running', pid: 1 });
    live([old, young], 30_000);
    expect(young.starts()[1]!.before).toMatchObject({ ended: 'running', endedLater: undefined });
    old.close(file);
    const stoppedMillis = wall();
    live([young], 10_000);
    const later = { ended: 'running', atMillis: stoppedMillis, endedLater: 'stopped' };
    expect(young.starts()[1]!.before).toMatchObject(later);
    // Two at a time, of which the older one is killed.
    alive.add(2);
    const next = begin(3);
    live([young, next], 20_000);
    live([next], 60_000);
    expect(next.starts()[2]!.before).toMatchObject({ ended: 'running', endedLater: 'killed' });
  });

  it('is not deceived by a reused pid', () => {
    const old = begin(1);
    live([old], 12_000);
    alive.add(1);
    clock.millis += 1;
    const young = begin(2);
    live([young], 20_000);
    expect(young.starts()[1]!.before!.ended).toBe('killed');
    clock.millis += 1;
    const same = begin(2);
    expect(same.starts()[2]!.before!.ended).toBe('killed');
  });

  it('keeps the newest 500', () => {
    for (let i = 0; i < 620; i++) {
      begin(i).close(file);
      clock.millis += 1000;
    }
    const starts = begin(700).starts();
    expect(starts).toHaveLength(500);
    expect(file.runs.runs(10_000)).toHaveLength(500);
    expect(starts.at(-1)!.atMillis).toBe(clock.millis);
  });

  it('knows itself without a file', () => {
    const startedMillis = clock.millis;
    const runs = new ProcessRuns({ clock, pid: 1, startedMillis, machine: fakeMachine });
    expect(runs.starts()).toEqual([{ atMillis: startedMillis, kind: 'start', label: 'start' }]);
    clock.millis += 3 * MINUTE;
    expect(runs.processes()).toMatchObject([{ pid: 1, ranMillis: 3 * MINUTE, ended: undefined }]);
  });
});

describe('Markers', () => {
  it('come back after a restart, those of a process that was killed too', () => {
    const before = new Markers();
    before.restore(file);
    before.add({ atMillis: 5, kind: 'clock', label: 'clock stepped' });
    before.write(file);
    before.write(file);
    const after = new Markers();
    after.add({ atMillis: 9, kind: 'settings', label: 'rate' });
    after.restore(file);
    expect(after.all().map(({ label }) => label)).toEqual(['clock stepped', 'rate']);
    after.close(file);
    expect(file.runs.markers(10)).toHaveLength(2);
  });
});

describe('RuntimeHistory', () => {
  const everything = { fromMillis: 0, toMillis: 1e15 };

  /** Samples every 30 s, with a ledger of what was taken; the process may be killed afterwards. */
  function run(history: RuntimeHistory, millis: number, value: (index: number) => number): RuntimeSample[] {
    const startedAt = clock.millis;
    return Array.from({ length: millis / 30_000 }, (_, index) => {
      const fromMillis = clock.millis;
      clock.millis += 30_000;
      const sample: RuntimeSample = {
        ...SAMPLE,
        fromMillis,
        atMillis: clock.millis,
        processStartedAtMillis: startedAt,
        rssBytes: value(index),
        rssMaxBytes: value(index),
        eventLoopDelayMaxMillis: value(index),
        gcPauseMillis: 1,
        gcCount: 2,
      };
      history.record(sample);
      if (index % 20 === 19) history.write(file);
      return sample;
    });
  }
  const begin = (): RuntimeHistory => {
    const history = new RuntimeHistory();
    history.restore(file);
    return history;
  };
  const now = (): RuntimeSample => ({ ...SAMPLE, fromMillis: clock.millis, atMillis: clock.millis });

  it('comes back as it was, with the gap between two processes', () => {
    const ledger = run(begin(), HOUR, (index) => index);
    clock.millis += 20 * MINUTE;
    const after = begin();
    ledger.push(...run(after, HOUR, (index) => 500 + index));
    expect(
      after.samples({ fromMillis: clock.millis - DAY, toMillis: clock.millis + 1 }, now(), 10_000),
    ).toEqual([...ledger, now()]);
  });

  it('has the floors after collections of the last process, from its own file, too', () => {
    const before = begin();
    const ledger = run(before, HOUR, (index) => index);
    const of = (samples: readonly RuntimeSample[], startIndex = 0): unknown[] =>
      samples.slice(startIndex).map(({ atMillis }, index) => ({
        atMillis,
        ranMillis: (startIndex + index + 1) * 30_000,
        heapBytes: SAMPLE.heapFloorBytes,
        rssBytes: SAMPLE.rssFloorBytes,
        usedBytes: SAMPLE.heapUsedBytes,
      }));
    const range = (toMillis: number) => ({ fromMillis: toMillis - MINUTE, toMillis });
    expect(before.floors(range(clock.millis))).toEqual(of(ledger));
    const half = ledger.slice(0, 60);
    expect(before.floors(range(half.at(-1)!.atMillis))).toEqual(of(half));
    const after = begin();
    expect(after.floors(range(clock.millis))).toEqual(of(ledger));
    const newer = run(after, 10 * MINUTE, () => 1);
    expect(after.floors(range(clock.millis))).toEqual(of(newer));
    // What was in use without a full collection bounds what is held.
    after.record({ ...newer.at(-1)!, heapFloorBytes: NaN });
    const [uncollected] = of([newer.at(-1)!], 0) as object[];
    expect(after.floors(range(clock.millis))).toEqual([
      ...of(newer),
      { ...uncollected, ranMillis: 630_000, heapBytes: NaN },
    ]);
  });

  it('is in order if the first sample is older than the opened file', () => {
    const ledger = run(begin(), HOUR, (index) => index);
    const after = new RuntimeHistory();
    ledger.push({ ...now(), processStartedAtMillis: clock.millis });
    after.record(ledger.at(-1)!);
    after.restore(file);
    const range = { fromMillis: clock.millis - DAY, toMillis: clock.millis + 1 };
    expect(after.samples(range, now(), 10_000)).toEqual([...ledger, now()]);
  });

  it('answers 30 days by the quarter of an hour, without losing maxima or sums', () => {
    const ledger = run(begin(), 3 * DAY, (index) => (index === 2000 ? 9000 : index % 7));
    clock.millis += 5 * HOUR;
    const after = begin();
    ledger.push(...run(after, HOUR, () => 3));
    const all = after.samples(everything, now(), 10_000);
    const sum = (samples: readonly RuntimeSample[]): number =>
      samples.reduce((total, { gcCount }) => total + gcCount, 0);
    expect(all.length).toBeLessThan(3 * 24 * 4 + 10);
    expect(sum(all)).toBe(sum([...ledger, now()]));
    expect(Math.max(...all.map((sample) => sample.eventLoopDelayMaxMillis))).toBe(9000);
    expect(Math.max(...all.map((sample) => sample.rssMaxBytes))).toBe(9000);
    // Killed within a quarter of an hour: its samples exist all the same, and no point spans the gap.
    const gap = all.filter(
      (sample, index) => sample.fromMillis - (all[index - 1]?.atMillis ?? Infinity) > HOUR,
    );
    expect(gap).toHaveLength(1);
  });

  it('is bounded in memory and in the file', () => {
    const history = begin();
    run(history, 2 * DAY, () => 1);
    expect(file.runtimeSamples.newest(0, 1e6)).toHaveLength(2880);
    // Like a process that is restarted every ten seconds.
    file.transaction(() => {
      for (let i = 0; i < 3000; i++)
        file.runtimeSamples.save(1, {
          ...now(),
          atMillis: clock.millis + i * 10_000,
          processStartedAtMillis: i,
        });
    });
    begin().close(file);
    history.close(file);
    expect(file.runtimeSamples.newest(0, 1e6)).toHaveLength(2880);
    expect(file.runtimeSamples.newest(1, 1e6)).toHaveLength(2880);
    expect(begin().bytes).toBeLessThan(1_050_000);
  });

  it('reports unknown values instead of a number', () => {
    const history = begin();
    history.record({ ...now(), rssBytes: NaN });
    history.close(file);
    const [sample] = begin().samples(
      { fromMillis: 0, toMillis: clock.millis + 1 },
      { ...now(), atMillis: 1e15 },
    );
    expect(sample!.rssBytes).toBeNaN();
    expect(sample!.gcCount).toBe(SAMPLE.gcCount);
  });

  it('ends with a current measurement if the range ends now', () => {
    const history = begin();
    const current = { ...now(), eventLoopDelayMaxMillis: 3000 };
    const upTo = (toMillis: number): readonly RuntimeSample[] =>
      history.samples({ fromMillis: clock.millis - HOUR, toMillis }, current);
    expect(upTo(clock.millis - 1500)).toEqual([current]);
    expect(upTo(clock.millis - HOUR / 2)).toEqual([]);
  });
});
