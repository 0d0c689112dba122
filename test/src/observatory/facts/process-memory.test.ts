import { beforeEach, describe, expect, it } from '@jest/globals';
import Database from 'better-sqlite3';
import { join } from 'node:path';
import type { RuntimeSample } from '../../../../otel/query.ts';
import type { HistoryFile } from '../../../../otel/store/history-file.ts';
import { processCourses } from '../../../../otel/store/process-courses.ts';
import { ProcessRuns } from '../../../../otel/store/process-runs.ts';
import { RuntimeHistory } from '../../../../otel/store/runtime-history.ts';
import { RandomSource } from '../../../../src/demo/random-source.ts';
import { memoryGrowth } from '../../../../src/observatory/facts/memory-growth.ts';
import { growthWithin, processMemories } from '../../../../src/observatory/facts/process-memory.ts';
import { processMemoryWords } from '../../../../src/observatory/sentences/earlier-memory-sentence.ts';
import { RUNTIME_SAMPLE, SAMPLE_MILLIS } from '../../../fixtures/still-runtime.ts';
import { temporaryFolder } from '../../../fixtures/temporary-folder.ts';
import { openHistoryFile } from '../../../otel/store/history-fixture.ts';
import { fakeClock } from '../../../otel/store/store-fixture.ts';

const MB = 1_000_000;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** A process that takes samples of a heap and writes them into the file, as the kit does. */
class SampledProcess {
  readonly #machine: MachineOfTests;
  readonly #samples = new RuntimeHistory();
  readonly runs: ProcessRuns;
  readonly startedAtMillis: number;
  readonly #startedMillis: number;
  readonly #random: RandomSource;

  constructor(machine: MachineOfTests, pid: number) {
    this.#machine = machine;
    this.startedAtMillis = machine.wall();
    this.#startedMillis = machine.clock.millis;
    this.#random = new RandomSource(pid * 7919 + 1);
    this.runs = new ProcessRuns({
      clock: { now: () => machine.wall(), monotonicNanos: () => machine.clock.monotonicNanos() },
      pid,
      startedMillis: this.startedAtMillis,
      isAlive: () => false,
      machine: { uptimeMillis: () => machine.clock.monotonicNanos() / 1e6, boot: () => 'a' },
    });
    this.runs.restore(machine.file);
    this.#samples.restore(machine.file);
  }

  /** @param used MB beyond those of the start after some hours; NaN: no full collection was recorded. */
  live(millis: number, used: (hours: number) => number): this {
    const { clock, file } = this.#machine;
    for (const end = clock.millis + millis; clock.millis < end;) {
      const fromMillis = this.#machine.wall();
      clock.millis += SAMPLE_MILLIS;
      const ran = (clock.millis - this.#startedMillis) / HOUR;
      const bytes = (60 + used(ran) - Math.log(1 - this.#random.next())) * MB;
      const floor = this.#random.chance(0.5) ? bytes : NaN;
      this.#samples.record({
        ...RUNTIME_SAMPLE,
        fromMillis,
        atMillis: this.#machine.wall(),
        processStartedAtMillis: this.startedAtMillis,
        ranMillis: ran * HOUR,
        heapUsedBytes: bytes + 4 * MB,
        heapFloorBytes: floor,
        rssFloorBytes: floor + 40 * MB,
      });
      this.runs.beat(file);
    }
    this.#samples.write(file);
    return this;
  }

  end(how: 'stop' | 'crash' | 'kill'): void {
    const { clock, file } = this.#machine;
    if (how === 'stop') this.runs.close(file);
    if (how === 'crash') this.runs.exit(file, { reason: 'TypeError: planted' });
    if (how !== 'kill') this.#samples.close(file);
    clock.millis += 5000;
  }

  /** What the page of this process has. */
  page() {
    const { startedAtMillis } = this;
    const courses = processCourses(this.runs.processes(), this.#samples.floorsByProcess());
    const floors = this.#samples.floors({ fromMillis: 0, toMillis: this.#machine.wall() + 1 });
    const growth = growthWithin(
      courses.find((course) => course.startedAtMillis === startedAtMillis),
      memoryGrowth(floors),
    );
    const memories = processMemories(courses, { startedAtMillis, growth });
    const age = { startedAtMillis, millis: this.#machine.clock.millis - this.#startedMillis };
    const memory = { ...growth, heapLimitBytes: 4e9 };
    return { memories, words: processMemoryWords(memory, age, memories, this.#machine.wall()) };
  }
}

class MachineOfTests {
  readonly clock = fakeClock();
  readonly file: HistoryFile;
  setMillis = 0;
  constructor(file: HistoryFile) {
    this.file = file;
  }
  wall(): number {
    return this.clock.millis + this.setMillis;
  }
}

const leak = (perHour: number) => (hours: number) => perHour * hours;
const flat = (): number => 0;
const saw = (hours: number): number => 6 * ((hours / 0.6) % 1);

describe('memory over restarts', () => {
  let machine: MachineOfTests;
  let pids = 0;
  const begin = (): SampledProcess => new SampledProcess(machine, ++pids);
  beforeEach(() => {
    machine = new MachineOfTests(openHistoryFile());
    pids = 0;
  });

  it('says what a young process cannot: each earlier one with its end, floors, slope and verdict', () => {
    begin()
      .live(3 * HOUR, leak(12))
      .end('crash');
    begin()
      .live(3 * HOUR, flat)
      .end('stop');
    begin()
      .live(3 * HOUR, saw)
      .end('kill');
    const { memories, words } = begin()
      .live(4 * MINUTE, leak(500))
      .page();
    expect(memories.rows.map(({ ended, reason, verdict }) => [ended, reason, verdict])).toEqual([
      [undefined, undefined, 'too young'],
      ['killed', undefined, 'not growing'],
      ['stopped', undefined, 'not growing'],
      ['crashed', 'TypeError: planted', 'growing'],
    ]);
    const leaking = memories.rows[3]!;
    expect(leaking.ranMillis / HOUR).toBeCloseTo(3, 2);
    expect((leaking.lastFloorBytes! - leaking.firstFloorBytes!) / MB).toBeGreaterThan(30);
    const { bytesPerHour, plusMinus } = leaking.heap!;
    expect(Math.abs(bytesPerHour / MB - 12)).toBeLessThan((1.5 * plusMinus) / MB + 0.2);
    expect(words).toMatch(
      /^This process is 4 minutes old: too young to tell whether memory grows\. The process before ran \d hours and did not grow \(.* MB an hour\)\. Of 3 processes that could be judged, memory grew in 1\.$/,
    );
  });

  it('says of the one before by how much it grew', () => {
    begin()
      .live(3 * HOUR, leak(12))
      .end('kill');
    const young = begin().live(4 * MINUTE, flat);
    expect(young.page().words).toMatch(
      /The process before ran (2|3) hours and grew by 1[12](\.\d+)? ± [\d.]+ MB an hour\.$/,
    );
    // A process that can be judged itself says so, and what the one before did.
    const { words } = young.live(2 * HOUR, flat).page();
    expect(words).toMatch(/^Memory is not growing: .* The process before ran \d hours and grew by /);
  });

  it('compares the floors of processes that each ended before they could be judged', () => {
    for (const minutes of [4, 8, 9])
      begin()
        .live(minutes * MINUTE, leak(600))
        .end('stop');
    const { words } = begin()
      .live(2 * MINUTE, flat)
      .page();
    expect(words).toMatch(
      /^This process is 2 minutes old: too young to tell whether memory grows\. The last 3 before it ran 4 minutes to 9 minutes each, and what garbage collection leaves moved by [12]\d(\.\d)?\sMB to [3-8]\d(\.\d)?\sMB from begin to end\.$/,
    );
  });

  it('does not call a process young whose memory is not sampled', () => {
    const still = begin().live(MINUTE, flat);
    machine.clock.millis += HOUR;
    const { words } = still.page();
    expect(words).toBe(
      'Whether memory grows cannot be told: its newest sample is of 1 minute after the start (METRICS_MEMORY_INTERVAL).',
    );
  });

  it('judges an earlier process that ran some minutes', () => {
    begin()
      .live(13 * MINUTE, flat)
      .end('stop');
    const { memories, words } = begin()
      .live(2 * MINUTE, flat)
      .page();
    expect(memories.rows.map(({ verdict }) => verdict)).toEqual(['too young', 'no large growth']);
    expect(memories.judged).toBe(1);
    expect(words).toMatch(
      /too young to tell whether memory grows\. The process before ran 13 minutes and showed no large growth \(at most ~[\d.]+\s[kM]B in \d minutes\)\.$/,
    );
  });

  it('takes a process that is started again and again together, and looks behind it', () => {
    begin()
      .live(3 * HOUR, leak(12))
      .end('stop');
    for (let start = 0; start < 12; start++)
      begin()
        .live(4 * MINUTE, leak(500))
        .end('kill');
    const { memories, words } = begin()
      .live(2 * MINUTE, flat)
      .page();
    expect(memories.rows.map(({ processes, verdict }) => [processes, verdict])).toEqual([
      [1, 'too young'],
      [12, 'too young'],
      [1, 'growing'],
    ]);
    expect(memories).toMatchObject({ known: 14, judged: 1, growing: 1 });
    expect(words).toMatch(
      /The last process before that can be judged ran 3 hours, until [\d: a-zA-Z]+, and grew by /,
    );
  });

  it.each([12 * HOUR, -12 * HOUR])(
    'takes no step of the clock for time: %d ms while up, and while down',
    (by) => {
      const stepped = begin().live(1.5 * HOUR, leak(12));
      machine.setMillis += by;
      stepped.live(1.5 * HOUR, leak(12)).end('stop');
      machine.setMillis -= by / 2;
      const { memories } = begin().live(MINUTE, flat).page();
      const row = memories.rows[1]!;
      expect(row.ranMillis / HOUR).toBeCloseTo(3, 2);
      expect(row.verdict).toBe('growing');
      expect(row.heap!.bytesPerHour / MB).toBeCloseTo(12, 0);
      // As in the ledger of downtime.
      expect(row.endedAtMillis).toBe(memories.rows[0]!.startedAtMillis - 5000);
    },
  );

  it('knows a leak for days, by the quarter of an hour', () => {
    begin()
      .live(3 * HOUR, leak(12))
      .end('kill');
    begin()
      .live(5 * HOUR, flat)
      .end('kill');
    const { memories } = begin()
      .live(26 * HOUR, flat)
      .page();
    expect(memories.rows.map(({ verdict }) => verdict)).toEqual(['not growing', 'not growing', 'growing']);
    const { bytesPerHour, plusMinus } = memories.rows[2]!.heap!;
    expect(Math.abs(bytesPerHour / MB - 12)).toBeLessThan((1.5 * plusMinus) / MB + 0.5);
  });

  it('sees in the life of a process what is too slow for its last hours', () => {
    const { memories, words } = begin()
      .live(40 * HOUR, leak(0.15))
      .page();
    expect(memories.rows[0]!.verdict).toBe('growing');
    expect(words).toMatch(/^Memory grows by 0\.1\d ± 0\.\d+ MB an hour since /);
  });

  it('reads a file of an older version, whose samples have no floors and whose processes noted no crash', () => {
    const path = join(temporaryFolder(), 'old.sqlite');
    const began = machine.wall() - 4 * HOUR;
    const numbers = (sample: RuntimeSample): string => JSON.stringify(Object.values(sample).slice(0, 19));
    const old = new Database(path);
    old.exec(`CREATE TABLE process_run (run INTEGER PRIMARY KEY AUTOINCREMENT, pid INTEGER NOT NULL, started_millis REAL NOT NULL, seen_millis REAL NOT NULL, stopped INTEGER NOT NULL) STRICT;
      INSERT INTO process_run (pid, started_millis, seen_millis, stopped) VALUES (1, ${began}, ${began + 3 * HOUR}, 0);
      CREATE TABLE runtime_sample (tier INTEGER NOT NULL, at_millis REAL NOT NULL, process_started_millis REAL NOT NULL, body TEXT NOT NULL, PRIMARY KEY (tier, at_millis, process_started_millis)) STRICT, WITHOUT ROWID`);
    const save = old.prepare('INSERT INTO runtime_sample VALUES (0, ?, ?, ?)');
    old.exec('BEGIN');
    for (let at = began; at < began + 3 * HOUR; at += SAMPLE_MILLIS) {
      const atMillis = at + SAMPLE_MILLIS;
      save.run(
        atMillis,
        began,
        numbers({ ...RUNTIME_SAMPLE, fromMillis: at, atMillis, processStartedAtMillis: began }),
      );
    }
    old.exec('COMMIT');
    old.close();
    machine = new MachineOfTests(openHistoryFile(path));
    const { memories, words } = new SampledProcess(machine, 2).live(4 * MINUTE, flat).page();
    expect(memories.rows[1]).toMatchObject({
      ended: 'not stopped',
      ranMillis: 3 * HOUR,
      floors: 0,
      firstFloorBytes: undefined,
      heap: undefined,
      verdict: 'too few collections',
    });
    expect(words).toBe(
      'This process is 4 minutes old: too young to tell whether memory grows. The process before could not be judged either.',
    );
  });
});

/** Floors of the quarters of an hour of a process that was sampled, without the store. */
function quarters(seed: number, hours: number, used: (hours: number) => number) {
  const random = new RandomSource(seed);
  let wander = 0;
  return Array.from({ length: hours * 4 }, (_, index) => {
    wander = 0.5 * wander + random.next() + random.next() - 1;
    const heapBytes = (60 + used(index / 4) + wander + random.next() / 10) * MB;
    const ranMillis = ((index + 1) * HOUR) / 4;
    return {
      atMillis: 0,
      ranMillis,
      heapBytes,
      rssBytes: heapBytes + 40 * MB,
      usedBytes: heapBytes + 9 * MB,
    };
  });
}

describe('the floors of quarters of an hour', () => {
  const grewOf = (hours: number, used: (hours: number) => number): number =>
    Array.from({ length: 200 }, (_, index) => quarters(index * 7919 + 1, hours, used)).filter(
      (floors) => memoryGrowth(floors, { floorsPer: 'quarter hour', windowMillis: Infinity }).heap?.isGrowing,
    ).length;

  it.each([3, 8, 72])('claim no growth of a level heap or a saw in 200 of 200, over %d hours', (hours) => {
    expect([grewOf(hours, flat), grewOf(hours, saw)]).toEqual([0, 0]);
  });

  it.each([3, 8, 72])('find a leak of 12 MB an hour in 200 of 200, over %d hours', (hours) => {
    expect(grewOf(hours, leak(12))).toBe(200);
  });

  it('say nothing of less than two hours', () => {
    const { heap } = memoryGrowth(quarters(1, 2, leak(12)), { floorsPer: 'quarter hour' });
    expect(heap).toBeUndefined();
  });
});
