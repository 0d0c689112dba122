import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { openReaderFile } from '../../../../src/posts/readers/reader-file.ts';
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

  it('leaves a newer file alone', () => {
    const file = join(temporaryFolder(), 'readers.sqlite');
    const opened = openReaderFile(file);
    opened.database.pragma('user_version = 99');
    opened.close();
    expect(() => openReaderFile(file)).toThrow(/newer version/);
    expect(existsSync(file)).toBe(true);
  });
});
