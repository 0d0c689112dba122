import { describe, expect, it } from '@jest/globals';
import { lastBackupOf, noteBackup } from '../../../src/db/last-backup.ts';
import { lastImportOf, noteImport } from '../../../src/db/last-import.ts';
import { SettingStore } from '../../../src/db/setting-store.ts';
import { temporaryBlog } from '../temporary-blog.ts';

describe('the last backup and import', () => {
  const settings = new SettingStore(temporaryBlog().database);

  it('are as they were noted', () => {
    expect([lastBackupOf(settings), lastImportOf(settings)]).toEqual([undefined, undefined]);
    noteBackup(settings, { atMillis: 1, file: 'a.db' });
    noteImport(settings, { atMillis: 2, added: 3, changed: 4 });
    expect(lastBackupOf(settings)).toEqual({ atMillis: 1, file: 'a.db' });
    expect(lastImportOf(settings)).toEqual({ atMillis: 2, added: 3, changed: 4 });
  });

  it.each(['', '{', 'null', '7', '[]', '{"atMillis":null}', '{"atMillis":"soon","added":1,"changed":1}'])(
    'are unknown if their row is damaged: %j',
    (text) => {
      settings.setAll({ last_backup: text, last_import: text });
      expect([lastBackupOf(settings), lastImportOf(settings)]).toEqual([undefined, undefined]);
    },
  );
});
