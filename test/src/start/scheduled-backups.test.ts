import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { verifyBackup } from '../../../src/backup/backup-file.ts';
import { DATABASE_FILE_NAME } from '../../../src/db/data-files.ts';
import { backupSeriesOf, lastBackupOf } from '../../../src/db/last-backup.ts';
import { closeDatabase, openDatabase } from '../../../src/db/open-database.ts';
import { SettingStore } from '../../../src/db/setting-store.ts';
import { PostStore } from '../../../src/posts/post-store.ts';
import { ScheduledBackups, type BackupRun } from '../../../src/start/scheduled-backups.ts';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';

const HOUR = 3_600_000;
const START = Date.UTC(2026, 2, 1);

class Owner {
  readonly folder: string;
  readonly series: string;
  millis = START;
  /** When a backup was begun, in hours since the start. */
  readonly begun: number[] = [];
  next: BackupRun = { exitCode: 0, problem: '' };
  lines = '';
  #backups: ScheduledBackups;

  constructor(folder = join(temporaryFolder(), 'made', 'later'), series = '0a1b2c3d') {
    this.folder = folder;
    this.series = series;
    this.#backups = this.#create();
  }

  #create(): ScheduledBackups {
    return new ScheduledBackups({
      config: { backupFolder: this.folder, backupEvery: 24 * HOUR, backupKeep: 3, dataDir: '/data' },
      series: this.series,
      log: pino({}, { write: (line: string) => void (this.lines += line) }),
      now: () => this.millis,
      run: async (file) => {
        this.begun.push((this.millis - START) / HOUR);
        if (this.next.exitCode === 0) writeFileSync(file, 'a backup');
        return this.next;
      },
    });
  }

  restart(): void {
    this.#backups = this.#create();
  }

  get schedule() {
    return this.#backups.schedule();
  }

  /** Looks every half hour, as if all this time passed. */
  async pass(hours: number): Promise<void> {
    for (let half = 0; half < hours * 2; half++) {
      await this.#backups.look();
      this.millis += HOUR / 2;
    }
  }
}

describe('scheduled backups', () => {
  it('are made once a day over restarts, and the newest stay', async () => {
    const owner = new Owner();
    for (let day = 0; day < 10; day++) {
      await owner.pass(17);
      owner.restart();
      await owner.pass(7);
    }
    expect(owner.begun).toEqual([0, 24, 48, 72, 96, 120, 144, 168, 192, 216]);
    expect(readdirSync(owner.folder)).toEqual([
      expect.stringMatching(/^glasshouse-[\da-f]{8}-20260308-000000\.backup$/),
      expect.stringMatching(/-20260309-000000\.backup$/),
      expect.stringMatching(/-20260310-000000\.backup$/),
    ]);
  });

  it('leave files of others alone, also backups of another blog', async () => {
    const owner = new Owner();
    await owner.pass(1);
    const others = ['glasshouse-00000000-20200101-000000.backup', 'notes.txt', 'glasshouse-2020.backup'];
    for (const name of others) writeFileSync(join(owner.folder, name), 'mine');
    await owner.pass(24 * 6);
    expect(readdirSync(owner.folder)).toEqual(expect.arrayContaining(others));
    expect(readdirSync(owner.folder)).toHaveLength(3 + others.length);
  });

  it('are made of each blog that shares a folder, whatever the places of their data', async () => {
    const owner = new Owner();
    const other = new Owner(owner.folder, 'ffffffff');
    for (let day = 0; day < 5; day++) {
      await owner.pass(24);
      await other.pass(24);
    }
    expect(other.begun).toEqual(owner.begun);
    expect(readdirSync(owner.folder).filter((name) => name.includes(other.series))).toHaveLength(3);
    expect(readdirSync(owner.folder)).toHaveLength(6);
  });

  it('go on if the clock was days ahead and was set back', async () => {
    const owner = new Owner();
    await owner.pass(24);
    owner.millis += 40 * 24 * HOUR;
    await owner.pass(24);
    owner.millis = START + 48 * HOUR;
    await owner.pass(24 * 4);
    expect(owner.begun.slice(-4)).toEqual([48, 72, 96, 120]);
    expect(readdirSync(owner.folder).join()).not.toContain('202604');
  });

  it('lose the oldest first while the clock is years back, as of a machine that forgot it', async () => {
    const owner = new Owner();
    await owner.pass(72);
    owner.millis = 0;
    await owner.pass(1);
    const days = readdirSync(owner.folder).map((name) => name.split('-')[2]);
    expect(days).toEqual(['19700101', '20260302', '20260303']);
  });

  it('say why one failed, and try again after an hour', async () => {
    const owner = new Owner();
    owner.next = { exitCode: 1, problem: 'No backup was made: the disk is full' };
    await owner.pass(2.5);
    expect(owner.begun).toEqual([0, 1, 2]);
    expect(owner.schedule?.failure).toEqual({
      atMillis: START + 2 * HOUR,
      problem: 'No backup was made: the disk is full',
    });
    expect(owner.lines).toContain('backup.failed');
    owner.next = { exitCode: 0, problem: '' };
    await owner.pass(1);
    expect(owner.schedule?.failure).toBeUndefined();
  });

  it('say that the folder cannot be made', async () => {
    const dataDir = temporaryFolder();
    writeFileSync(join(dataDir, 'file'), '');
    const backups = new ScheduledBackups({
      config: { backupFolder: join(dataDir, 'file', 'x'), backupEvery: HOUR, backupKeep: 1, dataDir },
      series: '0a1b2c3d',
      log: pino({ level: 'silent' }),
      now: () => START,
    });
    await backups.look();
    expect(backups.schedule()?.failure?.problem).toContain('ENOTDIR');
  });

  it('are made in a thread of its own, verified, and noted in the blog', async () => {
    const dataDir = temporaryFolder();
    const database = openDatabase(join(dataDir, DATABASE_FILE_NAME));
    new PostStore(database).create({ title: 'Glass', markdown: 'Clear.', status: 'published' });
    const folder = join(dataDir, 'backups');
    const series = backupSeriesOf(new SettingStore(database));
    expect(backupSeriesOf(new SettingStore(database))).toBe(series);
    const backups = new ScheduledBackups({
      config: { backupFolder: folder, backupEvery: HOUR, backupKeep: 1, dataDir },
      series,
      log: pino({ level: 'silent' }),
      now: Date.now,
    });
    await backups.look();
    expect(backups.schedule()?.failure).toBeUndefined();
    const [name] = readdirSync(folder);
    expect(verifyBackup(join(folder, name!))).toMatchObject({ posts: 1 });
    expect(lastBackupOf(new SettingStore(database))?.file).toBe(join(folder, name!));
    // A blog restored from it would otherwise remove those of this one.
    const restored = openDatabase(join(folder, name!));
    expect(backupSeriesOf(new SettingStore(restored))).not.toBe(series);
    closeDatabase(restored);
    closeDatabase(database);
  });
});
