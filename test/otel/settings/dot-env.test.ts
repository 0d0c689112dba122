import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { readDotEnv } from '../../../otel/settings/dot-env.ts';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';

describe('readDotEnv', () => {
  let folder: string;
  beforeEach(() => {
    folder = temporaryFolder();
  });

  it('reads a file of variables', () => {
    writeFileSync(path.join(folder, '.env'), 'PORT=81 # here\nPUBLIC_URL="https://a.example"\n');
    expect(readDotEnv(path.join(folder, '.env'))).toEqual({ PORT: '81', PUBLIC_URL: 'https://a.example' });
  });

  it('finds nothing where no file is', () => {
    expect(readDotEnv(path.join(folder, '.env'))).toEqual({});
  });

  it('does not hide a file that cannot be read', () => {
    writeFileSync(path.join(folder, 'file'), '');
    expect(() => readDotEnv(path.join(folder, 'file', '.env'))).toThrow(/ENOTDIR/);
  });
});
