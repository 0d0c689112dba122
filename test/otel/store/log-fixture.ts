import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { Guard } from '../../../otel/base/guard.ts';
import type { DatabaseOpener } from '../../../otel/store/sqlite-file.ts';
import { LogStore, type LogStoreOptions } from '../../../otel/store/log-store.ts';
import type { UnstoredLine } from '../../../otel/store/log-writer.ts';
import { afterThisTest } from '../../fixtures/after-tests.ts';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';
import { fakeClock } from './store-fixture.ts';

/** Of a line, for the bound of the queue. */
export const BYTES = 100;

export const lineAt = (
  timeMillis: number,
  message: string,
  more: Partial<UnstoredLine> = {},
): UnstoredLine => ({
  timeMillis,
  level: 'info',
  logger: 'app',
  message,
  attributes: {},
  traceId: undefined,
  spanId: undefined,
  ...more,
});

/** Processes on one file. */
export class LogFolder {
  readonly folder = temporaryFolder();
  readonly path = join(this.folder, 'telemetry-logs.sqlite');
  readonly clock = fakeClock();
  readonly messages: string[] = [];
  readonly guard = new Guard();

  start(options: Partial<LogStoreOptions> = {}, DatabaseClass: DatabaseOpener = Database): LogStore {
    const { path, clock, guard } = this;
    const log = (message: string): void => void this.messages.push(message);
    const store = new LogStore({ path, maxBytes: 64 * 1024 * 1024, days: 30, guard, clock, log, ...options });
    store.start(DatabaseClass);
    afterThisTest(() => store.close());
    return store;
  }

  /** All files together. */
  get bytes(): Buffer {
    return Buffer.concat(readdirSync(this.folder).map((name) => readFileSync(join(this.folder, name))));
  }
}
