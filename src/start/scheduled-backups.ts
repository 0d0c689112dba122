import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Logger } from 'pino';
import type { BackupSchedule } from '../admin/backup-card.ts';
import type { BlogConfig } from '../process/config.ts';

const COMMAND = new URL('../backup/backup.ts', import.meta.url);
const LOOK_MILLIS = 60_000;
/** After a failure. */
const RETRY_MILLIS = 3_600_000;
/** A clock may have been ahead by so much without a word. */
const MAX_AHEAD_MILLIS = 3_600_000;
const MAX_PROBLEM_CHARACTERS = 500;

/** The end of a run of the command. */
export interface BackupRun {
  /** Undefined if the blog stopped meanwhile. */
  readonly exitCode: number | undefined;
  readonly problem: string;
}

interface Scheduled {
  readonly config: Pick<BlogConfig, 'backupFolder' | 'backupEvery' | 'backupKeep' | 'dataDir'>;
  /** In the names of all backups of this blog, and of no other. */
  readonly series: string;
  readonly log: Logger;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Default: `npm run backup` in a thread of its own, so that the blog answers meanwhile. */
  readonly run?: (file: string) => Promise<BackupRun>;
}

/**
 * Makes a backup whenever the newest in BACKUP_FOLDER is old enough, and removes the oldest. What is in the folder decides, so a restart
 * changes nothing. Names carry the blog's series: two blogs may share a folder, also if each has its data in `/data` of a container.
 */
export class ScheduledBackups {
  readonly #scheduled: Scheduled;
  readonly #prefix: string;
  #timer: NodeJS.Timeout | undefined;
  #worker: Worker | undefined;
  #running = false;
  #failure: BackupSchedule['failure'];

  constructor(scheduled: Scheduled) {
    this.#scheduled = scheduled;
    this.#prefix = `glasshouse-${scheduled.series}-`;
  }

  start(): void {
    if (this.#scheduled.config.backupFolder === undefined) return;
    this.#timer = setInterval(() => void this.look(), LOOK_MILLIS).unref();
  }

  /** Ends a backup that is being made: its unfinished file is removed by the next one. */
  stop(): void {
    clearInterval(this.#timer);
    const worker = this.#worker;
    this.#worker = undefined;
    void worker?.terminate();
  }

  /** Undefined without BACKUP_FOLDER. */
  schedule(): BackupSchedule | undefined {
    const { backupFolder, backupEvery, backupKeep } = this.#scheduled.config;
    if (backupFolder === undefined) return undefined;
    const failure = this.#failure;
    return { folder: resolve(backupFolder), everyMillis: backupEvery, keep: backupKeep, failure };
  }

  /** Makes a backup if one is due. */
  async look(): Promise<void> {
    const { config, log, now } = this.#scheduled;
    const folder = config.backupFolder;
    if (folder === undefined || this.#running) return;
    this.#running = true;
    try {
      if (!this.#isDue(folder)) return;
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      this.#removeUnfinished(folder);
      const file = join(folder, this.#nameAt(now()));
      const { exitCode, problem } = await (this.#scheduled.run ?? this.#inThread)(file);
      if (exitCode === undefined) return;
      this.#note(exitCode === 0 ? undefined : problem || `the command ended with ${exitCode}`);
      if (existsSync(file)) this.#removeOldest(folder, file);
      if (exitCode === 0) log.info({ event: 'backup.made' }, 'a scheduled backup was made');
    } catch (error) {
      this.#note(error instanceof Error ? error.message : String(error));
    } finally {
      this.#running = false;
    }
  }

  #note(problem: string | undefined): void {
    const { log, now } = this.#scheduled;
    this.#failure = problem === undefined ? undefined : { atMillis: now(), problem };
    if (problem !== undefined) log.error({ event: 'backup.failed', problem }, 'a scheduled backup failed');
  }

  #isDue(folder: string): boolean {
    const now = this.#scheduled.now();
    const since = now - (this.#failure?.atMillis ?? -Infinity);
    if (since >= 0 && since < RETRY_MILLIS) return false;
    const [newest] = this.#made(folder).filter(({ atMillis }) => atMillis <= now + MAX_AHEAD_MILLIS);
    return newest === undefined || now - newest.atMillis >= this.#scheduled.config.backupEvery;
  }

  /** Newest first; those of a clock that was ahead come last. */
  #made(folder: string): readonly { readonly name: string; readonly atMillis: number }[] {
    if (!existsSync(folder)) return [];
    const latest = this.#scheduled.now() + MAX_AHEAD_MILLIS;
    const rank = (atMillis: number): number => (atMillis > latest ? -Infinity : atMillis);
    return readdirSync(folder)
      .flatMap((name) => {
        const atMillis = this.#timeOf(name);
        return atMillis === undefined ? [] : [{ name, atMillis }];
      })
      .sort((a, b) =>
        rank(a.atMillis) === rank(b.atMillis) ? b.atMillis - a.atMillis : rank(b.atMillis) - rank(a.atMillis),
      );
  }

  #nameAt(millis: number): string {
    return `${this.#prefix}${new Date(millis).toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-')}.backup`;
  }

  #timeOf(name: string): number | undefined {
    if (!name.startsWith(this.#prefix)) return undefined;
    const [, ...parts] =
      /^(\d{4})(\d\d)(\d\d)-(\d\d)(\d\d)(\d\d)\.backup$/.exec(name.slice(this.#prefix.length)) ?? [];
    if (parts.length === 0) return undefined;
    const [year, month, day, hour, minute, second] = parts;
    const millis = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
    return Number.isNaN(millis) ? undefined : millis;
  }

  #removeOldest(folder: string, made: string): void {
    for (const { name } of this.#made(folder).slice(this.#scheduled.config.backupKeep))
      if (join(folder, name) !== made) rmSync(join(folder, name), { force: true });
  }

  /** Of a backup that was ended; the blog's own lock says that no other process makes one of these names. */
  #removeUnfinished(folder: string): void {
    for (const name of readdirSync(folder))
      if (name.startsWith(`.${this.#prefix}`) && /\.part(?:-journal|-wal|-shm)?$/.test(name))
        rmSync(join(folder, name), { force: true });
  }

  readonly #inThread = async (file: string): Promise<BackupRun> => {
    const argv = [file, '--data-dir', this.#scheduled.config.dataDir];
    const worker = new Worker(COMMAND, { argv, execArgv: [], stdin: false, stdout: true, stderr: true });
    this.#worker = worker;
    let said = '';
    worker.stdout.resume();
    worker.stderr.setEncoding('utf8').on('data', (text: string) => {
      said = `${said}${text}`.slice(-MAX_PROBLEM_CHARACTERS);
    });
    return new Promise((resolved, rejected) => {
      worker.once('error', rejected);
      worker.once('exit', (exitCode) => {
        const wasEnded = this.#worker === undefined;
        this.#worker = undefined;
        resolved({ exitCode: wasEnded ? undefined : exitCode, problem: said.trim() });
      });
    });
  };
}
