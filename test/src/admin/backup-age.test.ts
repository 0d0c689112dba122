import { beforeAll, describe, expect, it } from '@jest/globals';
import { noteBackup } from '../../../src/db/last-backup.ts';
import { SettingStore } from '../../../src/db/setting-store.ts';
import { AdminServer, START_MILLIS, type Visitor } from '../accounts/admin-server.ts';

let server: AdminServer;
let owner: Visitor;
beforeAll(async () => {
  server = await new AdminServer().start();
  owner = await server.owner();
});

describe('the backup on the settings page', () => {
  it('is reported missing if there is none', async () => {
    const { text } = await owner.get('/admin/settings');
    expect(text).toContain('This blog has no backup yet.');
    expect(text).toContain('npm run backup -- FILE');
  });

  it('says when the next one is made, and why the last one failed', async () => {
    server.backupSchedule = {
      folder: '/mnt/<disk>',
      everyMillis: 86_400_000,
      keep: 14,
      failure: { atMillis: START_MILLIS, problem: 'the disk is full' },
    };
    const { text } = await owner.get('/admin/settings');
    server.backupSchedule = undefined;
    const words = text.replace(/\s+/g, ' ');
    expect(words).toContain(
      'The blog makes one a day in <code>/mnt/&lt;disk&gt;</code> and keeps the last 14',
    );
    expect(words).toContain('failed, 2026-03-20 12:00 (UTC): the disk is full.');
  });

  it.each([
    [0, 'within the last hour'],
    [1.5, 'an hour ago'],
    [5, '5 hours ago'],
    [24, 'a day ago'],
    [75, '3 days ago'],
  ])('has an age: %d hours', async (hours, words) => {
    const file = '/backups/<blog>';
    noteBackup(new SettingStore(server.database), { atMillis: START_MILLIS - hours * 3_600_000, file });
    const { text } = await owner.get('/admin/settings');
    expect(text.replace(/\s+/g, ' ')).toContain(`was made ${words}, 2026-03-`);
    expect(text).toContain('/backups/&lt;blog&gt;');
  });
});
