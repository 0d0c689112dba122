import { beforeEach, describe, expect, it } from '@jest/globals';
import { noteBackup } from '../../../src/db/last-backup.ts';
import { noteImport } from '../../../src/db/last-import.ts';
import { SettingStore } from '../../../src/db/setting-store.ts';
import { PostStore } from '../../../src/posts/post-store.ts';
import { BlogMarkers } from '../../../src/start/blog-markers.ts';
import { temporaryBlog } from '../temporary-blog.ts';

const HOUR_MILLIS = 3_600_000;

describe('markers of what happens without a request', () => {
  let now: number;
  let marks: string[];
  let faults: unknown[];
  let blog: ReturnType<typeof temporaryBlog>;
  const markers = (): BlogMarkers =>
    new BlogMarkers({
      database: blog.database,
      control: { mark: (label) => marks.push(label) },
      now: () => now,
      onFault: (error) => faults.push(error),
    });
  beforeEach(() => {
    [now, marks, faults, blog] = [Date.UTC(2026, 10, 30), [], [], temporaryBlog()];
  });
  function schedule(
    path: string,
    atMillis: number,
    status: 'published' | 'draft' | 'unlisted' = 'published',
  ) {
    new PostStore(blog.database, { now: () => now }).create({
      path,
      title: path,
      markdown: 'text',
      status,
      publishedAtMillis: status === 'draft' ? undefined : atMillis,
    });
  }

  it('come once for a backup and an import, and not for those of before the start', () => {
    const settings = new SettingStore(blog.database);
    noteBackup(settings, { atMillis: now - HOUR_MILLIS, file: 'a.db' });
    noteImport(settings, { atMillis: now - HOUR_MILLIS, added: 1, changed: 1 });
    const each = markers();
    each.look();
    expect(marks).toEqual([]);
    noteBackup(settings, { atMillis: now, file: 'b.db' });
    noteImport(settings, { atMillis: now, added: 750, changed: 3 });
    for (let looks = 0; looks < 3; looks++) each.look();
    expect(marks).toEqual(['backup', 'import: 750 new, 3 changed']);
  });

  it('come once for a post whose time has come, over a clock that is set back and over a restart', () => {
    schedule('soon', now + HOUR_MILLIS);
    schedule('later', now + 2 * HOUR_MILLIS);
    schedule('hidden', now + HOUR_MILLIS, 'unlisted');
    schedule('draft', now + HOUR_MILLIS, 'draft');
    schedule('old', now - HOUR_MILLIS);
    const each = markers();
    each.look();
    now += HOUR_MILLIS - 1;
    each.look();
    expect(marks).toEqual([]);
    now += 1;
    each.look();
    expect(marks).toEqual(['published /soon']);
    now -= 10_000;
    each.look();
    now += 20_000;
    each.look();
    expect(marks).toEqual(['published /soon']);
    const restarted = markers();
    restarted.look();
    now += HOUR_MILLIS;
    restarted.look();
    expect(marks).toEqual(['published /soon', 'published /later']);
  });

  it('are one for many posts of one moment', () => {
    for (let post = 0; post < 5; post++) schedule(`post-${post}`, now + HOUR_MILLIS);
    const each = markers();
    now += HOUR_MILLIS;
    each.look();
    expect(marks).toEqual(['published more than 3 posts']);
  });

  it('survive a database that cannot be read at the time', () => {
    schedule('soon', now + HOUR_MILLIS);
    const each = markers();
    blog.database.exec('ALTER TABLE settings RENAME TO away');
    now += HOUR_MILLIS;
    each.look();
    expect(faults).toHaveLength(1);
    blog.database.exec('ALTER TABLE away RENAME TO settings');
    each.look();
    expect(marks).toEqual(['published /soon']);
  });
});
