import { join } from 'node:path';
import { ReaderCounts } from '../../../src/posts/readers/reader-counts.ts';
import { openReaderFile } from '../../../src/posts/readers/reader-file.ts';
import { afterTests } from '../../fixtures/after-tests.ts';
import type { AdminServer } from './admin-server.ts';

/** Lets a server count its readers, in a file in its folder. Call it before the start. */
export function countReaders(server: AdminServer): void {
  const counts = new ReaderCounts({
    untraced: (work) => work(),
    file: openReaderFile(join(server.folder, 'readers.sqlite')),
    now: () => server.nowMillis,
    timeZone: () => server.site.timeZone,
    onFault(error) {
      throw error;
    },
  });
  afterTests(() => counts.close());
  server.readers = counts;
}
