import type { Clock } from '../base/clock.ts';
import type { Marker } from '../query.ts';
import type { HistoryFile } from './history-file.ts';
import type { HistoryPart } from './history-part.ts';
import { MAX_EVENTS } from './markers.ts';
import { isProcessAlive } from './process-alive.ts';
import type { ProcessRun } from './run-table.ts';

/** In the history file and as chart markers; a month with several starts a day. */
const MAX_RUNS = 500;
/** Heartbeat interval: the end of a killed process is known to this precision. */
const SEEN_INTERVAL_NANOS = 5e9;
/** A process that was alive at our start and has been silent this long is dead. */
const SILENCE_MILLIS = 15_000;

export interface ProcessRunsOptions {
  readonly clock: Clock;
  readonly pid: number;
  readonly startedMillis: number;
  /** Returns true if another process with this pid is alive. */
  readonly isAlive?: (pid: number) => boolean;
}

/** Processes that wrote into the history file, with their starts and ends: each start is a marker. */
export class ProcessRuns implements HistoryPart {
  readonly #clock: Clock;
  readonly #isAlive: (pid: number) => boolean;
  readonly #own: ProcessRun;
  /** Those in the file, including this one; without a file only this one. */
  #runs: readonly ProcessRun[];
  #run = 0;
  #seenNanos = 0;
  #alive: ReadonlySet<number> = new Set();

  constructor({ clock, pid, startedMillis, isAlive = isProcessAlive }: ProcessRunsOptions) {
    this.#clock = clock;
    this.#isAlive = isAlive;
    this.#own = { run: 0, pid, startedMillis, seenMillis: clock.now(), stopped: false };
    this.#runs = [this.#own];
  }

  /** Oldest first. */
  starts(): readonly Marker[] {
    return this.#runs.map((run, index) => {
      const before = this.#runs[index - 1];
      const marker: Marker = { atMillis: run.startedMillis, kind: 'start', label: 'start' };
      return before === undefined ? marker : { ...marker, before: this.#endOf(before, run) };
    });
  }

  restore(file: HistoryFile): void {
    const { pid, startedMillis } = this.#own;
    this.#run = file.runs.begin(pid, startedMillis, this.#clock.now());
    this.#runs = file.runs.runs(MAX_RUNS);
    this.#alive = new Set(
      this.#runs
        .filter((run) => !run.stopped && run.pid !== pid && this.#isAlive(run.pid))
        .map(({ run }) => run),
    );
    file.runs.bound(MAX_RUNS, MAX_EVENTS);
  }

  write(file: HistoryFile): void {
    const nanos = this.#clock.monotonicNanos();
    if (nanos - this.#seenNanos < SEEN_INTERVAL_NANOS) return;
    this.#seenNanos = nanos;
    if (!file.runs.seen(this.#run, this.#clock.now(), false)) return this.restore(file);
    this.#runs = file.runs.runs(MAX_RUNS);
  }

  close(file: HistoryFile): void {
    file.runs.seen(this.#run, this.#clock.now(), true);
  }

  /** How a process ended, as seen by the next one. */
  #endOf(before: ProcessRun, next: ProcessRun): NonNullable<Marker['before']> {
    const atMillis = before.seenMillis;
    if (atMillis > next.startedMillis) return { ended: 'running', atMillis };
    if (before.stopped) return { ended: 'stopped', atMillis };
    const mayStillSpeak =
      next.run === this.#run &&
      this.#alive.has(before.run) &&
      this.#clock.now() - next.startedMillis < SILENCE_MILLIS;
    return { ended: mayStillSpeak ? 'running' : 'not stopped', atMillis };
  }
}
