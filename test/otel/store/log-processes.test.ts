import { describe, expect, it } from '@jest/globals';
import Database from 'better-sqlite3';
import { LogFile } from '../../../otel/store/log-file.ts';
import type { LogStore } from '../../../otel/store/log-store.ts';
import { BYTES, lineAt, LogFolder } from './log-fixture.ts';

const T = Date.UTC(2026, 10, 23, 12);

/** Written, and by whom. */
function write(store: LogStore, ...lines: readonly (readonly [atMillis: number, message: string])[]): void {
  for (const [at, message] of lines) store.add(lineAt(T + at, message), BYTES);
  store.flush();
}

function written(store: LogStore, pid?: number): readonly (readonly [string, number?, number?])[] {
  const terms = pid === undefined ? [] : [{ field: 'process' as const, pid }];
  return (store.list({ terms })?.rows ?? []).map(({ message, process }) =>
    process === undefined ? [message] : [message, process.pid, process.startedAtMillis - T],
  );
}

describe('the process that wrote a line', () => {
  it('tells two processes apart that write at a time, and is searched by its id', () => {
    const folder = new LogFolder();
    const one = folder.start({ self: { pid: 41, startedAtMillis: T } });
    const two = folder.start({ self: { pid: 42, startedAtMillis: T + 5 } });
    write(one, [10, 'a'], [30, 'c']);
    write(two, [20, 'b'], [30, 'd']);
    expect(written(one)).toEqual([
      ['d', 42, 5],
      ['c', 41, 0],
      ['b', 42, 5],
      ['a', 41, 0],
    ]);
    expect(written(two, 41)).toEqual([
      ['c', 41, 0],
      ['a', 41, 0],
    ]);
    expect(written(two, 4)).toEqual([]);
  });

  it('tells the lines before and after a restart apart, also with the same id, as in a container', () => {
    const folder = new LogFolder();
    const before = folder.start({ self: { pid: 1, startedAtMillis: T } });
    write(before, [10, 'begun']);
    before.close();
    const after = folder.start({ self: { pid: 1, startedAtMillis: T + 500 } });
    write(after, [510, 'begun']);
    expect(written(after)).toEqual([
      ['begun', 1, 500],
      ['begun', 1, 0],
    ]);
  });

  it('is unknown of lines of an older version, which may go on writing', () => {
    const folder = new LogFolder();
    const older = folder.start();
    write(older, [10, 'old']);
    const file = new Database(folder.path);
    file.exec('DROP TABLE line_process; DROP TABLE log_process');
    file.close();
    const store = folder.start({ self: { pid: 1, startedAtMillis: T } });
    write(store, [20, 'new']);
    write(older, [30, 'old, later']);
    expect(written(store)).toEqual([['old, later'], ['new', 1, 0], ['old']]);
  });

  it('is removed with its lines', () => {
    const folder = new LogFolder();
    const { path, clock } = folder;
    const file = new LogFile(Database, path, {
      maxBytes: 2 ** 20,
      clock,
      self: { pid: 1, startedAtMillis: T },
    });
    file.append(
      [0, 1, 2].map((at) => lineAt(T + at, 'a')),
      { lines: 0, untilMillis: 0 },
    );
    expect(file.removeOldest('bytes', 2)).toBe(2);
    file.close();
    const plain = new Database(path);
    expect(plain.prepare('SELECT count(*) FROM line_process').pluck().get()).toBe(1);
    plain.close();
  });
});
