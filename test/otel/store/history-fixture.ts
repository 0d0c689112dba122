import { join } from 'node:path';
import Database from 'better-sqlite3';
import { Guard } from '../../../otel/base/guard.ts';
import { History } from '../../../otel/store/history.ts';
import type { HistoryOptions } from '../../../otel/store/history.ts';
import { TraceRing } from '../../../otel/store/trace-ring.ts';
import { START_MILLIS } from './kept-span-fixture.ts';
import { fakeClock } from './store-fixture.ts';
import { HistoryFile } from '../../../otel/store/history-file.ts';
import { afterThisTest } from '../../fixtures/after-tests.ts';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';

/** The file of processes that start one after the other; they end with the test. */
export class HistoryFolder {
  readonly folder = temporaryFolder();
  readonly path = join(this.folder, 'data', 'telemetry.sqlite');
  readonly clock = fakeClock();
  readonly messages: string[] = [];
  readonly #open: History[] = [];

  constructor() {
    afterThisTest(() => this.close());
  }

  /** A process with its own ring on the same file. */
  start(
    options: Partial<HistoryOptions> & {
      readonly maxTraces?: number;
      readonly ringBytes?: number;
      readonly version?: string;
    } = {},
  ) {
    const ring = new TraceRing({
      maxTraces: options.maxTraces ?? 100,
      maxBytes: options.ringBytes ?? 10_000_000,
      version: options.version,
      now: () => this.clock.now(),
    });
    const guard = new Guard({ now: () => START_MILLIS });
    const history = new History({
      Database,
      path: this.path,
      days: 30,
      ring,
      guard,
      clock: this.clock,
      log: (message) => this.messages.push(message),
      ...options,
    });
    this.#open.push(history);
    history.start();
    return { ring, guard, history };
  }

  close(): void {
    for (const history of this.#open.splice(0)) history.close();
  }
}

/** Takes from a file what version 4 added. */
export function makeVersion3(database: Database.Database): void {
  database.exec(`
    DROP TRIGGER kept_trace_described;
    DROP TRIGGER kept_trace_described_again;
    DROP INDEX kept_trace_by_kind;
    DROP INDEX kept_trace_by_agent;
    ALTER TABLE kept_trace DROP COLUMN kind;
    ALTER TABLE kept_trace DROP COLUMN agent;
    ALTER TABLE kept_trace DROP COLUMN path;
    ALTER TABLE kept_trace DROP COLUMN query;
    DROP TABLE trace_kind;
    DROP TABLE user_agent;
    PRAGMA user_version = 3;
  `);
}

/** A history file, by default in its own folder; closed after the test. */
export function openHistoryFile(
  path = join(temporaryFolder(), 'history.sqlite'),
  processId = 'this',
): HistoryFile {
  const file = new HistoryFile(Database, path, { processId, days: 30 });
  afterThisTest(() => file.close());
  return file;
}
