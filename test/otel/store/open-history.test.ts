import { beforeEach, describe, expect, it } from '@jest/globals';
import Database from 'better-sqlite3';
import { openHistory } from '../../../otel/store/open-history.ts';
import { HistoryFolder } from './history-fixture.ts';

/** SQLite rejects the switch to WAL at once while another connection does it, whatever the timeout. */
function databaseThatRefuses(times: number): typeof Database {
  let left = times;
  return class extends Database {
    override pragma(source: string, options?: Database.PragmaOptions): unknown {
      if (!source.startsWith('journal_mode') || left-- <= 0) return super.pragma(source, options);
      throw Object.assign(new Error('database is locked'), { code: 'SQLITE_BUSY' });
    }
  } as typeof Database;
}

describe('opening a history that another process creates', () => {
  let place: HistoryFolder;
  let messages: string[];
  beforeEach(() => {
    place = new HistoryFolder();
    messages = [];
  });
  const open = (refusals: number) =>
    openHistory({
      Database: databaseThatRefuses(refusals),
      path: place.path,
      options: { processId: 'this', days: 30 },
      nowMillis: 0,
      log: (message) => messages.push(message),
    });

  it('tries again when SQLite refuses at once', () => {
    const file = open(3);
    expect(messages).toEqual([]);
    expect(file?.fileBytes).toBeGreaterThan(0);
    file?.close();
  });

  it('gives up, with a log line, if it keeps failing', () => {
    expect(open(Infinity)).toBeUndefined();
    expect(messages).toEqual([expect.stringContaining('cannot be opened: Error: database is locked')]);
  });
});
