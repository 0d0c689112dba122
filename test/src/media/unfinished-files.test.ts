import { existsSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { removeUnfinished } from '../../../src/media/unfinished-files.ts';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';

const NOW = Date.UTC(2026, 10, 29);
const HOUR_SECONDS = 3600;
let folder: string;
beforeEach(() => void (folder = temporaryFolder()));

function write(name: string, ageSeconds: number): string {
  const file = join(folder, name);
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, 'half');
  utimesSync(file, NOW / 1000 - ageSeconds, NOW / 1000 - ageSeconds);
  return file;
}

describe('removeUnfinished', () => {
  it('removes unfinished files, and nothing else', async () => {
    const left = write('2026/03/.0123456789abcdef01.part', 2 * HOUR_SECONDS);
    const others = [
      write('.0123456789abcdef02.part', HOUR_SECONDS / 2),
      write('2026/03/glass.png', 2 * HOUR_SECONDS),
      write('2026/glass.part', 2 * HOUR_SECONDS),
      write('.hidden', 2 * HOUR_SECONDS),
    ];
    expect(await removeUnfinished(folder, NOW)).toBe(1);
    expect([left, ...others].map((file) => existsSync(file))).toEqual([false, true, true, true, true]);
  });

  it('finds nothing where there is no folder', async () => {
    expect(await removeUnfinished(join(folder, 'none'), NOW)).toBe(0);
  });
});
