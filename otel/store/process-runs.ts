import type { Clock } from '../base/clock.ts';
import type { Downtime, DowntimeFacts, Marker, ProcessCourse, TimeRange } from '../query.ts';
import type { HistoryFile } from './history-file.ts';
import type { HistoryPart } from './history-part.ts';
import { MAX_REPEATED, REPEATED_KINDS } from './markers.ts';
import { machine, type Machine } from './machine.ts';
import { isProcessAlive } from './process-alive.ts';
import { markersOf, type Passage } from './run-passages.ts';
import { BEAT_MILLIS, MAX_RUNS, type CrashCause, type ProcessRun } from './run-table.ts';
import { endMillis, endsLater, gapMillis, isSameBoot, processesOf, ranMillis } from './run-times.ts';

/** A process that was alive at our start and has been silent this long is dead. */
const SILENCE_MILLIS = 15_000;
/** A smaller difference between clocks is none, as they are read one after the other: a shorter sleep is not noted. */
const MIN_SLEEP_MILLIS = 2000;

type KnownProcess = Omit<ProcessCourse, 'floors' | 'floorsPer'>;

/** One moment by three clocks, in milliseconds. */
interface Moment {
  readonly wall: number;
  readonly monotonic: number;
  readonly uptime: number;
}

export interface ProcessRunsOptions {
  readonly clock: Clock;
  readonly pid: number;
  readonly startedMillis: number;
  /** Of the program, for the marker of its first start. */
  readonly version?: string | undefined;
  /** Returns true if another process with this pid is alive. */
  readonly isAlive?: (pid: number) => boolean;
  readonly machine?: Machine;
}

/**
 * Processes that wrote into the history file, with their starts and ends: each start is a marker, and the times between them are the downtime. A
 * process writes a heartbeat at least every two seconds, while its event loop is not held. A suspended machine ends a run, and its wake-up begins another one of the same process.
 */
export class ProcessRuns implements HistoryPart {
  readonly #clock: Clock;
  readonly #isAlive: (pid: number) => boolean;
  readonly #machine: Machine;
  readonly #startedMonotonic: number;
  #own: ProcessRun;
  /** Those in the file, including this one; without a file only this one. */
  #runs: readonly ProcessRun[];
  #run = 0;
  /** When it listened is not in the file yet. */
  #hasToSave = false;
  /** At the last heartbeat. */
  #seen: Moment;
  #alive: ReadonlySet<number> = new Set();
  /** Last heartbeats of runs without a process of their pid at our start. One on another host, which has no pid here, goes on with them. */
  #gone: ReadonlyMap<number, number> = new Map();

  constructor(options: ProcessRunsOptions) {
    const { clock, pid, startedMillis, version, isAlive = isProcessAlive } = options;
    this.#clock = clock;
    this.#isAlive = isAlive;
    this.#machine = options.machine ?? machine;
    this.#seen = this.#moment();
    const { wall, monotonic, uptime } = this.#seen;
    this.#startedMonotonic = monotonic - (wall - startedMillis);
    this.#own = {
      run: 0,
      pid,
      startedMillis,
      startedUptime: uptime - (wall - startedMillis),
      seenMillis: wall,
      seenUptime: uptime,
      ended: undefined,
      cause: undefined,
      boot: this.#machine.boot(),
      version,
      resumed: false,
    };
    this.#runs = [this.#own];
  }

  /** A server of this process listens now, for the first time: until then nothing was answered. */
  listens(): void {
    // Finer than the machine's uptime.
    const listenedAfterMillis = this.#clock.monotonicNanos() / 1e6 - this.#startedMonotonic;
    this.#own = { ...this.#own, listenedAfterMillis };
    this.#runs = this.#runs.map((run) => (run.run === this.#run ? { ...run, listenedAfterMillis } : run));
    this.#hasToSave = true;
  }

  /** Starts of processes, and steps of the clock while none ran; oldest first. */
  starts(): readonly Marker[] {
    const [first] = this.#runs;
    if (first === undefined) return [];
    return [
      { atMillis: first.startedMillis, kind: 'start', label: 'start' },
      ...this.#passages().flatMap((passage) => markersOf(passage)),
    ];
  }

  /** Times in which no process ran and listened, oldest first. */
  downtime(): DowntimeFacts {
    const rows = this.#passages().flatMap(({ before, next, ended, endedMillis }): Downtime[] => {
      const { cause, seenMillis } = before;
      if (ended === 'running') return [];
      const { startedMillis, resumed, listenedAfterMillis } = next;
      const range = { fromMillis: endedMillis, toMillis: startedMillis + (listenedAfterMillis ?? 0) };
      const isWhole = resumed || listenedAfterMillis !== undefined;
      const uncertainMillis = uncertainOf(ended, before, range);
      const { reason, stack } = cause ?? {};
      return [{ ...range, startedMillis, isWhole, ended, reason, stack, seenMillis, uncertainMillis }];
    });
    // After a clock was set back, the first start is not the earliest time.
    const sinceMillis = Math.min(
      ...this.#runs.map(({ startedMillis }) => startedMillis),
      ...rows.map(({ fromMillis }) => fromMillis),
    );
    return { rows, sinceMillis, precisionMillis: BEAT_MILLIS };
  }

  /** Each process once, oldest first. */
  processes(): readonly KnownProcess[] {
    return processesOf(this.#runs).map((runs) => {
      const [first, last] = [runs[0]!, runs.at(-1)!];
      const { startedMillis: startedAtMillis, pid, version } = first;
      const isOwn = last.run === this.#run;
      const seen = isOwn ? [...runs.slice(0, -1), this.#seenNow(last)] : runs;
      const known = { startedAtMillis, pid, version, ranMillis: ranMillis(seen) };
      if (isOwn || (last.ended === undefined && !this.#isGone(last) && !this.#isSilent(last)))
        return { ...known, endedAtMillis: undefined, ended: undefined, reason: undefined };
      const later = this.#runs.filter(({ run }) => run > last.run);
      const next = later.find((run) => gapMillis(last, run) >= 0) ?? later.at(-1) ?? last;
      const ended = this.#endOf(last, next);
      return {
        ...known,
        endedAtMillis: endMillis(last, next),
        ended: ended === 'running' ? (last.ended ?? 'killed') : ended,
        reason: last.cause?.reason,
      };
    });
  }

  /** From each run to the next one; of two at a time, the one that ends later is the one before. */
  #passages(): readonly Passage[] {
    let before = this.#runs[0];
    return this.#runs.slice(1).flatMap((next) => {
      if (before === undefined) return [];
      const passage: Passage = {
        before,
        next,
        ended: this.#endOf(before, next),
        endedMillis: endMillis(before, next),
        endedLater: before.ended ?? (this.#isSilent(before) ? 'killed' : undefined),
      };
      if (endsLater(next, before)) before = next;
      return [passage];
    });
  }

  restore(file: HistoryFile): void {
    const { pid } = this.#own;
    this.#begin(file, this.#own);
    this.#alive = new Set(
      this.#runs
        .filter((run) => run.ended === undefined && run.pid !== pid && this.#isAlive(run.pid))
        .map(({ run }) => run),
    );
    this.#gone = new Map(
      this.#runs
        .filter(({ run }) => run !== this.#run && !this.#alive.has(run))
        .map(({ run, seenMillis }) => [run, seenMillis]),
    );
    file.runs.bound(MAX_RUNS, REPEATED_KINDS, MAX_REPEATED);
  }

  write(file: HistoryFile): void {
    this.#saveListened(file);
  }

  beat(file: HistoryFile): void {
    const { monotonic, uptime, wall } = this.#seen;
    const now = this.#moment();
    // While a machine is suspended, the time since its boot goes on and the monotonic clock does not.
    if (now.uptime - uptime - (now.monotonic - monotonic) >= MIN_SLEEP_MILLIS) {
      file.runs.end(this.#run, { wall, uptime }, 'slept');
      const woke = {
        startedMillis: now.wall,
        startedUptime: now.uptime,
        listenedAfterMillis: undefined,
      };
      return this.#begin(file, { ...this.#own, ...woke, resumed: true });
    }
    this.#seen = now;
    if (!file.runs.seen(this.#run, now)) return this.restore(file);
    this.#runs = file.runs.runs(MAX_RUNS);
  }

  close(file: HistoryFile): void {
    this.#saveListened(file);
    file.runs.end(this.#run, this.#moment(), 'stopped');
  }

  /** The process exits without having been stopped. */
  exit(file: HistoryFile, cause: CrashCause): void {
    this.#saveListened(file);
    file.runs.end(this.#run, this.#moment(), 'crashed', cause);
  }

  #saveListened(file: HistoryFile): void {
    const { listenedAfterMillis } = this.#own;
    if (!this.#hasToSave || listenedAfterMillis === undefined) return;
    this.#hasToSave = false;
    file.runs.listened(this.#run, listenedAfterMillis);
  }

  #begin(file: HistoryFile, run: ProcessRun): void {
    this.#seen = this.#moment();
    const { wall: seenMillis, uptime: seenUptime } = this.#seen;
    const boot = bootAt(seenUptime, run.boot, file.runs.runs(MAX_RUNS));
    this.#run = file.runs.begin({ ...run, boot, seenMillis, seenUptime });
    this.#runs = file.runs.runs(MAX_RUNS);
  }

  /** Without a file nothing notes that the process runs on. */
  #seenNow(run: ProcessRun): ProcessRun {
    const { wall: seenMillis, uptime: seenUptime } = this.#moment();
    return { ...run, seenMillis, seenUptime };
  }

  #moment(): Moment {
    return {
      wall: this.#clock.now(),
      monotonic: this.#clock.monotonicNanos() / 1e6,
      uptime: this.#machine.uptimeMillis(),
    };
  }

  /** It had ended when this process started, as downtime has it. */
  #isGone({ run, seenMillis }: ProcessRun): boolean {
    return this.#gone.get(run) === seenMillis;
  }

  /** Without a heartbeat for so long, it runs no more. */
  #isSilent(run: ProcessRun): boolean {
    const { wall: startedMillis, uptime: startedUptime } = this.#moment();
    return gapMillis(run, { ...this.#own, startedMillis, startedUptime }) >= SILENCE_MILLIS;
  }

  /** How a process ended, as seen by the next one. */
  #endOf(before: ProcessRun, next: ProcessRun): NonNullable<Marker['before']>['ended'] {
    if (gapMillis(before, next) < 0) return 'running';
    if (before.ended !== undefined) return before.ended;
    const mayStillSpeak =
      next.run === this.#run &&
      this.#alive.has(before.run) &&
      this.#clock.now() - next.startedMillis < SILENCE_MILLIS;
    if (mayStillSpeak) return 'running';
    // A run of an earlier version, which noted no crash.
    if (before.boot === undefined) return 'not stopped';
    return isSameBoot(before, next) || next.boot === '' ? 'killed' : 'machine restarted';
  }
}

/** A stop and a crash are noted with their times. */
function uncertainOf(
  ended: Downtime['ended'],
  { beatMillis = BEAT_MILLIS }: ProcessRun,
  range: TimeRange,
): number {
  if (ended === 'stopped' || ended === 'crashed') return 0;
  return Math.max(0, Math.min(beatMillis, range.toMillis - range.fromMillis));
}

/** With the number of a run if the uptime began anew after it, as a container's may on the same boot of its host. */
function bootAt(uptime: number, boot = '', runs: readonly ProcessRun[]): string {
  const last = boot === '' ? undefined : runs.findLast((run) => run.boot?.startsWith(boot));
  if (last === undefined) return boot;
  return last.seenUptime - uptime >= MIN_SLEEP_MILLIS ? `${boot} ${last.run}` : last.boot!;
}
