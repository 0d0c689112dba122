import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { RuntimeSample } from '../../../otel/query.ts';
import type { HistoryFile } from '../../../otel/store/history-file.ts';
import { Markers } from '../../../otel/store/markers.ts';
import { ProcessRuns } from '../../../otel/store/process-runs.ts';
import { RuntimeHistory } from '../../../otel/store/runtime-history.ts';
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
  /** A process that starts now. */
  function begin(pid: number): ProcessRuns {
    const runs = new ProcessRuns({
      clock,
      pid,
      startedMillis: clock.millis,
      isAlive: (each) => alive.has(each),
    });
    runs.restore(file);
    return runs;
  }
  function live(runs: readonly ProcessRuns[], millis: number): void {
    for (const end = clock.millis + millis; clock.millis < end; clock.millis += 1000)
      for (const run of runs) run.write(file);
  }
  afterEach(() => alive.clear());

  it('distinguishes a stopped process from a killed one', () => {
    const began = clock.millis;
    const first = begin(1);
    live([first], 60_000);
    first.close(file);
    clock.millis += 10_000;
    const second = begin(2);
    const secondBegan = clock.millis;
    live([second], 63_000);
    // Killed: no close. The last heartbeat was up to five seconds earlier.
    clock.millis += 20_000;
    const third = begin(3);
    expect(third.starts()).toEqual([
      { atMillis: began, kind: 'start', label: 'start' },
      {
        atMillis: secondBegan,
        kind: 'start',
        label: 'start',
        before: { ended: 'stopped', atMillis: began + 60_000 },
      },
      {
        atMillis: clock.millis,
        kind: 'start',
        label: 'start',
        before: { ended: 'not stopped', atMillis: secondBegan + 60_000 },
      },
    ]);
  });

  it('reports a concurrent process as running, from the first moment on', () => {
    const old = begin(1);
    alive.add(1);
    live([old], 12_000);
    const young = begin(2);
    expect(young.starts()[1]!.before!.ended).toBe('running');
    live([old, young], 30_000);
    expect(young.starts()[1]!.before!.ended).toBe('running');
    old.close(file);
    live([young], 10_000);
    expect(young.starts()[1]!.before!.ended).toBe('running');
  });

  it('is not deceived by a reused pid', () => {
    const old = begin(1);
    live([old], 12_000);
    alive.add(1);
    const young = begin(2);
    live([young], 20_000);
    expect(young.starts()[1]!.before!.ended).toBe('not stopped');
    const same = begin(2);
    expect(same.starts()[2]!.before!.ended).toBe('not stopped');
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
    const runs = new ProcessRuns({ clock, pid: 1, startedMillis: 7 });
    expect(runs.starts()).toEqual([{ atMillis: 7, kind: 'start', label: 'start' }]);
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
    expect(begin().bytes).toBeLessThan(1_000_000);
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
