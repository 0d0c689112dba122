import { describe, expect, it } from '@jest/globals';
import { join } from 'node:path';
import { RandomSource } from '../../src/demo/random-source.ts';
import { killDuringImports } from '../soak/kill-imports.ts';
import { killDuringRestores } from '../soak/kill-restores.ts';
import { killDuringSaves } from '../soak/kill-saves.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';

const folder = temporaryFolder();

/** A few kills of the hundreds of `npm run kills`. */
describe('kill -9', () => {
  const random = new RandomSource(1);

  it('during saves loses nothing that was acknowledged', async () => {
    const dataDir = join(folder, 'saves');
    expect((await killDuringSaves({ dataDir, kills: 2, random })).faults).toEqual([]);
  });

  it('during an import leaves complete posts with their pictures, and the next one continues', async () => {
    const options = { folder: join(folder, 'imports'), kills: 1, posts: 60, random };
    expect((await killDuringImports(options)).faults).toEqual([]);
  });

  it('during a restore leaves either the previous or the restored blog', async () => {
    const options = { folder: join(folder, 'restores'), kills: 2, random };
    expect((await killDuringRestores(options)).faults).toEqual([]);
  });
});
