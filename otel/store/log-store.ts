import type { Clock } from '../base/clock.ts';
import type { Guard } from '../base/guard.ts';
import { untraced } from '../base/untraced.ts';
import type { LineProcess } from '../base/log-search.ts';
import type { LogFilter, LogList, LogStoreFacts } from '../query.ts';
import { backgroundTimeout } from './background-timer.ts';
import { ExpiryClock } from './expiry-clock.ts';
import { LogFile } from './log-file.ts';
import { LogQueue, NOTHING_LOST } from './log-queue.ts';
import type { UnstoredLine } from './log-writer.ts';
import { fileIdOf, setAside } from './set-aside.ts';
import { type DatabaseOpener, isDamage, whenFree } from './sqlite-file.ts';

const DAY_MILLIS = 86_400_000;
/** In microseconds, an exact integer: the year 2255. */
const MAX_TIME_MILLIS = 9_000_000_000_000;
/** From a line to its write: what a kill may lose. */
const WRITE_DELAY_MILLIS = 200;
/** Between two slices while lines wait. */
const BUSY_DELAY_MILLIS = 20;
/** After a failure: another process writes, or the disk is full. */
const RETRY_MILLIS = 2000;
/** Expiry without any lines. */
const IDLE_MILLIS = 60_000;
/** A slice: 2 to 4 ms. */
const MAX_LINES_PER_SLICE = 100;
/** More than a slice adds. */
const MAX_REMOVED = 200;
const SHRINK_PAGES = 200;
/** After this many damaged files, nothing is stored any more. */
const MAX_BEGUN_ANEW = 3;

export interface LogStoreOptions {
  /** Undefined stores nothing. */
  readonly path: string | undefined;
  readonly maxBytes: number;
  readonly days: number;
  readonly guard: Guard;
  readonly clock: Clock;
  /** This process; its lines have none without it. */
  readonly self?: LineProcess;
  readonly runMeasured?: <T>(write: () => T) => T;
  /** Receives one line when a file is set aside or nothing is stored. */
  readonly log: (message: string) => void;
  /** Its end writes what waits. */
  readonly process?: Pick<NodeJS.Process, 'on' | 'off'>;
}

/**
 * Log lines on disk, written in small slices off the request path, bounded by bytes and days; the oldest are removed first.
 * Never throws, whatever happens to the file. Lines before `start` wait in the queue.
 */
export class LogStore {
  readonly #options: LogStoreOptions;
  readonly #queue = new LogQueue();
  readonly #expiry: ExpiryClock;
  #Database: DatabaseOpener | undefined;
  #file: LogFile | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** Whether the timer is for lines that wait. */
  #isDue = false;
  #problem: string | undefined;
  #begunAnew = 0;
  /** The last failure was the lines' own. */
  #isRefused = false;

  constructor(options: LogStoreOptions) {
    this.#options = options;
    this.#expiry = new ExpiryClock(options.clock);
  }

  /** Opens the file; call it once. */
  start(Database: DatabaseOpener): void {
    const { path, process, log } = this.#options;
    if (path === undefined || this.#Database !== undefined) return;
    this.#Database = Database;
    try {
      untraced(() => (this.#file = this.#open(Database, path)));
    } catch (error) {
      if (!isDamage(error)) return this.#stop(`${path} cannot be opened: ${String(error)}`, log);
      this.#options.guard.run('logs.damage', () => untraced(() => this.#beginAnew(error)), undefined);
    }
    process?.on('exit', this.#onExit);
    this.#schedule(this.#queue.size > 0 ? WRITE_DELAY_MILLIS : IDLE_MILLIS);
  }

  /** In memory. */
  get bytes(): number {
    return this.#queue.bytes;
  }

  add(line: UnstoredLine, bytes: number): void {
    if (this.#options.path === undefined) return;
    const isTime = line.timeMillis >= 0 && line.timeMillis <= MAX_TIME_MILLIS;
    this.#queue.add(isTime ? line : { ...line, timeMillis: this.#options.clock.now() }, bytes);
    if (this.#file !== undefined && !this.#isDue) this.#schedule(WRITE_DELAY_MILLIS);
  }

  /** Writes everything that waits. */
  flush(): void {
    while (this.#queue.size > 0 && this.#write()) this.#sweep();
  }

  close(): void {
    clearTimeout(this.#timer);
    this.flush();
    this.#options.process?.off('exit', this.#onExit);
    this.#quietly('close', (file) => file.close());
    this.#file = undefined;
  }

  list(filter: LogFilter = {}): LogList | undefined {
    this.#write();
    return this.#quietly('list', (file) => file.search.list(filter));
  }

  facts(): LogStoreFacts {
    const { maxBytes, days } = this.#options;
    const held = this.#quietly('facts', factsOf);
    const { size: waiting, lost } = this.#queue;
    const isOff = this.#file === undefined;
    return {
      state: isOff ? 'off' : this.#problem === undefined ? 'storing' : 'failing',
      problem: this.#problem,
      maxBytes,
      days,
      waiting,
      ...(held ?? NOTHING_STORED),
      lost: (held?.lost ?? 0) + lost.lines,
    };
  }

  readonly #onExit = (): void => this.flush();

  #open(Database: DatabaseOpener, path: string): LogFile {
    return whenFree(() => new LogFile(Database, path, this.#options));
  }

  #schedule(delayMillis: number): void {
    clearTimeout(this.#timer);
    this.#isDue = delayMillis !== IDLE_MILLIS;
    this.#timer = backgroundTimeout(() => {
      const { runMeasured = (write) => write() } = this.#options;
      const removed = runMeasured(() => (this.#write() ? this.#sweep() : undefined));
      if (this.#file === undefined) return;
      const isBusy = this.#queue.size > 0 || removed !== 0;
      this.#schedule(removed === undefined ? RETRY_MILLIS : isBusy ? BUSY_DELAY_MILLIS : IDLE_MILLIS);
    }, delayMillis);
  }

  /** A slice of what waits; returns false if it could not be written. */
  #write(): boolean {
    const { lost } = this.#queue;
    const lines = this.#queue.first(MAX_LINES_PER_SLICE);
    if (lines.length === 0 && lost.lines === 0) return true;
    const isWritten = this.#quietly('write', (file) => {
      file.append(lines, lost);
      return true;
    });
    if (isWritten !== true) {
      // Lines that SQLite refuses would be tried for ever, and all others behind them.
      if (this.#isRefused) this.#queue.lose(lines.length);
      return false;
    }
    this.#queue.remove(lines.length);
    this.#queue.lost = NOTHING_LOST;
    return true;
  }

  /** Removes some of what is too old or too much; returns how many lines, or undefined if it failed. */
  #sweep(): number | undefined {
    const { maxBytes, days } = this.#options;
    return this.#quietly('sweep', (file) => {
      const expired = file.removeOldest('age', MAX_REMOVED, this.#expiry.now() - days * DAY_MILLIS);
      const dropped = file.usedBytes > maxBytes ? file.removeOldest('bytes', MAX_REMOVED) : 0;
      if (file.fileBytes > maxBytes) file.shrink(SHRINK_PAGES);
      return expired + dropped;
    });
  }

  /** Runs `work` untraced and never throws. A file that turns out to be damaged is set aside and replaced. */
  #quietly<T>(place: string, work: (file: LogFile) => T): T | undefined {
    const file = this.#file;
    if (file === undefined) return undefined;
    return untraced(() => {
      try {
        const result = work(file);
        if (place === 'write') this.#problem = undefined;
        return result;
      } catch (error) {
        if (place === 'write') this.#problem = error instanceof Error ? error.message : String(error);
        this.#isRefused = isRefusal(error);
        this.#options.guard.report(`logs.${place}`, error);
        if (isDamage(error)) this.#options.guard.run('logs.damage', () => this.#beginAnew(error), undefined);
        return undefined;
      }
    });
  }

  #beginAnew(error: unknown): void {
    const { path = '', log } = this.#options;
    const damaged = this.#file;
    this.#file = undefined;
    damaged?.close();
    const aside = setAside(path, 'damaged', damaged?.fileId ?? fileIdOf(path));
    if (++this.#begunAnew > MAX_BEGUN_ANEW || this.#Database === undefined)
      return this.#stop(`${path} was damaged again: ${String(error)}; check the disk`, log);
    this.#file = this.#open(this.#Database, path);
    if (aside !== undefined)
      log(
        `telemetry logs: ${path} is damaged: ${String(error)}; it was renamed to ${aside} and a new one created`,
      );
  }

  #stop(problem: string, log: (message: string) => void): void {
    this.#problem = problem;
    log(`telemetry stores no log lines: ${problem}`);
  }
}

/** Neither the disk nor another process was the reason. */
function isRefusal(error: unknown): boolean {
  const { code } = Object(error) as { readonly code?: unknown };
  return typeof code !== 'string' || /^SQLITE_(?:CONSTRAINT|MISMATCH|TOOBIG)/.test(code);
}

type HeldFacts = Pick<
  LogStoreFacts,
  'fileBytes' | 'lines' | 'oldestMillis' | 'completeSinceMillis' | 'stored' | 'removed' | 'lost'
>;

const NOTHING_STORED: HeldFacts = {
  fileBytes: 0,
  lines: 0,
  oldestMillis: undefined,
  completeSinceMillis: undefined,
  stored: 0,
  removed: { age: 0, bytes: 0 },
  lost: 0,
};

function factsOf(file: LogFile): HeldFacts {
  const { stored, removedByAge, removedByBytes, lost, ...since } = file.ledger();
  return {
    fileBytes: file.fileBytes,
    lines: stored - removedByAge - removedByBytes,
    oldestMillis: file.search.oldestMillis,
    completeSinceMillis: Math.max(...Object.values(since)),
    stored,
    removed: { age: removedByAge, bytes: removedByBytes },
    lost,
  };
}
