import { join } from 'node:path';
import type { Database } from 'better-sqlite3';
import type { Logger } from 'pino';
import { untraced } from '../../otel/kit.ts';
import { READERS_FILE_NAME } from '../db/data-files.ts';
import { SettingStore } from '../db/setting-store.ts';
import { readSiteSetting } from '../db/site-settings.ts';
import type { BlogConfig } from '../process/config.ts';
import { ReaderCounts } from '../posts/readers/reader-counts.ts';
import { openReaderFile } from '../posts/readers/reader-file.ts';

interface OpenReadersOptions {
  readonly config: Pick<BlogConfig, 'dataDir'>;
  readonly database: Database;
  readonly log: Logger;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** Undefined if the file cannot be used: the blog is more than its counts. */
export function openReaders({ config, database, log, now }: OpenReadersOptions): ReaderCounts | undefined {
  const settings = new SettingStore(database);
  let hasFailed = false;
  return untraced(() => {
    try {
      return new ReaderCounts({
        file: openReaderFile(join(config.dataDir, READERS_FILE_NAME)),
        now,
        untraced,
        timeZone: () => readSiteSetting(settings, 'timeZone'),
        onFault(error) {
          // Each batch tries again.
          if (!hasFailed) log.warn({ err: error }, 'failed to write counts of readers');
          hasFailed = true;
        },
      });
    } catch (error) {
      log.warn({ err: error }, 'readers are not counted: failed to open their file');
      return undefined;
    }
  });
}
