import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { emptyTally } from '../../../../src/posts/readers/day-tally.ts';
import { openReaderFile } from '../../../../src/posts/readers/reader-file.ts';
import { readReaders } from '../../../../src/posts/readers/reader-report.ts';
import { temporaryFolder } from '../../../fixtures/temporary-folder.ts';

describe('openReaderFile', () => {
  it('moves a damaged file aside', () => {
    const file = join(temporaryFolder(), 'readers.sqlite');
    writeFileSync(file, 'no database at all '.repeat(200));
    const opened = openReaderFile(file);
    opened.write([], { day: '2026-03-20', salt: 'a' });
    expect(opened.marksOf('2026-03-20')).toEqual({ salt: 'a', marks: [] });
    opened.close();
    expect(existsSync(`${file}.damaged`)).toBe(true);
  });

  it('counts the subscribers of days of version 1 as they were counted', () => {
    const file = join(temporaryFolder(), 'readers.sqlite');
    const former = openReaderFile(file);
    former.database.exec(`DROP TABLE feed_readers; PRAGMA user_version = 1;
      INSERT INTO feeds VALUES ('2026-03-19', '/feed.rss', 'curl', 0, 2), ('2026-03-19', '/feed.atom', 'curl', 0, 1),
        ('2026-03-20', '/feed.rss', 'curl', 0, 1), ('2026-03-19', '/feed.rss', 'Feedly', 16, 0)`);
    former.close();
    const opened = openReaderFile(file);
    const subscribers = (first: string, last: string): number =>
      readReaders(opened, { first, last }).subscribers;
    expect([subscribers('2026-03-19', '2026-03-19'), subscribers('2026-03-20', '2026-03-20')]).toEqual([
      19, 1,
    ]);
    expect(subscribers('2026-03-19', '2026-03-20')).toBe(19);
    const today = emptyTally('2026-03-20');
    for (const feed of ['/feed.rss', '/feed.atom'])
      today.feeds.set(feed, { feed, reader: 'curl', subscribers: 0, clients: 1 });
    today.feedReaders.set('curl', { reader: 'curl', subscribers: 0, clients: 1 });
    opened.write([today], { day: '2026-03-20', salt: 'a' });
    expect([subscribers('2026-03-20', '2026-03-20'), subscribers('2026-03-19', '2026-03-20')]).toEqual([
      1, 19,
    ]);
    expect(opened.database.pragma('user_version', { simple: true })).toBe(2);
    opened.close();
  });

  it('leaves a newer file alone', () => {
    const file = join(temporaryFolder(), 'readers.sqlite');
    const opened = openReaderFile(file);
    opened.database.pragma('user_version = 99');
    opened.close();
    expect(() => openReaderFile(file)).toThrow(/newer version/);
    expect(existsSync(file)).toBe(true);
  });
});
