import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { chromiumPath } from './chromium.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';

describe('chromiumPath', () => {
  let folder: string;
  let program: string;

  beforeEach(() => {
    folder = temporaryFolder();
    const bin = join(folder, 'bin');
    mkdirSync(bin);
    program = join(bin, 'chromium');
    writeFileSync(program, '');
    chmodSync(program, 0o755);
  });
  afterEach(() => {
    jest.restoreAllMocks();
  });

  it('finds the first one on PATH', () => {
    expect(chromiumPath({ PATH: [folder, join(folder, 'bin')].join(delimiter) })).toBe(program);
  });

  it('prefers CHROMIUM_PATH and says when it is no program', () => {
    expect(chromiumPath({ CHROMIUM_PATH: program, PATH: '' })).toBe(program);
    expect(() => chromiumPath({ CHROMIUM_PATH: join(folder, 'none') })).toThrow('is no program');
  });

  it('fails in CI when there is none', () => {
    expect(() => chromiumPath({ CI: 'true', PATH: folder })).toThrow('No Chromium was found');
  });

  it('prints a message outside CI', () => {
    const write = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
    // Applications of a Mac are not looked for on PATH.
    const found = chromiumPath({ PATH: folder });
    if (process.platform !== 'darwin') expect(found).toBeUndefined();
    expect(write).toHaveBeenCalledTimes(found === undefined ? 1 : 0);
  });
});
