import { execFile } from 'node:child_process';
import { existsSync, statSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import Database from 'better-sqlite3';
import type { LogStoreFacts } from '../../../otel/query.ts';
import { START_MILLIS } from './kept-span-fixture.ts';
import { BYTES, lineAt, LogFolder } from './log-fixture.ts';

const MIB = 1024 * 1024;
const PROGRAM = fileURLToPath(new URL('./log-program.ts', import.meta.url));
/** Some 1 KB, of which the index has most. */
const words = (i: number): string =>
  Array.from({ length: 60 }, (_, k) => `w${(i * 7919 + k * 104_729) % 99_991}`).join(' ');

/** Every line is somewhere. */
function sumOf({ lines, removed, lost, waiting }: LogStoreFacts): number {
  return lines + removed.age + removed.bytes + lost + waiting;
}

/** A disk with room for so many pages. */
class SmallDisk extends Database {
  static pages = 60;
  constructor(path?: string | Buffer, options?: Database.Options) {
    super(path, options);
    this.pragma(`max_page_count = ${SmallDisk.pages}`);
  }
}

describe('the ledger of log lines', () => {
  it('holds past every bound and over a restart: the newest stay, within the bytes', () => {
    const folder = new LogFolder();
    let store = folder.start({ maxBytes: MIB });
    let added = 0;
    for (let round = 0; round < 40; round++) {
      for (let i = 0; i < 100; i++) {
        store.add(lineAt(START_MILLIS + added, `${added} ${words(added)}`), BYTES);
        added++;
      }
      store.flush();
      if (round === 20) {
        store.close();
        store = folder.start({ maxBytes: MIB });
      }
    }
    const facts = store.facts();
    expect(sumOf(facts)).toBe(4000);
    expect(facts.stored).toBe(4000);
    expect(facts.removed.bytes).toBeGreaterThan(1000);
    expect(facts.lines).toBeGreaterThan(200);
    expect(store.list({ limit: 0 })!.total.count).toBe(facts.lines);
    // What a slice adds, at most, before it removes.
    expect(facts.fileBytes).toBeLessThanOrEqual(1.3 * MIB);
    expect(statSync(folder.path).size).toBeLessThanOrEqual(1.3 * MIB);
    const [newest] = store.list({ limit: 1 })!.rows;
    expect(newest?.message).toMatch(/^3999 /);
    // Since then they are complete: the first after the newest that was removed.
    expect(Math.floor(facts.oldestMillis!)).toBe(START_MILLIS + facts.removed.bytes);
    expect(facts.completeSinceMillis).toBeGreaterThan(START_MILLIS + facts.removed.bytes - 2);
    expect(folder.guard.faults()).toEqual([]);
  });

  it('is within a bound that was lowered', () => {
    const folder = new LogFolder();
    const store = folder.start();
    for (let i = 0; i < 3000; i++) store.add(lineAt(START_MILLIS + i, words(i)), BYTES);
    store.flush();
    expect(store.facts().fileBytes).toBeGreaterThan(2 * MIB);
    store.close();
    const smaller = folder.start({ maxBytes: MIB });
    for (let i = 0; i < 40; i++) {
      smaller.add(lineAt(START_MILLIS + 3000 + i, 'more'), BYTES);
      smaller.flush();
    }
    expect(smaller.facts().fileBytes).toBeLessThanOrEqual(1.1 * MIB);
    expect(sumOf(smaller.facts())).toBe(3040);
  });

  it('counts what a full disk cost, says so, and goes on when there is room', () => {
    const folder = new LogFolder();
    SmallDisk.pages = 60;
    const store = folder.start({}, SmallDisk);
    for (let i = 0; i < 12_000; i++) store.add(lineAt(START_MILLIS + i, words(i)), BYTES);
    store.flush();
    const full = store.facts();
    expect(full).toMatchObject({ state: 'failing', problem: 'database or disk is full', lost: 2000 });
    expect(full.waiting).toBeGreaterThan(8000);
    expect(full.lines).toBeGreaterThan(50);
    expect(sumOf(full)).toBe(12_000);
    expect(store.list({ limit: 1 })!.rows).toHaveLength(1);
    store.close();
    SmallDisk.pages = 1_000_000;
    const after = folder.start({}, SmallDisk);
    after.add(lineAt(START_MILLIS + 20_000, 'again'), BYTES);
    after.flush();
    // Of the process that ended while the disk was full, what waited is gone.
    expect(after.facts()).toMatchObject({ state: 'storing', problem: undefined, lines: full.lines + 1 });
  });

  it('has what real processes wrote at once, one killed and one that crashed', async () => {
    const folder = new LogFolder();
    const run = (end: string): Promise<number | string | null> =>
      new Promise((done) => {
        const child = execFile(process.execPath, [PROGRAM, folder.path, end], () =>
          done(child.exitCode ?? child.signalCode),
        );
      });
    expect(await Promise.all([run('kill'), run('throw')])).toEqual(['SIGKILL', 1]);
    const store = folder.start();
    const { patterns, total } = store.list()!;
    const linesOf = (end: string) => patterns.find(({ logger }) => logger === end)?.count;
    // A kill takes what waited; a crash has written it.
    expect([linesOf('kill'), linesOf('throw'), total.count]).toEqual([250, 290, 540]);
    expect(store.facts()).toMatchObject({ lines: 540, stored: 540, lost: 0 });
  });

  it('begins anew with a file that is damaged, and keeps the old one', () => {
    const folder = new LogFolder();
    writeFileSync(folder.path, 'no database'.repeat(1000));
    const store = folder.start();
    store.add(lineAt(START_MILLIS, 'a line'), BYTES);
    expect(store.list()!.total.count).toBe(1);
    expect(existsSync(`${folder.path}.damaged`)).toBe(true);
    expect(folder.messages).toEqual([expect.stringContaining('is damaged')]);
  });

  it('leaves a file of a newer version alone', () => {
    const folder = new LogFolder();
    folder.start().close();
    const database = new Database(folder.path);
    database.pragma('user_version = 99');
    database.close();
    const store = folder.start();
    store.add(lineAt(START_MILLIS, 'a line'), BYTES);
    store.flush();
    expect(store.list()).toBeUndefined();
    expect(store.facts()).toMatchObject({ state: 'off', waiting: 1 });
    expect(store.facts().problem).toContain('newer version');
    expect(folder.messages).toHaveLength(1);
  });

  it('gives a line without a usable time the present one, and drops one that SQLite refuses', () => {
    const folder = new LogFolder();
    const store = folder.start();
    for (const time of [NaN, Infinity, -5, 1e300]) store.add(lineAt(time, `at ${time}`), BYTES);
    store.flush();
    const nowMillis = folder.clock.now();
    expect(store.list()!.rows.map(({ timeMillis }) => Math.floor(timeMillis))).toEqual(
      Array.from({ length: 4 }, () => nowMillis),
    );
    const database = new Database(folder.path);
    database.exec(
      `CREATE TRIGGER refused BEFORE INSERT ON pattern WHEN NEW.text = 'refused' BEGIN SELECT RAISE(ABORT, 'no'); END`,
    );
    database.close();
    store.add(lineAt(START_MILLIS, 'refused'), BYTES);
    store.flush();
    store.add(lineAt(START_MILLIS, 'after it'), BYTES);
    store.flush();
    const facts = store.facts();
    expect(facts).toMatchObject({ state: 'storing', lines: 5, lost: 1, waiting: 0 });
    expect(sumOf(facts)).toBe(6);
  });

  it('stores nothing without a path', () => {
    const store = new LogFolder().start({ path: undefined });
    store.add(lineAt(START_MILLIS, 'a line'), BYTES);
    expect(store.list()).toBeUndefined();
    expect(store.facts()).toMatchObject({ state: 'off', waiting: 0, problem: undefined });
  });
});
